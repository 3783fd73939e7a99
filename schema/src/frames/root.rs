//! The root on which subscriptions are executed, frame by frame.

use std::sync::Arc;

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, ID, Object, Result, ValidationMode,
};
use domain::UserId;
use domain::event::StageFacts;
use futures_util::future::try_join_all;
use parking_lot::Mutex;
use realtime::{Gap, Position};
use store::EventPosition;

use crate::error::Code;
use crate::frames::operation::Watched;
use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::parts::Parts;
use crate::request::or_fault;
use crate::scalars::EventCursor;
use crate::types::enums::FrameKind;
use crate::types::frame::{EventGap, PipelineFrame};
use crate::types::node::Node;
use crate::types::post::stage_ids;
use crate::viewer::Viewer;

/// For what a subscription's operation is executed.
pub(super) enum Moment {
    /// To authorise it and to learn what it follows. The resolver leaves its word and answers with an
    /// error, so that nothing is rendered.
    Subscribe(Mutex<Option<Subscribed>>),
    /// For the state as it is, after the log was found to end at a place.
    Snapshot(Position, Option<Gap>),
    /// For a frame that is given.
    Given(PipelineFrame),
}

/// What a resolver says when it is subscribed to.
pub(super) struct Subscribed {
    pub(super) author: UserId,
    pub(super) watched: Watched,
    pub(super) after: Option<EventPosition>,
}

/// The language of frames: the same types below the same fields, as a query.
pub(super) type Language = async_graphql::Schema<Frames, EmptyMutation, EmptySubscription>;

/// Documents were validated against the public schema when they were prepared, so that here only the
/// rules run that execution rests on.
pub(super) fn language(parts: Arc<Parts>) -> Language {
    async_graphql::Schema::build(Frames, EmptyMutation, EmptySubscription)
        .register_output_type::<Node>()
        .validation_mode(ValidationMode::Fast)
        .data(parts)
        .finish()
}

pub(super) struct Frames;

#[Object(name = "Subscription")]
impl Frames {
    async fn pipeline(
        &self,
        context: &Context<'_>,
        post_id: ID,
        after: Option<EventCursor>,
    ) -> Result<PipelineFrame> {
        match &**context.data_unchecked::<Arc<Moment>>() {
            Moment::Given(frame) => Ok(frame.clone()),
            Moment::Subscribe(word) => {
                let (author, post) = own_post(context, &post_id).await?;
                let after = position(context, after)?;
                *word.lock() = Some(Subscribed { author, watched: Watched::Post(post.id), after });
                Err(only_subscribed())
            }
            Moment::Snapshot(at, gap) => {
                let (_, post) = own_post(context, &post_id).await?;
                let loaders = Loaders::of(context);
                let stages = stage_ids(&post).into_iter().map(|id| loaders.stage(id));
                let stages = try_join_all(stages).await?;
                let stages = stages.iter().flatten().map(StageFacts::from).collect();
                Ok(snapshot(context, at, *gap, stages))
            }
        }
    }

    async fn my_pipelines(
        &self,
        context: &Context<'_>,
        after: Option<EventCursor>,
    ) -> Result<PipelineFrame> {
        match &**context.data_unchecked::<Arc<Moment>>() {
            Moment::Given(frame) => Ok(frame.clone()),
            Moment::Subscribe(word) => {
                let author = author(context)?.clone();
                let after = position(context, after)?;
                *word.lock() = Some(Subscribed { author, watched: Watched::All, after });
                Err(only_subscribed())
            }
            Moment::Snapshot(at, gap) => {
                let stages = Loaders::of(context).blog().board(author(context)?).await;
                Ok(snapshot(context, at, *gap, or_fault(context, stages)?))
            }
        }
    }
}

fn author<'a>(context: &Context<'a>) -> Result<&'a UserId> {
    let identity = Viewer::of(context)?.author().map_err(|barred| barred.error())?;
    Ok(&identity.user)
}

/// The post, if it is the viewer's. A post of somebody else is as absent as one that never was.
async fn own_post(context: &Context<'_>, id: &str) -> Result<(UserId, domain::post::Post)> {
    let viewer = Viewer::of(context)?.signed_in().map_err(|barred| barred.error())?;
    let absent = || Code::NotFound.error("there is no such post, or it is not yours");
    let id = GlobalId::post(id).ok_or_else(absent)?;
    let post = Loaders::of(context).post(id).await?;
    let post = post.filter(|post| post.owned_by(Some(&viewer.user))).ok_or_else(absent)?;
    Ok((viewer.user.clone(), post))
}

fn position(context: &Context<'_>, after: Option<EventCursor>) -> Result<Option<EventPosition>> {
    let Some(EventCursor(cursor)) = after else { return Ok(None) };
    let position = Parts::of(context).signer.verify_event(&cursor);
    position.map(Some).map_err(|_| Code::BadCursor.error("`after` is no cursor of a subscription"))
}

fn snapshot(
    context: &Context<'_>,
    at: &Position,
    gap: Option<Gap>,
    stages: Vec<StageFacts>,
) -> PipelineFrame {
    let parts = Parts::of(context);
    let mut frame = frame(parts, FrameKind::Snapshot, at, stages);
    frame.gap = gap.map(|gap| EventGap::new(gap.from.0, gap.to.0));
    frame
}

/// A frame of now.
pub(super) fn frame(
    parts: &Parts,
    kind: FrameKind,
    at: &Position,
    stages: Vec<StageFacts>,
) -> PipelineFrame {
    let cursor = cursor(parts, at);
    PipelineFrame { kind, seq: at.seq.0, cursor, gap: None, stages, at: parts.clock.now() }
}

/// The cursor by which a client goes on after a place.
pub(super) fn cursor(parts: &Parts, at: &Position) -> String {
    parts.signer.sign_event(&EventPosition {
        topic: at.topic.to_string(),
        epoch: at.epoch.to_string(),
        seq: at.seq.0,
        tag: at.tag.to_string(),
    })
}

fn only_subscribed() -> async_graphql::Error {
    Code::NeedsSocket.error("the subscription was only prepared")
}
