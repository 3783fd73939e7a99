//! What an author asks of several stages at once: that those of them go on that can.

use crate::actions::refusal::{deciding, replayed};
use crate::actions::set_due::{announce, head};
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::asset::AssetStatus;
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{Stage, StageId, Subject};
use crate::{Timestamp, UserId};

/// Stages of one call. Each is at most three rows, and the rows of all fit into one transaction with the
/// event and the key.
pub const MOST_STAGES: usize = 25;

/// What it needs of the world, and what is asked.
pub(super) struct SeveralStages<'a> {
    pub(super) posts: &'a dyn Posts,
    pub(super) clock: &'a dyn Clock,
    pub(super) ids: &'a dyn IdSource,
    /// How a refusal of too many calls it.
    pub(super) done: &'static str,
    /// The stage, due again; none leaves it as it is.
    pub(super) go_on: fn(&Stage, Timestamp) -> Option<Stage>,
    /// When none of them can go on.
    pub(super) none: fn() -> Refusal,
}

impl SeveralStages<'_> {
    /// Lets those of the named stages go on that can. Returns all that are the author's, as they are now,
    /// in the order in which they were named.
    ///
    /// Atomic, with one event for all; idempotent under a key. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `Invalid` for none or more than [`MOST_STAGES`], `NotFound` when none is the
    /// author's, `none()`, `KeyReused`.
    pub(super) async fn run(
        &self,
        author: &UserId,
        ids: &[StageId],
        key: Option<IdempotencyKey>,
    ) -> Result<Vec<Stage>, ActionError> {
        if !(1..=MOST_STAGES).contains(&ids.len()) {
            let message = format!("1 to {MOST_STAGES} pipelines can be {} at once", self.done);
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
                let Some(after) = (self.go_on)(stage, now) else { continue };
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
                return Err((self.none)().into());
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
