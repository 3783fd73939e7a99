//! The port to posts, stages, assets and their events, as the actions need it.

use crate::account::KeyRecord;
use crate::asset::Asset;
use crate::event::{Event, Head};
use crate::ports::PortError;
use crate::post::{Article, Post, Revision, RevisionFacts};
use crate::stage::{Stage, StageId, StageKind};
use crate::usage::{Booked, Budgets, Usage};
use crate::{AssetId, Month, PostId, Slug, Timestamp, UserId};

/// What one batch is to read.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The post's row.
    pub post: Option<PostId>,
    /// The body of its working copy.
    pub body: bool,
    /// A published revision of it.
    pub revision: Option<Revision>,
    /// These stages.
    pub stages: Vec<StageId>,
    /// These assets' rows.
    pub assets: Vec<AssetId>,
    /// Where this author's log ends.
    pub head: Option<UserId>,
    /// What was done under an idempotency key.
    pub idempotency: Option<(UserId, String)>,
    /// What a month used of a kind, and what it may.
    pub usage: Option<(Month, StageKind)>,
}

/// What one batch read, as it was at that moment.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The post's row.
    pub post: Option<Post>,
    /// The body of its working copy.
    pub body: Option<String>,
    /// The published revision, if it is kept.
    pub revision: Option<KeptRevision>,
    /// Those that exist.
    pub stages: Vec<Stage>,
    /// Those that exist.
    pub assets: Vec<Asset>,
    /// Present when it was wanted.
    pub head: Option<Head>,
    /// What was done under the key, within 24 hours.
    pub done: Option<Remembered>,
    /// Present when it was wanted.
    pub usage: Option<(Usage, Budgets)>,
}

/// A published revision as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRevision {
    /// What is kept beside the body; none of revisions that were published before it was.
    pub facts: Option<RevisionFacts>,
    /// Its Markdown.
    pub body: String,
}

impl Loaded {
    /// A stage that was read.
    pub fn stage(&self, kind: StageKind) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id.kind == kind)
    }
}

/// What was done under an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Remembered {
    /// Who did it.
    pub viewer: UserId,
    /// Under which key.
    pub key: String,
    /// Hash of the request, to tell another one under the same key.
    pub request: String,
    /// Id of what it made or changed.
    pub id: String,
}

/// A row before and after: the version before is the condition of the write.
#[derive(Clone, Debug)]
pub struct Step<T> {
    /// As it was read; none when it is new.
    pub before: Option<T>,
    /// As it shall be.
    pub after: T,
}

/// What one transaction is to write: the state, the work to do and the event, together or not at all.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The post. Its list rows and slug follow from before and after.
    pub post: Option<Step<Post>>,
    /// The body of the working copy.
    pub body: Option<(PostId, String)>,
    /// What is published now: the revision's body and the rendered article.
    pub publication: Option<(PostId, Revision, String, Article)>,
    /// Stages.
    pub stages: Vec<Step<Stage>>,
    /// Assets.
    pub assets: Vec<Step<Asset>>,
    /// A key that was just drawn.
    pub key: Option<KeyRecord>,
    /// An event, after the head that was read, with the tag that it shall have.
    pub event: Option<(UserId, Head, Event, String)>,
    /// Remembered for 24 hours.
    pub remember: Option<(Remembered, Timestamp)>,
    /// What a run used. What stages reserve in a month, and give back, follows from before and after.
    pub booked: Option<Booked>,
    /// What a month had used when this was decided: as it was read, or the change is not applied.
    pub while_used: Option<Usage>,
    /// What months may use from now on.
    pub budgets: Option<Budgets>,
}

/// Why a change was not applied; nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Something that was read changed meanwhile: read again and decide anew.
    #[error("changed meanwhile")]
    Changed,
    /// Another post has the slug.
    #[error("the slug is taken")]
    SlugTaken(Slug),
    /// The store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Posts and all that hangs on them.
#[async_trait::async_trait]
pub trait Posts: Send + Sync {
    /// Reads at most 100 rows in one strongly consistent batch.
    async fn load(&self, wanted: &Wanted) -> Result<Loaded, PortError>;

    /// Applies a change: one transaction, durable when it returns.
    ///
    /// # Errors
    /// `Changed` when a version or the head of the log is not what was read, or the idempotency key
    /// was used meanwhile; `SlugTaken`.
    async fn apply(&self, change: Change) -> Result<(), ApplyError>;

    /// The body of a published revision.
    async fn published_body(
        &self,
        post: &PostId,
        revision: Revision,
    ) -> Result<Option<String>, PortError>;

    /// Stages of a kind that may be due, longest due first, at most `limit`; those first whose due
    /// time is beyond any wait. May be a moment late: the claim decides.
    async fn due(
        &self,
        kind: StageKind,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<StageId>, PortError>;

    /// Failed stages that may have to be tried again now, of all kinds, at most `limit`. May be a moment
    /// late: the stage decides.
    async fn probes(&self, now: Timestamp, limit: u32) -> Result<Vec<StageId>, PortError>;

    /// Stages of all authors that are held until a month has room for them, held longest first, at most
    /// `limit`. May be a moment late.
    async fn held(&self, limit: u32) -> Result<Vec<StageId>, PortError>;

    /// Every stage that has a due time, for release at start: a page, and where to go on.
    async fn open_stages(
        &self,
        kind: StageKind,
        after: Option<String>,
    ) -> Result<(Vec<StageId>, Option<String>), PortError>;
}
