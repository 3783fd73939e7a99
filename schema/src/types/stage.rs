//! The GraphQL type `Stage`.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::UserId;
use domain::event::StageFacts;
use domain::stage::Subject;

use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::scalars::DateTime;
use crate::types::asset::Asset;
use crate::types::enums::{StageKind, StageStatus};
use crate::types::picture::int;
use crate::types::post::Post;
use crate::viewer::Viewer;

/// One pipeline of one post or image, and where it is. Its post's author sees it.
#[derive(Clone)]
pub struct Stage(StageFacts, StageKind);

impl Stage {
    /// The stage, if it is about something of the viewer's.
    pub(crate) fn seen(stage: &domain::stage::Stage, viewer: Option<&UserId>) -> Option<Self> {
        if viewer != Some(&stage.author) {
            return None;
        }
        Stage::told(StageFacts::from(stage))
    }

    /// A stage as an event of the viewer's own topic tells it; none for one that nobody sees.
    pub(crate) fn told(facts: StageFacts) -> Option<Self> {
        let kind = StageKind::of(facts.id.kind)?;
        Some(Stage(facts, kind))
    }
}

/// How far a running pipeline is, counted in what it makes: sentences, sizes.
#[derive(SimpleObject)]
pub struct StageProgress {
    /// Made.
    done: i32,
    /// Of so many.
    total: i32,
}

/// Why a pipeline failed, or why it waits for another try.
#[derive(SimpleObject)]
pub struct StageFailure {
    /// Stable, in capitals; for programs.
    code: String,
    /// For the author.
    message: String,
    /// When it is tried again; null when it failed.
    retry_at: Option<DateTime>,
}

/// One pipeline of one post or image, and where it is. Its post's author sees it.
#[Object]
impl Stage {
    /// The same for every run; works with `node(id:)` and `retryStage`.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Stage(self.0.id.clone()).into()
    }

    /// What it makes.
    async fn kind(&self) -> StageKind {
        self.1
    }

    /// Where it is.
    async fn status(&self) -> StageStatus {
        self.0.status.into()
    }

    /// Waits for the author's confirmation before it costs anything.
    async fn held(&self) -> bool {
        self.0.held
    }

    /// While RUNNING.
    async fn progress(&self) -> Option<StageProgress> {
        let progress = self.0.progress?;
        Some(StageProgress { done: int(progress.done), total: int(progress.total) })
    }

    /// Tries of the present input.
    async fn attempts(&self) -> i32 {
        int(self.0.attempts)
    }

    /// Why it FAILED, or why it waits for another try.
    async fn failure(&self) -> Option<StageFailure> {
        let failure = self.0.failure.clone()?;
        let retry_at = self.0.retry_at.map(DateTime);
        Some(StageFailure { code: failure.code, message: failure.message, retry_at })
    }

    /// The post; of an image, the post that it was uploaded for.
    async fn post(&self, context: &Context<'_>) -> Option<Result<Post>> {
        self.load_post(context).await.transpose()
    }

    /// Of IMAGE only.
    async fn asset(&self, context: &Context<'_>) -> Option<Result<Asset>> {
        self.load_asset(context).await.transpose()
    }

    /// The revision (of an image, 1) that this is about.
    async fn revision(&self) -> i32 {
        int(self.0.revision.0)
    }

    /// Last change of status.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

impl Stage {
    async fn load_post(&self, context: &Context<'_>) -> Result<Option<Post>> {
        let viewer = Viewer::of(context)?;
        let post = Loaders::of(context).post(self.0.post.clone()).await?;
        Ok(post.and_then(|post| Post::seen(post, viewer.id())))
    }

    async fn load_asset(&self, context: &Context<'_>) -> Result<Option<Asset>> {
        let Subject::Asset(id) = &self.0.id.subject else { return Ok(None) };
        let viewer = Viewer::of(context)?;
        let asset = Loaders::of(context).asset(id.clone()).await?;
        Ok(asset.and_then(|asset| Asset::seen(asset, viewer.id())))
    }
}
