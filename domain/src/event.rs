//! Events: what happened to an author's posts, in the order in which it happened.

use crate::post::Revision;
use crate::stage::{Done, Failure, Stage, StageId, StageStatus};
use crate::usage::Hold;
use crate::{PostId, Timestamp, UserId};

/// Where a topic's log ends.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// Number of the last event; 0 before the first.
    pub seq: u64,
    /// Changes when the log is another one: after a restore or an import.
    pub epoch: String,
    /// Of the last event, 64 random bits in hexadecimal; empty at 0.
    pub tag: String,
}

/// What everybody who watches a stage is told of it: absolute values, never differences.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StageFacts {
    /// Which stage.
    pub id: StageId,
    /// The post that it is about, or for which the image was uploaded.
    pub post: PostId,
    /// The published revision that it is about.
    pub revision: Revision,
    /// Where it is.
    pub status: StageStatus,
    /// Waits for confirmation.
    pub held: bool,
    /// Why, and for what. Absent in facts that were written before there were budgets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Tries of this run.
    pub attempts: u32,
    /// While running.
    pub progress: Option<Done>,
    /// Why it failed, or waits.
    pub failure: Option<Failure>,
    /// When it is tried again, if it waits for that.
    pub retry_at: Option<Timestamp>,
    /// When somebody shall look at it, while it waits in the open. Absent in facts that were written
    /// before there was an overview of what is overdue.
    #[serde(default)]
    pub due_at: Option<Timestamp>,
    /// Last change of status.
    pub updated_at: Timestamp,
}

impl From<&Stage> for StageFacts {
    fn from(stage: &Stage) -> Self {
        let waits = match stage.status {
            StageStatus::Pending => stage.failure.is_some(),
            status => status == StageStatus::Failed,
        };
        StageFacts {
            id: stage.id.clone(),
            post: stage.post.clone(),
            revision: stage.revision,
            status: stage.status,
            held: stage.held,
            hold: stage.hold,
            attempts: stage.attempts,
            progress: stage.progress,
            failure: stage.failure.clone(),
            retry_at: stage.due_at.filter(|_| waits),
            due_at: stage.due_at.filter(|_| stage.status == StageStatus::Pending && !stage.held),
            updated_at: stage.updated_at,
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum EventKind {
    /// A post was published, or published anew.
    PostPublished,
    /// A post was unpublished.
    PostUnpublished,
    /// A post was deleted; it can be restored for a while.
    PostDeleted,
    /// A deleted post came back as it was.
    PostRestored,
    /// Who may see a post changed.
    PostVisibilityChanged,
    /// A ticket for an upload was given out.
    UploadRequested,
    /// An upload arrived.
    UploadArrived,
    /// A stage went on.
    StageChanged,
    /// An image was removed: its upload never came, or nothing needed it.
    ImageRemoved,
}

/// An event of an author's topic.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// The post that it is about.
    pub post: PostId,
    /// All stages that the transaction changed, as they are after it.
    pub stages: Vec<StageFacts>,
}

/// An event with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Contiguous from 1.
    pub seq: u64,
    /// 64 random bits, in hexadecimal.
    pub tag: String,
    /// What happened.
    pub event: Event,
}

/// Whose events.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AuthorTopic(pub UserId);

impl AuthorTopic {
    /// `author:{id}`.
    pub fn name(&self) -> String {
        format!("author:{}", self.0)
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        UserId::parse(name.strip_prefix("author:")?).ok().map(AuthorTopic)
    }
}
