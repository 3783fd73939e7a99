//! Lists of posts: a page is one query, and always full.

use domain::ports::PortError;
use domain::post::{Category, Post};
use domain::stage::StageId;
use domain::{Timestamp, UserId};

use crate::blog::Blog;
use crate::keys::{self, List};
use crate::rows;
use crate::table::{Consistency, Index, Item, Key, Query, SortRange, Start, Value};

/// Which page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many, 1 to 100.
    pub first: u32,
    /// After this position; from the newest when none.
    pub after: Option<String>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// With their positions, newest first.
    pub items: Vec<(String, T)>,
    /// Whether more follow.
    pub has_next: bool,
}

/// A neighbour in the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// Published just before.
    Older,
    /// Published just after.
    Newer,
}

/// Rows of one query.
const QUERY: u32 = 1_000;

/// All positions. They begin with a digit; what else lies in the partition of a list does not.
fn positions() -> SortRange {
    SortRange::Between("0".into(), "~".into())
}

/// A query of the whole feed.
fn feed(ascending: bool) -> Query {
    Query {
        index: None,
        partition: List::Feed.partition(),
        range: positions(),
        ascending,
        limit: 1,
        start: None,
        consistency: Consistency::Strong,
    }
}

impl Blog {
    /// What everybody may read, newest first.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn feed(&self, request: &PageRequest) -> Result<Listing<Post>, PortError> {
        self.list(&List::Feed, request).await
    }

    /// What everybody may read of one category, newest first.
    ///
    /// # Errors
    /// As [`Blog::feed`].
    pub async fn posts_in(
        &self,
        category: Category,
        request: &PageRequest,
    ) -> Result<Listing<Post>, PortError> {
        self.list(&List::Category(category), request).await
    }

    /// What everybody may read of one author, newest first.
    ///
    /// # Errors
    /// As [`Blog::feed`].
    pub async fn posts_of(
        &self,
        user: &UserId,
        request: &PageRequest,
    ) -> Result<Listing<Post>, PortError> {
        self.list(&List::Author(user.clone()), request).await
    }

    /// What everybody may read with one tag (its key), newest first.
    ///
    /// # Errors
    /// As [`Blog::feed`].
    pub async fn posts_with(
        &self,
        tag: &str,
        request: &PageRequest,
    ) -> Result<Listing<Post>, PortError> {
        self.list(&List::Tag(tag.to_owned()), request).await
    }

    /// All posts of one author, drafts included, newest begun first. Only for that author.
    ///
    /// # Errors
    /// As [`Blog::feed`].
    pub async fn own_posts(
        &self,
        user: &UserId,
        request: &PageRequest,
    ) -> Result<Listing<Post>, PortError> {
        self.list(&List::Own(user.clone()), request).await
    }

    /// Stages of an author that have failed, the one that failed last first: one query of an index. May
    /// be a moment late; the stages themselves say how they are.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn failed_stages(
        &self,
        user: &UserId,
        request: &PageRequest,
    ) -> Result<Listing<StageId>, PortError> {
        self.stages_in(keys::failed_partition(user), request).await
    }

    /// The held stages of one author, those held last first. Only for that author.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn held_stages(
        &self,
        user: &UserId,
        request: &PageRequest,
    ) -> Result<Listing<StageId>, PortError> {
        self.stages_in(keys::held_partition(user), request).await
    }

    async fn stages_in(
        &self,
        partition: String,
        request: &PageRequest,
    ) -> Result<Listing<StageId>, PortError> {
        let first = request.first.clamp(1, 100);
        // A position is the sort key in the index, which ends with the key of the row.
        let start = request.after.as_ref().and_then(|sort| {
            let (pk, sk) = sort.split_once('#')?.1.rsplit_once("#STAGE#")?;
            let key = Key::new(pk, format!("STAGE#{sk}"));
            Some(Start::at_index(key, Value::S(sort.clone())))
        });
        let query = Query {
            index: Some(Index::Gsi1),
            partition,
            range: SortRange::All,
            ascending: false,
            limit: first + 1,
            start,
            consistency: Consistency::Eventual,
        };
        let page = self.page(&query).await?;
        let has_next = page.items.len() > first as usize;
        let position = |item: &Item| rows::string(item, "gsi1sk").map(str::to_owned);
        let items = page.items.iter().take(first as usize);
        let items = items.filter_map(|item| Some((position(item)?, keys::parse_stage(&item.key)?)));
        Ok(Listing { items: items.collect(), has_next })
    }

    /// The deleted posts of one author that can be restored, deleted last first. Only for that author.
    ///
    /// # Errors
    /// As [`Blog::feed`].
    pub async fn deleted_posts(
        &self,
        user: &UserId,
        request: &PageRequest,
    ) -> Result<Listing<Post>, PortError> {
        self.list(&List::Deleted(user.clone()), request).await
    }

    /// The listed post that was published just before or just after another one.
    ///
    /// # Errors
    /// As [`Blog::feed`].
    pub async fn beside(&self, post: &Post, side: Beside) -> Result<Option<Post>, PortError> {
        let Some(position) = post.position() else { return Ok(None) };
        let start = Some(Start::at(keys::listed(&List::Feed, &position)));
        let query = Query { start, limit: 1, ..feed(side == Beside::Newer) };
        let page = self.page(&query).await?;
        page.items.first().map(rows::entity).transpose()
    }

    /// At most `limit` listed posts that were first published from `from` to before `until`, oldest
    /// first.
    ///
    /// # Errors
    /// As [`Blog::feed`].
    pub async fn published_between(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Post>, PortError> {
        let range = SortRange::Between(from.sortable(), until.sortable());
        let mut query = Query { range, ..feed(true) };
        let mut posts = vec![];
        while posts.len() < limit as usize {
            query.limit = (limit - posts.len() as u32).min(QUERY);
            let page = self.page(&query).await?;
            for item in &page.items {
                posts.push(rows::entity(item)?);
            }
            query.start = page.next;
            if query.start.is_none() {
                break;
            }
        }
        Ok(posts)
    }

    async fn list(&self, list: &List, request: &PageRequest) -> Result<Listing<Post>, PortError> {
        let range = match list.prefix() {
            "" => positions(),
            prefix => SortRange::Prefix(prefix.to_owned()),
        };
        let first = request.first.clamp(1, 100);
        let query = Query {
            index: None,
            partition: list.partition(),
            range,
            ascending: false,
            // One more tells whether any follow.
            limit: first + 1,
            start: request.after.as_ref().map(|position| Start::at(keys::listed(list, position))),
            consistency: Consistency::Strong,
        };
        let page = self.page(&query).await?;
        let has_next = page.items.len() > first as usize;
        let items = page
            .items
            .iter()
            .take(first as usize)
            .map(|item| Ok((item.key.sk.clone(), rows::entity(item)?)))
            .collect::<Result<_, PortError>>()?;
        Ok(Listing { items, has_next })
    }
}
