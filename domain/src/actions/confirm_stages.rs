//! Confirming held stages, with what they would use in sight.

use crate::UserId;
use crate::actions::refusal::{deciding, replayed};
use crate::actions::retry_stages::MOST_RETRIES;
use crate::actions::set_due::{announce, head};
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{Stage, StageId};

/// What it needs of the world.
pub struct ConfirmStages<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl ConfirmStages<'_> {
    /// Sets those of the named stages due that are held: each may use once what it said that it would
    /// use, whatever its month has left. The others stay as they are. Returns all that are the
    /// author's, as they are now, in the order in which they were named.
    ///
    /// A budget guards against surprises, and not against the blog's authors: whoever wrote the post
    /// confirms, as the price is of what they wrote.
    ///
    /// Atomic, with one event for all; idempotent under a key. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `Invalid` for none or more than [`MOST_RETRIES`], `NotFound` when none is the
    /// author's, `NotHeld` when there is nothing to confirm, `KeyReused`.
    #[tracing::instrument(name = "stages.confirm", skip_all, fields(n_stages = ids.len()))]
    pub async fn run(
        &self,
        author: &UserId,
        ids: &[StageId],
        key: Option<IdempotencyKey>,
    ) -> Result<Vec<Stage>, ActionError> {
        if !(1..=MOST_RETRIES).contains(&ids.len()) {
            let message = format!("1 to {MOST_RETRIES} pipelines can be confirmed at once");
            return Err(Refusal::invalid("stageIds", message).into());
        }
        let mut named: Vec<StageId> = vec![];
        for id in ids {
            if !named.contains(id) {
                named.push(id.clone());
            }
        }
        let wanted = Wanted {
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
                let Ok(after) = stage.confirm(now) else { continue };
                let before = std::mem::replace(stage, after.clone());
                change.stages.push(Step { before: Some(before), after });
            }
            let Some(first) = change.stages.first().map(|step| step.after.clone()) else {
                return Err(Refusal::NotHeld.into());
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
