//! Mutations of budgets, and of what they hold.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::account::Role;
use domain::actions::{BudgetsInput, ConfirmStages, SetBudgets};

use crate::global_id::GlobalId;
use crate::mutations::idempotency::idempotency_key;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::refusals::Refused;
use crate::types::stage::Stage;
use crate::types::usage::{Budgets, PipelineUsage};
use crate::viewer::{Barred, Viewer};

outcome! {
    /// What comes of `setBudgets`.
    SetBudgetsResult = SetBudgetsSuccess
        | InvalidInput(InvalidInputError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

/// The budgets are set. What is held and has room now goes on by itself within half a minute.
#[derive(SimpleObject)]
pub struct SetBudgetsSuccess {
    /// As they are now.
    budgets: Budgets,
    /// What was used so far.
    usage: PipelineUsage,
}

/// The limits of each month. All are set: one that is absent or null is lifted.
#[derive(InputObject)]
pub struct SetBudgetsInput {
    /// Characters of speech; 0 lets none be spoken unconfirmed.
    speech_characters: Option<i32>,
    /// Tokens of summaries; 0 lets none be summarised unconfirmed.
    summary_tokens: Option<i32>,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

outcome! {
    /// What comes of `confirmStages`.
    ConfirmStagesResult = ConfirmStagesSuccess
        | InvalidInput(InvalidInputError)
        | NotFound(NotFoundError)
        | NotHeld(NotHeldError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

/// Those that were held are due.
#[derive(SimpleObject)]
pub struct ConfirmStagesSuccess {
    /// All that were named and are the viewer's, as they are now: also those that were not held (any
    /// more), which stayed as they were.
    stages: Vec<Stage>,
}

/// Which pipelines to confirm.
#[derive(InputObject)]
pub struct ConfirmStagesInput {
    /// 1 to 25, as `Stage.id` told them.
    stage_ids: Vec<ID>,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Mutations of budgets.
#[derive(Default)]
pub struct BudgetMutations;

#[Object]
impl BudgetMutations {
    /// Sets how much a month may use, from this one on. For who runs the blog.
    async fn set_budgets(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The limits.")] input: SetBudgetsInput,
    ) -> Result<SetBudgetsResult> {
        answer(context, set_budgets(context, input).await)
    }

    /// Confirms held pipelines of the viewer's posts, with their price in sight (`Stage.hold`): all of
    /// them or, when it is refused, none. Each may use once what its `hold` says, whatever the month has
    /// left; one that would use more is held again.
    async fn confirm_stages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The pipelines.")] input: ConfirmStagesInput,
    ) -> Result<ConfirmStagesResult> {
        answer(context, confirm_stages(context, input).await)
    }
}

async fn set_budgets(
    context: &Context<'_>,
    input: SetBudgetsInput,
) -> Result<SetBudgetsResult, Failure> {
    let identity = Viewer::of(context)?.writer()?;
    if identity.role < Role::Admin {
        return Err(Barred::Role.into());
    }
    let parts = Parts::of(context);
    let key = idempotency_key("setBudgets", &input, input.idempotency_key.as_ref())?;
    let action = SetBudgets { posts: &parts.blog, clock: &*parts.clock };
    let limits = BudgetsInput {
        speech_characters: input.speech_characters.map(i64::from),
        summary_tokens: input.summary_tokens.map(i64::from),
    };
    let budgets = acted(context, action.run(&identity.user, limits, key).await).await?;
    let (budgets, usage) = (budgets.into(), PipelineUsage);
    Ok(SetBudgetsResult::Done(SetBudgetsSuccess { budgets, usage }))
}

async fn confirm_stages(
    context: &Context<'_>,
    input: ConfirmStagesInput,
) -> Result<ConfirmStagesResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("confirmStages", &input, input.idempotency_key.as_ref())?;
    let ids: Vec<_> = input.stage_ids.iter().filter_map(|id| GlobalId::stage(id)).collect();
    if ids.is_empty() && !input.stage_ids.is_empty() {
        return Err(Refused::not_found().into());
    }
    let action = ConfirmStages { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let stages = acted(context, action.run(author, &ids, key).await).await?;
    let stages = stages.iter().filter_map(|stage| Stage::seen(stage, Some(author))).collect();
    Ok(ConfirmStagesResult::Done(ConfirmStagesSuccess { stages }))
}
