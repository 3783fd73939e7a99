//! The GraphQL types of search.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::ports::{self, SearchQuery};
use domain::post::Post as PostRow;
use futures_util::future::try_join_all;

use crate::error::Code;
use crate::loaders::Loaders;
use crate::page::{List, PageInfo, Place};
use crate::parts::Parts;
use crate::request::or_fault;
use crate::types::post::Post;
use crate::viewer::Viewer;

/// The longest question, in characters.
const QUERY_CHARS: usize = 200;

/// A page of posts that answer a question, best first.
pub struct SearchConnection {
    list: List,
    hits: Vec<(String, SearchHit)>,
    start: Option<String>,
    end: Option<String>,
    total: u64,
    similar: bool,
    has_next: bool,
    has_previous: bool,
}

impl SearchConnection {
    /// Asks the index, and loads what it names: the table decides what may be seen.
    pub(crate) async fn find(
        context: &Context<'_>,
        text: String,
        first: Option<i32>,
        after: Option<String>,
        as_you_type: bool,
    ) -> Result<Self> {
        if text.chars().count() > QUERY_CHARS {
            let message = format!("a search has at most {QUERY_CHARS} characters");
            return Err(Code::BadUserInput.error(message));
        }
        let how = if as_you_type { "typing" } else { "search" };
        let list = List::new(format!("{how}:{text}"));
        let asked = list.asked(context, first, 10, after.as_deref())?;
        let offset: u32 = match &asked.after {
            None => 0,
            Some(position) => position
                .parse()
                .map_err(|_| Code::BadCursor.error("`after` is no cursor of this list"))?,
        };
        let Some(index) = &Parts::of(context).search else {
            return Err(Code::NotSetUp.error("this blog has no search: see `Site.searchAvailable`"));
        };
        let query = SearchQuery { text, offset, limit: asked.first, as_you_type };
        let found = or_fault(context, index.search(&query).await)?;

        let n_hits = u32::try_from(found.hits.len()).unwrap_or(u32::MAX);
        let end = offset.saturating_add(n_hits);
        let loaders = Loaders::of(context);
        let posts = found.hits.iter().map(|hit| loaders.post(hit.post.clone()));
        let posts = try_join_all(posts).await?;
        let viewer = Viewer::of(context)?.id();
        // The index may be late: what was hidden meanwhile is dropped here.
        let findable = |row: Option<PostRow>| row.filter(PostRow::listed);
        let hits = (1..)
            .zip(found.hits)
            .zip(posts)
            .filter_map(|((nth, hit), row)| {
                let post = Post::seen(findable(row)?, viewer)?;
                Some(((offset.saturating_add(nth)).to_string(), SearchHit::new(post, hit)))
            })
            .collect();
        Ok(SearchConnection {
            list,
            hits,
            start: (n_hits > 0).then(|| offset.saturating_add(1).to_string()),
            end: (n_hits > 0).then(|| end.to_string()),
            total: found.total,
            similar: found.similar,
            has_next: n_hits > 0 && u64::from(end) < found.total,
            has_previous: offset > 0,
        })
    }
}

/// A page of posts that answer a question, best first.
#[Object]
impl SearchConnection {
    /// The hits with their cursors.
    async fn edges(&self) -> Vec<SearchEdge<'_>> {
        let edge = |(position, node)| SearchEdge { list: &self.list, position, node };
        self.hits.iter().map(|(position, node)| edge((position.as_str(), node))).collect()
    }

    /// The hits alone.
    async fn nodes(&self) -> Vec<&SearchHit> {
        self.hits.iter().map(|(_, hit)| hit).collect()
    }

    /// The page's place among all hits.
    async fn page_info(&self, context: &Context<'_>) -> PageInfo {
        let place = Place {
            has_next: self.has_next,
            has_previous: self.has_previous,
            start: self.start.as_deref(),
            end: self.end.as_deref(),
        };
        self.list.info(context, place)
    }

    /// How many posts answer in all, as the index knows.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.total).unwrap_or(i32::MAX)
    }

    /// Whether no post has the words that were asked for, and these posts have words written nearly so.
    async fn similar(&self) -> bool {
        self.similar
    }
}

/// A hit in a page.
pub struct SearchEdge<'a> {
    list: &'a List,
    position: &'a str,
    node: &'a SearchHit,
}

/// A hit in a page.
#[Object]
impl SearchEdge<'_> {
    /// Where it stands; `after` it, the list goes on. Opaque and signed.
    async fn cursor(&self, context: &Context<'_>) -> String {
        self.list.cursor(context, self.position)
    }

    /// The hit.
    async fn node(&self) -> &SearchHit {
        self.node
    }
}

/// A post that answers a question.
#[derive(SimpleObject)]
pub struct SearchHit {
    /// The post.
    post: Post,
    /// The whole title, with matches marked.
    title: Vec<TextPiece>,
    /// The best part of the body, about 160 characters, with matches marked.
    excerpt: Vec<TextPiece>,
    /// Higher is better; comparable only within one answer.
    score: f64,
}

impl SearchHit {
    fn new(post: Post, hit: ports::SearchHit) -> Self {
        let pieces = |pieces: Vec<ports::TextPiece>| {
            pieces.into_iter().map(|ports::TextPiece { text, matched }| TextPiece { text, matched })
        };
        SearchHit {
            post,
            title: pieces(hit.title).collect(),
            excerpt: pieces(hit.excerpt).collect(),
            score: hit.score.into(),
        }
    }
}

/// A piece of text.
#[derive(SimpleObject)]
pub struct TextPiece {
    /// Plain text, not HTML.
    text: String,
    /// Whether the search matched it.
    matched: bool,
}
