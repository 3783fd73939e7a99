//! Uploads that have arrived: whoever hears of one notes it, and what nobody heard of is looked for.

use std::sync::Arc;

use domain::AssetId;
use domain::actions::{AcceptUpload, ActionError};
use domain::ports::{Clock, IdSource, Objects, Posts};
use domain::stage::{StageKind, Subject};

use crate::jobs::Jobs;

/// What notes arrivals: an image's stage is due from then on.
#[derive(Clone)]
pub struct Arrivals {
    posts: Arc<dyn Posts>,
    objects: Arc<dyn Objects>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Arrivals {
    /// Of images that arrive in `objects`, for who does `jobs`.
    pub fn new(jobs: &Jobs, objects: Arc<dyn Objects>) -> Self {
        let Jobs { posts, clock, ids, .. } = jobs.clone();
        Arrivals { posts, objects, clock, ids }
    }

    /// Notes that an image is there, if it is. Noted twice, or too early, it does no harm.
    ///
    /// # Errors
    /// A failure of a port.
    pub async fn note(&self, asset: &AssetId) -> Result<(), ActionError> {
        let action = AcceptUpload {
            posts: &*self.posts,
            objects: &*self.objects,
            clock: &*self.clock,
            ids: &*self.ids,
        };
        action.run(asset).await.map(drop)
    }

    /// Notes all that have arrived: one whose arrival nobody noted, because the process ended in between or
    /// the table failed, need not wait for its ticket's end.
    ///
    /// # Errors
    /// A failure of a port.
    pub async fn look(&self) -> Result<(), ActionError> {
        let mut after = None;
        loop {
            let (open, next) = self.posts.open_stages(StageKind::Image, after).await?;
            for id in open {
                if let Subject::Asset(asset) = &id.subject {
                    self.note(asset).await?;
                }
            }
            match next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}
