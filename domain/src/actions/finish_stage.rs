//! Ending a run of a stage.

use crate::Month;
use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::asset::{Asset, AssetStatus};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{Outcome, Stage, StageKind, StageStatus, Subject};
use crate::usage::{Booked, Spent};

/// What finishing needs of the world.
pub struct FinishStage<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events, and the jitter of the next try.
    pub ids: &'a dyn IdSource,
}

impl FinishStage<'_> {
    /// Writes what came of a run. False when the claim was lost meanwhile (a slow twin, or a newer
    /// revision): nothing is written then, and nothing is lost, since whoever took it makes its own.
    /// `claimed.spent` is what the runs of the stage have used: it is booked in this month, once; of one that
    /// waits for parts, when it has joined them.
    ///
    /// Atomic: the stage, the asset's row, the use and the event. One batch and one transaction.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stage.finish", skip_all, fields(stage = %claimed.id))]
    pub async fn run(
        &self,
        claimed: &Stage,
        outcome: Outcome,
        asset: Option<&(dyn Fn(&Asset) -> Asset + Send + Sync)>,
    ) -> Result<bool, ActionError> {
        let Some(token) = claimed.lease.as_ref().map(|lease| lease.token.clone()) else {
            return Ok(false);
        };
        let assets = match &claimed.id.subject {
            Subject::Asset(id) if claimed.id.kind == StageKind::Image => vec![id.clone()],
            Subject::Asset(_) | Subject::Post(_) => vec![],
        };
        let wanted = Wanted {
            stages: vec![claimed.id.clone()],
            assets,
            head: Some(claimed.author.clone()),
            ..Wanted::default()
        };
        let jitter = (self.ids.secret() % 1000) as f64 / 1000.0;
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first().filter(|stage| stage.held_with(&token)) else {
                return Ok(false);
            };
            let now = self.clock.now();
            let spent = Stage { spent: claimed.spent, ..before.clone() };
            let after = spent.finish(outcome.clone(), now, jitter);
            let assets = loaded
                .assets
                .first()
                .map(|row| {
                    let changed = asset.map_or_else(|| row.clone(), |change| change(row));
                    let after = changed.with_status(asset_status(after.status));
                    Step { before: Some(row.clone()), after }
                })
                .into_iter()
                .collect();
            let mut change = Change {
                stages: vec![Step { before: Some(before.clone()), after: after.clone() }],
                assets,
                booked: booked(claimed, &outcome, Month::of(now)),
                ..Change::default()
            };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, &after.author, &after.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}

/// What a run adds to its month. One that made nothing and used nothing, such as one that was skipped or
/// held, is not told of; nor is housekeeping.
fn booked(claimed: &Stage, outcome: &Outcome, month: Month) -> Option<Booked> {
    let (kind, spent) = (claimed.id.kind, claimed.spent);
    let made = matches!(outcome, Outcome::Made(_));
    let waits = matches!(outcome, Outcome::Waiting { .. });
    let told = made || (spent != Spent::default() && !waits);
    (told && !kind.internal()).then_some(Booked { month, kind, spent })
}

fn asset_status(stage: StageStatus) -> AssetStatus {
    match stage {
        StageStatus::Ready | StageStatus::Skipped => AssetStatus::Ready,
        StageStatus::Failed => AssetStatus::Failed,
        StageStatus::Pending | StageStatus::Running | StageStatus::Waiting => {
            AssetStatus::Processing
        }
    }
}
