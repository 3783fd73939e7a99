//! Filling an index that was made anew.

use domain::ports::PortError;
use domain::stage::{StageId, StageKind, Subject};
use store::{Entity, EntityKey, PageRequest};

use crate::job::JobError;
use crate::search::Search;

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
            let page = self.blog.feed(&PageRequest { first: 50, after }).await?;
            for (_, post) in &page.items {
                let Some((id, body)) = self.body(post).await? else { continue };
                let subject = Subject::Post(id);
                let key = EntityKey::Stage(StageId { subject, kind: StageKind::Search });
                let version =
                    match self.blog.entities(std::slice::from_ref(&key)).await?.remove(&key) {
                        Some(Entity::Stage(stage)) => stage.run,
                        _ => 0,
                    };
                let document = self.document(post, &body, version).await?;
                self.index.put(&document).await?;
                filled += 1;
            }
            match page.items.last() {
                Some((position, _)) if page.has_next => after = Some(position.clone()),
                _ => break,
            }
        }
        self.blog
            .set_search_generation(&generation)
            .await
            .map_err(|e: PortError| JobError::from(e))?;
        Ok(filled)
    }
}
