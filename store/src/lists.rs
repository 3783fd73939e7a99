//! Lists of posts: a page is one query, and always full.

use domain::UserId;
use domain::ports::PortError;
use domain::post::Post;
use domain::stage::StageId;

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

impl Blog {
    /// What everybody may read, newest first.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn feed(&self, request: &PageRequest) -> Result<Listing<Post>, PortError> {
        self.list(&List::Feed, request).await
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
        let first = request.first.clamp(1, 100);
        // A position is the sort key in the index, which ends with the key of the row.
        let start = request.after.as_ref().and_then(|sort| {
            let (pk, sk) = sort.split_once('#')?.1.rsplit_once("#STAGE#")?;
            let key = Key::new(pk, format!("STAGE#{sk}"));
            Some(Start::at_index(key, Value::S(sort.clone())))
        });
        let query = Query {
            index: Some(Index::Gsi1),
            partition: keys::failed_partition(user),
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

    async fn list(&self, list: &List, request: &PageRequest) -> Result<Listing<Post>, PortError> {
        let range = match list.prefix() {
            "" => SortRange::All,
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
