//! Taking a stage to work on it.

use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::asset::{Asset, AssetStatus};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::post::hex;
use crate::stage::{Stage, StageId, StageStatus, Subject};

/// What claiming needs of the world.
pub struct ClaimStage<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// The claim's token.
    pub ids: &'a dyn IdSource,
}

impl ClaimStage<'_> {
    /// Claims a stage for one run; `None` when it is leased, done, superseded or not due: the wake-up
    /// is simply acknowledged.
    ///
    /// Of several that try, exactly one has it. One whose claims were lost too often fails here, and
    /// with it the asset that waits for it. Two reads (the stage tells whose log it is) and one
    /// transaction.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stage.claim", skip_all, fields(stage = %id))]
    pub async fn run(&self, id: &StageId) -> Result<Option<Stage>, ActionError> {
        let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        let Some(seen) = self.posts.load(&wanted).await?.stages.into_iter().next() else {
            return Ok(None);
        };
        if !seen.is_due(self.clock.now()) {
            return Ok(None);
        }
        let author = seen.author;
        let assets = match &id.subject {
            Subject::Asset(asset) => vec![asset.clone()],
            Subject::Post(_) => vec![],
        };
        let wanted = Wanted { head: Some(author.clone()), assets, ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first() else { return Ok(None) };
            let now = self.clock.now();
            let token = hex(&self.ids.secret().to_be_bytes());
            let Ok(after) = before.claim(token, now) else { return Ok(None) };
            let fail = |asset: &Asset| Step {
                before: Some(asset.clone()),
                after: asset.with_status(AssetStatus::Failed),
            };
            let lost = after.status == StageStatus::Failed;
            let mut change = Change {
                stages: vec![Step { before: Some(before.clone()), after: after.clone() }],
                assets: loaded.assets.iter().filter(|_| lost).map(fail).collect(),
                ..Change::default()
            };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, &author, &after.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(Some(after).filter(|stage| stage.status == StageStatus::Running))
        })
    }
}
