//! Mutations of pipelines.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::actions::{RetryStage, RetryStages};

use crate::global_id::GlobalId;
use crate::mutations::idempotency::idempotency_key;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::refusals::Refused;
use crate::types::stage::Stage;
use crate::viewer::Viewer;

outcome! {
    /// What comes of `retryStage`.
    RetryStageResult = RetryStageSuccess
        | NotFound(NotFoundError)
        | NotRetryable(NotRetryableError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

/// The pipeline is due again.
#[derive(SimpleObject)]
pub struct RetryStageSuccess {
    /// The pipeline as it is now.
    stage: Stage,
}

/// Which pipeline to try again.
#[derive(InputObject)]
pub struct RetryStageInput {
    /// As `Stage.id` told it.
    stage_id: ID,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

outcome! {
    /// What comes of `retryStages`.
    RetryStagesResult = RetryStagesSuccess
        | InvalidInput(InvalidInputError)
        | NotFound(NotFoundError)
        | NotRetryable(NotRetryableError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

/// Those that had failed are due again.
#[derive(SimpleObject)]
pub struct RetryStagesSuccess {
    /// All that were named and are the viewer's, as they are now: also those that had not failed (any
    /// more), which stayed as they were.
    stages: Vec<Stage>,
}

/// Which pipelines to try again.
#[derive(InputObject)]
pub struct RetryStagesInput {
    /// 1 to 25, as `Stage.id` told them.
    stage_ids: Vec<ID>,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Mutations of pipelines.
#[derive(Default)]
pub struct StageMutations;

#[Object]
impl StageMutations {
    /// Tries a failed pipeline again, with all its attempts.
    async fn retry_stage(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The pipeline.")] input: RetryStageInput,
    ) -> Result<RetryStageResult> {
        answer(context, retry(context, input).await)
    }

    /// Tries several failed pipelines again at once, also of different posts: all of them or, when it
    /// is refused, none.
    async fn retry_stages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The pipelines.")] input: RetryStagesInput,
    ) -> Result<RetryStagesResult> {
        answer(context, retry_all(context, input).await)
    }
}

async fn retry(context: &Context<'_>, input: RetryStageInput) -> Result<RetryStageResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("retryStage", &input, input.idempotency_key.as_ref())?;
    let id = GlobalId::stage(&input.stage_id).ok_or_else(Refused::not_found)?;
    let action = RetryStage { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let stage = acted(context, action.run(author, &id, key).await).await?;
    let stage = Stage::seen(&stage, Some(author)).ok_or_else(Refused::not_found)?;
    Ok(RetryStageResult::Done(RetryStageSuccess { stage }))
}

async fn retry_all(
    context: &Context<'_>,
    input: RetryStagesInput,
) -> Result<RetryStagesResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("retryStages", &input, input.idempotency_key.as_ref())?;
    let ids: Vec<_> = input.stage_ids.iter().filter_map(|id| GlobalId::stage(id)).collect();
    if ids.is_empty() && !input.stage_ids.is_empty() {
        return Err(Refused::not_found().into());
    }
    let action = RetryStages { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let stages = acted(context, action.run(author, &ids, key).await).await?;
    let stages = stages.iter().filter_map(|stage| Stage::seen(stage, Some(author))).collect();
    Ok(RetryStagesResult::Done(RetryStagesSuccess { stages }))
}
