//! The GraphQL type `PipelineFrame`.

use async_graphql::{Object, SimpleObject};
use domain::Timestamp;
use domain::event::StageFacts;

use crate::scalars::{DateTime, EventCursor};
use crate::types::enums::FrameKind;
use crate::types::stage::Stage;

/// First a SNAPSHOT (or RESUMED, when `after` could be resumed), then an EVENT for each change and
/// PROGRESS values between them.
#[derive(Clone, Debug)]
pub struct PipelineFrame {
    pub(crate) kind: FrameKind,
    pub(crate) seq: u64,
    pub(crate) cursor: String,
    pub(crate) gap: Option<EventGap>,
    pub(crate) stages: Vec<StageFacts>,
    pub(crate) at: Timestamp,
}

/// First a SNAPSHOT (or RESUMED, when `after` could be resumed), then an EVENT for each change and
/// PROGRESS values between them.
#[Object]
impl PipelineFrame {
    /// What it is.
    async fn kind(&self) -> FrameKind {
        self.kind
    }

    /// Of the last event; never goes down. A PROGRESS carries that of the event before it.
    async fn seq(&self) -> i32 {
        seq(self.seq)
    }

    /// Of this frame, to be sent as `after`.
    async fn cursor(&self) -> EventCursor {
        EventCursor(self.cursor.clone())
    }

    /// True on a RESUMED frame; false on a SNAPSHOT.
    async fn resumed(&self) -> bool {
        self.kind == FrameKind::Resumed
    }

    /// Events that were lost to this client, on a SNAPSHOT that answers an `after`.
    async fn gap(&self) -> Option<EventGap> {
        self.gap.clone()
    }

    /// SNAPSHOT: all stages. EVENT and PROGRESS: those that changed, with absolute values. RESUMED:
    /// none.
    async fn stages(&self) -> Vec<Stage> {
        self.stages.iter().cloned().filter_map(Stage::told).collect()
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        self.at.into()
    }
}

/// Events that a client did not get.
#[derive(SimpleObject, Clone, Debug)]
pub struct EventGap {
    /// The first of them.
    from: i32,
    /// The last of them.
    to: i32,
}

impl EventGap {
    pub(crate) fn new(from: u64, to: u64) -> Self {
        EventGap { from: seq(from), to: seq(to) }
    }
}

/// A log of two billion events is beyond what an author's pipelines write in a lifetime.
fn seq(seq: u64) -> i32 {
    i32::try_from(seq).unwrap_or(i32::MAX)
}
