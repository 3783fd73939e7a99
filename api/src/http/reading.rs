//! What is read without the client: the pages' content before any script runs, feeds, the site map.
//!
//! Everything here is what a guest sees. The client takes over from the page that stands there, so the
//! markup of [`page`] follows that of the client's pages: same classes, same order.

pub mod feeds;
pub mod markup;
pub mod page;
pub mod site_map;
mod table;
pub mod words;

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::ports::PortError;
use domain::post::Category;
use domain::text::{Heading, Language};
use domain::{PostId, Slug, Tag, Timestamp};
use sha2::{Digest, Sha256};

use super::Doors;
use super::answer::Problem;

pub use table::TableReading;

/// Where something is read, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titled {
    /// Its slug.
    pub slug: Slug,
    /// As text.
    pub title: String,
    /// Of most of the text.
    pub language: Language,
}

/// One size of a post's first picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Where it is served: absolute, or a path on this server.
    pub url: String,
}

/// A post as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// For its whole life.
    pub id: PostId,
    /// Where it is, and what it is called.
    pub titled: Titled,
    /// The first words, as text.
    pub excerpt: String,
    /// As shown.
    pub tags: Vec<Tag>,
    /// Pen name of who wrote it.
    pub author: String,
    /// First publication.
    pub published_at: Timestamp,
    /// Publication of what is read now.
    pub updated_at: Timestamp,
    /// Its first picture, narrowest size first; empty while it has none.
    pub cover: Vec<Cover>,
}

/// A post with its article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// What lists show of it.
    pub card: Card,
    /// Whether it stands in lists, and search engines may name it.
    pub listed: bool,
    /// Sanitised, with its pictures.
    pub html: String,
    /// In document order.
    pub headings: Vec<Heading>,
    /// Three sentences; empty while there are none.
    pub summary: Vec<String>,
    /// Where it is spoken, and for how many milliseconds.
    pub speech: Option<(String, u32)>,
    /// Published just before it.
    pub previous: Option<Titled>,
    /// Published just after it.
    pub next: Option<Titled>,
}

/// A page of the site map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it is.
    pub slug: Slug,
    /// First publication.
    pub published_at: Timestamp,
    /// Publication of what is read there now.
    pub updated_at: Timestamp,
}

/// Which list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// Of all posts, or of one category.
    Feed(Option<Category>),
    /// Of one tag.
    Tag(Tag),
}

/// What everybody may read, as this door needs it.
#[async_trait]
pub trait Reading: Send + Sync {
    /// What the blog is called.
    fn site_title(&self) -> &str;

    /// The post that a guest reads under a slug; `None` when there is none (to be seen).
    async fn article(&self, slug: &Slug) -> Result<Option<Article>, PortError>;

    /// The newest posts of a list.
    async fn newest(&self, list: &Listed, posts: u32) -> Result<Vec<Card>, PortError>;

    /// The newest posts with their articles; neighbours, summary and speech are left out.
    async fn newest_articles(&self, posts: u32) -> Result<Vec<Article>, PortError>;

    /// A tag as it was written last, while a listed post has it.
    async fn tag(&self, tag: &Tag) -> Result<Option<Tag>, PortError>;

    /// The tags with most posts.
    async fn tags(&self, tags: u32) -> Result<Vec<Tag>, PortError>;

    /// At most `posts` listed posts first published from `from` to before `until`, oldest first.
    async fn places(
        &self,
        from: Timestamp,
        until: Timestamp,
        posts: u32,
    ) -> Result<Vec<Place>, PortError>;
}

/// The absolute address that the addresses in an answer begin with.
pub(super) fn base(doors: &Doors, headers: &HeaderMap) -> String {
    doors.addresses.base(headers)
}

/// Answers with a text that the client may have already.
pub(super) fn fresh(
    status: StatusCode,
    content_type: &'static str,
    cache: &'static str,
    text: String,
    headers: &HeaderMap,
) -> Response {
    let hash = Sha256::digest(text.as_bytes());
    let hash: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    // Weak: what is sent is compressed in more than one way.
    let etag = format!("W/\"{hash}\"");
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let known = known.is_some_and(|known| known.split(',').any(|known| known.trim() == etag));
    let mut response = match known && status == StatusCode::OK {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => (status, Bytes::from(text)).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Feeds and maps may be a few minutes old.
pub(super) const MINUTES: &str = "public, max-age=300";

/// The answer to a table that does not answer.
fn unavailable(error: &PortError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "the posts cannot be read");
    let message = "the posts cannot be read now; try again";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message).into_response()
}

/// Answers `/robots.txt`: all may be read but what has no text for readers.
pub async fn robots(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    let text = format!(
        "User-agent: *\nDisallow: /studio\nDisallow: /setup\nDisallow: /sign-in\n\
         Disallow: /search\nDisallow: /uploads/\n\nSitemap: {}/sitemap.xml\n",
        base(&doors, &headers)
    );
    fresh(StatusCode::OK, "text/plain; charset=utf-8", MINUTES, text, &headers)
}
