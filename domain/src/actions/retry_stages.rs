//! Trying several failed stages again at once.

use crate::UserId;
use crate::actions::retry_stage::tried_again;
use crate::actions::several_stages::SeveralStages;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::ports::{Clock, IdSource, Posts};
use crate::stage::{Stage, StageId};

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
    /// `Refused` with `Invalid` for none or more than [`MOST_STAGES`](super::MOST_STAGES), `NotFound` when
    /// none is the author's, `NotRetryable` when there is nothing to try again, `KeyReused`.
    #[tracing::instrument(name = "stages.retry", skip_all, fields(n_stages = ids.len()))]
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
            done: "tried again",
            go_on: |stage, now| tried_again(stage, now).ok(),
            none: || Refusal::NotRetryable,
        };
        several.run(author, ids, key).await
    }
}
