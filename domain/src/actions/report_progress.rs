//! Saying how far a stage is.

use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::asset::Asset;
use crate::ports::{Change, Clock, Posts, Step, Wanted};
use crate::stage::{Done, Stage, Subject};

/// What reporting needs of the world.
pub struct ReportProgress<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
}

impl ReportProgress<'_> {
    /// Renews the lease of `claimed` and stores how far it is and what it has spent; of an image, also what `asset` makes of
    /// the asset's row. False when the claim was lost: the worker may stop.
    ///
    /// A value, not an event: nothing is appended to the log.
    ///
    /// # Errors
    /// A failure of a port.
    pub async fn run(
        &self,
        claimed: &Stage,
        progress: Done,
        asset: Option<&(dyn Fn(&Asset) -> Asset + Send + Sync)>,
    ) -> Result<bool, ActionError> {
        let Some(token) = claimed.lease.as_ref().map(|lease| lease.token.clone()) else {
            return Ok(false);
        };
        let assets = match (&claimed.id.subject, asset) {
            (Subject::Asset(id), Some(_)) => vec![id.clone()],
            _ => vec![],
        };
        let wanted = Wanted { stages: vec![claimed.id.clone()], assets, ..Wanted::default() };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first().filter(|stage| stage.held_with(&token)) else {
                return Ok(false);
            };
            let after = before.progressed(progress, self.clock.now());
            let after = Stage { spent: claimed.spent, ..after };
            let assets = match (loaded.assets.first(), asset) {
                (Some(row), Some(change)) => {
                    vec![Step { before: Some(row.clone()), after: change(row) }]
                }
                _ => vec![],
            };
            let change = Change {
                stages: vec![Step { before: Some(before.clone()), after }],
                assets,
                ..Change::default()
            };
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}
