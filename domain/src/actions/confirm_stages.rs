//! Confirming held stages, with what they would use in sight.

use crate::UserId;
use crate::actions::several_stages::SeveralStages;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::ports::{Clock, IdSource, Posts};
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
    /// `Refused` with `Invalid` for none or more than [`MOST_STAGES`](super::MOST_STAGES), `NotFound` when
    /// none is the author's, `NotHeld` when there is nothing to confirm, `KeyReused`.
    #[tracing::instrument(name = "stages.confirm", skip_all, fields(n_stages = ids.len()))]
    pub async fn run(
        &self,
        author: &UserId,
        ids: &[StageId],
        key: Option<IdempotencyKey>,
    ) -> Result<Vec<Stage>, ActionError> {
        let several = SeveralStages {
            posts: self.posts,
            clock: self.clock,
            ids: self.ids,
            done: "confirmed",
            go_on: |stage, now| stage.confirm(now).ok(),
            none: || Refusal::NotHeld,
        };
        several.run(author, ids, key).await
    }
}
