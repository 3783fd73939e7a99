//! Trying again what failed because something was not there.

use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::asset::AssetStatus;
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{StageId, Subject};

/// What a probe needs of the world.
pub struct ProbeStage<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl ProbeStage<'_> {
    /// Sets a failed stage due for one more try, if it is to be probed now; else false, and nothing
    /// changes. Two reads (the stage tells whose log it is) and one transaction.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stage.probe", skip_all, fields(stage = %id))]
    pub async fn run(&self, id: &StageId) -> Result<bool, ActionError> {
        let assets = match &id.subject {
            Subject::Asset(id) => vec![id.clone()],
            Subject::Post(_) => vec![],
        };
        let wanted = Wanted { stages: vec![id.clone()], assets, ..Wanted::default() };
        let Some(seen) = self.posts.load(&wanted).await?.stages.into_iter().next() else {
            return Ok(false);
        };
        let wanted = Wanted { head: Some(seen.author.clone()), ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first() else { return Ok(false) };
            let now = self.clock.now();
            let Ok(after) = before.probe(now) else { return Ok(false) };
            let assets = loaded.assets.iter().map(|asset| Step {
                before: Some(asset.clone()),
                after: asset.with_status(AssetStatus::Processing),
            });
            let mut change = Change {
                assets: assets.collect(),
                stages: vec![Step { before: Some(before.clone()), after: after.clone() }],
                ..Change::default()
            };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, &after.author, &after.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}
