//! The root of subscriptions, as the schema describes it. What answers is in `frames`.

use async_graphql::{ID, Result};
use futures_util::stream::{self, Stream};

use crate::error::Code;
use crate::scalars::EventCursor;
use crate::types::frame::PipelineFrame;

/// What can be watched. One field to an operation.
pub struct Subscription;

/// What can be watched. One field to an operation.
#[async_graphql::Subscription]
impl Subscription {
    /// The pipelines of one post of the viewer, images uploaded for it and images it shows included.
    async fn pipeline(
        &self,
        #[graphql(desc = "The post.")] post_id: ID,
        #[graphql(desc = "The cursor of the last frame that was seen.")] after: Option<EventCursor>,
    ) -> Result<impl Stream<Item = PipelineFrame>> {
        let _ = (post_id, after);
        elsewhere()
    }

    /// The pipelines of all posts of the viewer.
    async fn my_pipelines(
        &self,
        #[graphql(desc = "The cursor of the last frame that was seen.")] after: Option<EventCursor>,
    ) -> Result<impl Stream<Item = PipelineFrame>> {
        let _ = after;
        elsewhere()
    }
}

/// This root describes and validates; frames are rendered one by one, for all homes alike.
fn elsewhere() -> Result<stream::Empty<PipelineFrame>> {
    Err(Code::NeedsSocket.error(
        "subscribe over the WebSocket at /graphql/ws, or over text/event-stream at /graphql",
    ))
}
