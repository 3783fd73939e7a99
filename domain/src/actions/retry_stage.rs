//! Trying a failed stage again.

use crate::actions::refusal::{deciding, replayed};
use crate::actions::set_due::announce;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::asset::AssetStatus;
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{Stage, StageId, Subject};
use crate::{Timestamp, UserId};

/// What a retry needs of the world.
pub struct RetryStage<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl RetryStage<'_> {
    /// Sets a failed stage due again, with all its attempts.
    ///
    /// Atomic; idempotent under a key. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `NotFound` (also for a stage of another author), `NotRetryable` when it has not
    /// failed, `KeyReused`.
    #[tracing::instrument(name = "stage.retry", skip_all, fields(stage = %id))]
    pub async fn run(
        &self,
        author: &UserId,
        id: &StageId,
        key: Option<IdempotencyKey>,
    ) -> Result<Stage, ActionError> {
        deciding!({
            let assets = match &id.subject {
                Subject::Asset(id) => vec![id.clone()],
                Subject::Post(_) => vec![],
            };
            let wanted = Wanted {
                stages: vec![id.clone()],
                assets,
                head: Some(author.clone()),
                idempotency: key.as_ref().map(|key| (author.clone(), key.key.clone())),
                ..Wanted::default()
            };
            let loaded = self.posts.load(&wanted).await?;
            let before = loaded.stages.first().filter(|stage| stage.author == *author);
            let before = before.cloned().ok_or(Refusal::NotFound)?;
            if replayed(loaded.done.as_ref(), key.as_ref())?.is_some() {
                return Ok(before);
            }
            let now = self.clock.now();
            let after = tried_again(&before, now)?;
            let assets = loaded
                .assets
                .into_iter()
                .map(|asset| Step {
                    after: asset.with_status(AssetStatus::Processing),
                    before: Some(asset),
                })
                .collect();
            let mut change = Change {
                stages: vec![Step { before: Some(before), after: after.clone() }],
                assets,
                remember: key.as_ref().map(|key| (key.remember(author, &id.to_string()), now)),
                ..Change::default()
            };
            let Some(head) = loaded.head else { return Err(Refusal::NotFound.into()) };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, author, &after.post, head, now, self.ids);
            self.posts.apply(change).await?;
            Ok(after)
        })
    }
}

/// The stage, due again.
///
/// # Errors
/// `NotRetryable` - when it has not failed, or cannot succeed.
pub(super) fn tried_again(before: &Stage, now: Timestamp) -> Result<Stage, Refusal> {
    // An upload that never came cannot be made of nothing: its ticket is over.
    let never_came = before.failure.as_ref().is_some_and(|f| f.code == "NEVER_ARRIVED");
    if never_came {
        return Err(Refusal::NotRetryable);
    }
    before.retry(now).map_err(|_| Refusal::NotRetryable)
}
