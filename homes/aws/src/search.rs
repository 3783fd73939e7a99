//! Search, or the lack of it.

use async_trait::async_trait;
use aws_search::{OpenSearchConfig, OpenSearchIndex};
use domain::PostId;
use domain::ports::{PortError, SearchDocument, SearchHits, SearchIndex, SearchQuery};
use tokio::sync::OnceCell;

/// An index that is opened when it is first asked: a blog whose search is away can be read.
pub struct WhenAsked {
    config: Option<OpenSearchConfig>,
    index: OnceCell<OpenSearchIndex>,
}

impl WhenAsked {
    /// Asks nobody yet. Without a configuration, the blog was deployed without search.
    pub fn new(config: Option<OpenSearchConfig>) -> Self {
        Self { config, index: OnceCell::new() }
    }

    /// Opens it; after a failure the next call tries again.
    async fn index(&self) -> Result<&OpenSearchIndex, PortError> {
        let Some(config) = &self.config else {
            let message = "this blog was deployed without search (search=off)";
            return Err(PortError::Denied(message.to_owned()));
        };
        self.index.get_or_try_init(|| OpenSearchIndex::open(config.clone())).await
    }
}

#[async_trait]
impl SearchIndex for WhenAsked {
    fn generation(&self) -> String {
        self.index.get().map(SearchIndex::generation).unwrap_or_default()
    }

    async fn put(&self, document: &SearchDocument) -> Result<(), PortError> {
        self.index().await?.put(document).await
    }

    async fn remove(&self, post: &PostId, version: u64) -> Result<(), PortError> {
        match self.config {
            Some(_) => self.index().await?.remove(post, version).await,
            None => Ok(()), // It is nowhere to be found.
        }
    }

    async fn search(&self, query: &SearchQuery) -> Result<SearchHits, PortError> {
        self.index().await?.search(query).await
    }
}
