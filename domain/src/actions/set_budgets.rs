//! Saying how much months may use.

use crate::UserId;
use crate::actions::refusal::{deciding, replayed};
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::ports::{Change, Clock, Posts, Wanted};
use crate::usage::Budgets;

/// What it needs of the world.
pub struct SetBudgets<'a> {
    /// Where budgets are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
}

/// The limits of each month; none is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetsInput {
    /// Characters of speech.
    pub speech_characters: Option<i64>,
    /// Tokens of summaries.
    pub summary_tokens: Option<i64>,
}

impl SetBudgets<'_> {
    /// Sets all limits, for this month and those that follow. Who may is for the caller to know: the
    /// owner. Of two that set them, the later one counts. What is under way goes on as it was granted.
    ///
    /// Idempotent under a key. One transaction, and one batch where there is a key.
    ///
    /// # Errors
    /// `Refused` with `Invalid` for a limit below zero, `KeyReused`.
    #[tracing::instrument(name = "budgets.set", skip_all)]
    pub async fn run(
        &self,
        owner: &UserId,
        input: BudgetsInput,
        key: Option<IdempotencyKey>,
    ) -> Result<Budgets, ActionError> {
        let budgets = Budgets {
            speech: limit("speechCharacters", input.speech_characters)?,
            summary: limit("summaryTokens", input.summary_tokens)?,
        };
        let idempotency = key.as_ref().map(|key| (owner.clone(), key.key.clone()));
        deciding!({
            if key.is_some() {
                let wanted = Wanted { idempotency: idempotency.clone(), ..Wanted::default() };
                let loaded = self.posts.load(&wanted).await?;
                if replayed(loaded.done.as_ref(), key.as_ref())?.is_some() {
                    return Ok(budgets);
                }
            }
            let remember = key.as_ref().map(|key| (key.remember(owner, ""), self.clock.now()));
            let change = Change { budgets: Some(budgets), remember, ..Change::default() };
            self.posts.apply(change).await?;
            Ok(budgets)
        })
    }
}

fn limit(field: &'static str, given: Option<i64>) -> Result<Option<u64>, Refusal> {
    let below = |_| Refusal::invalid(field, "a limit is 0 or more; leave it out for none");
    given.map(u64::try_from).transpose().map_err(below)
}
