//! Search, or the lack of it.

use std::sync::Arc;

use async_trait::async_trait;
use aws_search::{OpenSearchConfig, OpenSearchIndex};
use domain::PostId;
use domain::ports::{
    Clock, IdSource, PortError, SearchDocument, SearchHits, SearchIndex, SearchQuery,
};
use tokio::sync::OnceCell;

use crate::config::{Environment, SettingsError};

/// The index of this blog; none where it was deployed without search (`search=off`).
///
/// # Errors
/// [`SettingsError`]
pub fn index(
    environment: &Environment,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn IdSource>,
) -> Result<Option<Arc<dyn SearchIndex>>, SettingsError> {
    let config = environment.search(clock.clone(), ids.clone())?;
    Ok(config.map(|config| Arc::new(WhenAsked::new(config)) as Arc<dyn SearchIndex>))
}

/// An index that is opened when it is first asked: a blog whose search is away can be read.
struct WhenAsked {
    config: OpenSearchConfig,
    index: OnceCell<OpenSearchIndex>,
}

impl WhenAsked {
    /// Asks nobody yet.
    fn new(config: OpenSearchConfig) -> Self {
        Self { config, index: OnceCell::new() }
    }

    /// Opens it; after a failure the next call tries again.
    async fn index(&self) -> Result<&OpenSearchIndex, PortError> {
        self.index.get_or_try_init(|| OpenSearchIndex::open(self.config.clone())).await
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
        self.index().await?.remove(post, version).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<SearchHits, PortError> {
        self.index().await?.search(query).await
    }
}
