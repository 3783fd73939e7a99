//! The GraphQL type `Stage`.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::UserId;
use domain::event::StageFacts;
use domain::stage::{StageId, Subject};
use futures_util::future::try_join_all;
use store::Listing;

use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::page::{List, PageInfo, Place};
use crate::scalars::DateTime;
use crate::types::asset::Asset;
use crate::types::enums::{StageKind, StageStatus};
use crate::types::picture::int;
use crate::types::post::Post;
use crate::types::usage::{Money, UsageUnit, whole};
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

/// Why a pipeline is held, and what it would use.
#[derive(SimpleObject)]
pub struct StageHold {
    /// What it would use.
    units: i32,
    /// In what that is counted.
    unit: Option<UsageUnit>,
    /// What that would cost; null when it costs time alone.
    price: Option<Money>,
    /// What the month had used, and granted to others, when it was held.
    used: i32,
    /// The month's budget then; null when no budget holds it: it came with the blog from another place, and
    /// waits for its author.
    budget: Option<i32>,
}

/// Why a pipeline failed, or why it waits for another try.
#[derive(SimpleObject)]
pub struct StageFailure {
    /// Stable, in capitals; for programs.
    code: String,
    /// For the author.
    message: String,
    /// When it is tried again by itself. What failed because something was not there is, for a week; null
    /// when it waits for a person.
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

    /// Waits for the author's confirmation, or for a month with room, before it uses anything.
    async fn held(&self) -> bool {
        self.0.held
    }

    /// Why it is held, and the price to confirm with `confirmStages`; null when it is not.
    async fn hold(&self, context: &Context<'_>) -> Option<StageHold> {
        let (hold, kind) = (self.0.hold?, self.0.id.kind);
        Some(StageHold {
            units: whole(hold.units),
            unit: kind.unit().map(UsageUnit::from),
            price: Money::price(context, kind, hold.units),
            used: whole(hold.used),
            budget: hold.limit.map(whole),
        })
    }

    /// While RUNNING, or WAITING for a service outside.
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

    /// While PENDING, from when on it should have begun. One that is long past says that nobody is at
    /// work. Null while it is held, and for what happened before the blog kept this.
    async fn due_at(&self) -> Option<DateTime> {
        self.0.due_at.map(DateTime)
    }

    /// The post; of an image, the post that it was uploaded for.
    async fn post(&self, context: &Context<'_>) -> Option<Result<Post>> {
        self.load_post(context).await.transpose()
    }

    /// Of IMAGE only. Null once the image is gone: an upload that never came, or an image that nothing
    /// needed.
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

/// A page of pipelines of the viewer.
pub struct StageConnection {
    list: List,
    /// Of all rows of the page, also of those that have gone on meanwhile.
    positions: Vec<String>,
    stages: Vec<(String, Stage)>,
    has_next: bool,
    has_previous: bool,
}

impl StageConnection {
    /// A page of the stages that need a person, `still` as they were listed, as they are now.
    pub(crate) async fn listed(
        context: &Context<'_>,
        list: List,
        page: Listing<StageId>,
        has_previous: bool,
        viewer: &UserId,
        still: fn(&domain::stage::Stage) -> bool,
    ) -> Result<Self> {
        let loaders = Loaders::of(context);
        let ids = page.items.iter().map(|(_, id)| loaders.stage(id.clone()));
        let loaded = try_join_all(ids).await?;
        let positions: Vec<String> = page.items.into_iter().map(|(position, _)| position).collect();
        let stages = positions.iter().zip(&loaded).filter_map(|(position, stage)| {
            let listed = stage.as_ref().filter(|stage| still(stage))?;
            Some((position.clone(), Stage::seen(listed, Some(viewer))?))
        });
        let (stages, has_next) = (stages.collect(), page.has_next);
        Ok(StageConnection { list, positions, stages, has_next, has_previous })
    }
}

/// A page of pipelines of the viewer.
#[Object]
impl StageConnection {
    /// The pipelines with their cursors.
    async fn edges(&self) -> Vec<StageEdge<'_>> {
        let edge = |(position, node)| StageEdge { list: &self.list, position, node };
        self.stages.iter().map(|(position, node)| edge((position.as_str(), node))).collect()
    }

    /// The pipelines alone.
    async fn nodes(&self) -> Vec<&Stage> {
        self.stages.iter().map(|(_, stage)| stage).collect()
    }

    /// The page's place in the list.
    async fn page_info(&self, context: &Context<'_>) -> PageInfo {
        let place = Place {
            has_next: self.has_next,
            has_previous: self.has_previous,
            start: self.positions.first().map(String::as_str),
            end: self.positions.last().map(String::as_str),
        };
        self.list.info(context, place)
    }
}

/// A pipeline in a page.
pub struct StageEdge<'a> {
    list: &'a List,
    position: &'a str,
    node: &'a Stage,
}

/// A pipeline in a page.
#[Object]
impl StageEdge<'_> {
    /// Where it stands; `after` it, the list goes on. Opaque and signed.
    async fn cursor(&self, context: &Context<'_>) -> String {
        self.list.cursor(context, self.position)
    }

    /// The pipeline.
    async fn node(&self) -> &Stage {
        self.node
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
