//! What the server tells by itself. `after` is added by the socket when it resumes.

use super::fragments::{
    AssetStatus, DateTime, EventCursor, FrameKind, PictureVariant, PostStatus, StageKind,
    StageStatus, UsageUnit, WorkingCopyState,
};
use super::schema;

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct PipelineVariables {
    pub(crate) post_id: cynic::Id,
    pub(crate) after: Option<EventCursor>,
}

/// The pipelines of one post.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Subscription", variables = "PipelineVariables")]
pub(crate) struct Pipeline {
    #[arguments(postId: $post_id, after: $after)]
    pub(crate) pipeline: PipelineFrame,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct MyPipelinesVariables {
    pub(crate) after: Option<EventCursor>,
}

/// The pipelines of all posts of the viewer.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Subscription", variables = "MyPipelinesVariables")]
pub(crate) struct MyPipelines {
    #[arguments(after: $after)]
    pub(crate) my_pipelines: PipelineFrame,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct PipelineFrame {
    pub(crate) kind: FrameKind,
    pub(crate) seq: i32,
    pub(crate) cursor: EventCursor,
    pub(crate) stages: Vec<Stage>,
}

/// One line of a board, with absolute values.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Stage {
    pub(crate) id: cynic::Id,
    pub(crate) kind: StageKind,
    pub(crate) status: StageStatus,
    pub(crate) held: bool,
    pub(crate) hold: Option<StageHold>,
    pub(crate) progress: Option<StageProgress>,
    pub(crate) attempts: i32,
    pub(crate) failure: Option<StageFailure>,
    pub(crate) post: Option<StagePost>,
    pub(crate) asset: Option<StageAsset>,
    pub(crate) revision: i32,
    pub(crate) updated_at: DateTime,
    pub(crate) due_at: Option<DateTime>,
}

#[derive(cynic::QueryFragment, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct StageProgress {
    pub(crate) done: i32,
    pub(crate) total: i32,
}

/// Why a line is held, and what it would use and cost.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct StageHold {
    pub(crate) units: i32,
    pub(crate) unit: Option<UsageUnit>,
    pub(crate) price: Option<Money>,
    pub(crate) used: i32,
    /// None when no budget holds it: it came from another home.
    pub(crate) budget: Option<i32>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Money {
    pub(crate) amount: String,
    pub(crate) currency: String,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct StageFailure {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) retry_at: Option<DateTime>,
}

/// The post of a line, as it is when the frame is made: a board also tells that it was published.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct StagePost {
    pub(crate) id: cynic::Id,
    pub(crate) slug: Option<String>,
    pub(crate) title: String,
    pub(crate) status: PostStatus,
    pub(crate) working_copy: Option<WorkingCopyState>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Asset")]
pub(crate) struct StageAsset {
    pub(crate) id: cynic::Id,
    pub(crate) status: AssetStatus,
    pub(crate) filename: String,
    pub(crate) variants: Vec<PictureVariant>,
}
