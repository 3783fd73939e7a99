//! Trying several failed stages again at once.

use crate::UserId;
use crate::actions::refusal::{deciding, replayed};
use crate::actions::retry_stage::tried_again;
use crate::actions::set_due::{announce, head};
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::asset::AssetStatus;
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{Stage, StageId, Subject};

/// Stages of one call. Each is at most three rows, and the rows of all fit into one transaction with the
/// event and the key.
pub const MOST_RETRIES: usize = 25;

/// What it needs of the world.
pub struct RetryStages<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl RetryStages<'_> {
    /// Sets those of the named stages due again, with all their attempts, that have failed or wait for
    /// another try. The others stay as they are: somebody was faster. Returns all that are the
    /// author's, as they are now, in the order in which they were named.
    ///
    /// Atomic, with one event for all; idempotent under a key. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `Invalid` for none or more than [`MOST_RETRIES`], `NotFound` when none is the
    /// author's, `NotRetryable` when there is nothing to try again, `KeyReused`.
    #[tracing::instrument(name = "stages.retry", skip_all, fields(n_stages = ids.len()))]
    pub async fn run(
        &self,
        author: &UserId,
        ids: &[StageId],
        key: Option<IdempotencyKey>,
    ) -> Result<Vec<Stage>, ActionError> {
        if !(1..=MOST_RETRIES).contains(&ids.len()) {
            let message = format!("1 to {MOST_RETRIES} pipelines can be tried again at once");
            return Err(Refusal::invalid("stageIds", message).into());
        }
        let mut named: Vec<StageId> = vec![];
        for id in ids {
            if !named.contains(id) {
                named.push(id.clone());
            }
        }
        let assets = named.iter().filter_map(|id| match &id.subject {
            Subject::Asset(asset) => Some(asset.clone()),
            Subject::Post(_) => None,
        });
        let wanted = Wanted {
            assets: assets.collect(),
            stages: named,
            head: Some(author.clone()),
            idempotency: key.as_ref().map(|key| (author.clone(), key.key.clone())),
            ..Wanted::default()
        };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let mut own: Vec<Stage> =
                loaded.stages.iter().filter(|stage| stage.author == *author).cloned().collect();
            if own.is_empty() {
                return Err(Refusal::NotFound.into());
            }
            if replayed(loaded.done.as_ref(), key.as_ref())?.is_some() {
                return Ok(own);
            }
            let now = self.clock.now();
            let mut change = Change::default();
            for stage in &mut own {
                let Ok(after) = tried_again(stage, now) else { continue };
                let before = std::mem::replace(stage, after.clone());
                if let Subject::Asset(id) = &before.id.subject {
                    let assets = loaded.assets.iter().filter(|asset| asset.id == *id);
                    change.assets.extend(assets.map(|asset| Step {
                        after: asset.with_status(AssetStatus::Processing),
                        before: Some(asset.clone()),
                    }));
                }
                change.stages.push(Step { before: Some(before), after });
            }
            let Some(first) = change.stages.first().map(|step| step.after.clone()) else {
                return Err(Refusal::NotRetryable.into());
            };
            change.remember =
                key.as_ref().map(|key| (key.remember(author, &first.id.to_string()), now));
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, author, &first.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(own)
        })
    }
}
