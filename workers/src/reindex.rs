//! Filling an index that was made anew.

use domain::ports::{PortError, SearchDocument};
use domain::stage::{StageId, StageKind, Subject};
use store::{Entity, EntityKey, PageRequest};

use crate::job::JobError;
use crate::search::Search;

/// Posts that are read at once.
const PAGE: u32 = 50;

/// Some of the listed posts.
pub struct ListedPage {
    /// As they are indexed.
    pub documents: Vec<SearchDocument>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

impl Search {
    /// Puts every listed post into the index, when that was made anew since it was filled last.
    /// Returns how many were put in. May run beside the worker: the higher version wins.
    ///
    /// # Errors
    /// What stopped it; it begins anew at the next start.
    #[tracing::instrument(name = "search.reindex", skip_all)]
    pub async fn fill(&self) -> Result<usize, JobError> {
        let generation = self.index.generation();
        if self.blog.search_generation().await?.as_deref() == Some(generation.as_str()) {
            return Ok(0);
        }
        let (mut filled, mut after) = (0, None);
        loop {
            let ListedPage { documents, next } = self.listed(after).await?;
            for document in &documents {
                self.index.put(document).await?;
            }
            filled += documents.len();
            after = next;
            if after.is_none() {
                break;
            }
        }
        self.blog
            .set_search_generation(&generation)
            .await
            .map_err(|e: PortError| JobError::from(e))?;
        Ok(filled)
    }

    /// Some of the listed posts, the newest first: those after a position, or the first ones.
    ///
    /// # Errors
    /// The table failed.
    pub async fn listed(&self, after: Option<String>) -> Result<ListedPage, JobError> {
        let page = self.blog.feed(&PageRequest { first: PAGE, after }).await?;
        let mut documents = Vec::new();
        for (_, post) in &page.items {
            let Some((id, body)) = self.body(post).await? else { continue };
            let subject = Subject::Post(id);
            let key = EntityKey::Stage(StageId { subject, kind: StageKind::Search });
            let version = match self.blog.entities(std::slice::from_ref(&key)).await?.remove(&key) {
                Some(Entity::Stage(stage)) => stage.run,
                _ => 0,
            };
            documents.push(self.document(post, &body, version).await?);
        }
        let last = page.items.last().filter(|_| page.has_next);
        Ok(ListedPage { documents, next: last.map(|(position, _)| position.clone()) })
    }
}
