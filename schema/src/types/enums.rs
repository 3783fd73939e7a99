//! Enumerations, as the domain knows them.

use async_graphql::Enum;

/// What a person may do. Each role may do what those before it may.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::account::Role")]
pub enum Role {
    /// Reads.
    Reader,
    /// Writes posts.
    Author,
    /// Runs the blog.
    Admin,
}

/// What an access token may be used for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::account::Scope")]
pub enum Scope {
    /// Queries and subscriptions.
    Read,
    /// Mutations.
    Write,
}

/// What a mail is asked for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::mail::MailPurpose")]
pub enum MailPurpose {
    /// An account is to be made.
    SignUp,
    /// A password was forgotten.
    PasswordReset,
}

/// Where a post is in its life.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::post::PostStatus")]
pub enum PostStatus {
    /// Never published.
    Draft,
    /// Published now.
    Published,
    /// Was published, and is not now.
    Unpublished,
}

/// Who may see a post once it is published.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::post::Visibility")]
pub enum Visibility {
    /// Everybody, and it stands in the lists and in search.
    Public,
    /// Everybody who has its address.
    Unlisted,
    /// Its author.
    Private,
}

/// What kind of text a post is; each kind has a list of its own.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::post::Category")]
pub enum Category {
    /// An article.
    Post,
    /// Notes of somebody who learns.
    Learning,
}

/// A language that the blog speaks.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::text::Language")]
pub enum Language {
    /// Korean, `ko`.
    Korean,
    /// English, `en`.
    English,
}

/// What a pipeline makes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// The spoken post.
    Speech,
    /// Three lines.
    Summary,
    /// The entry in the search index, or its removal.
    Search,
    /// The responsive variants of an uploaded image.
    Image,
}

impl StageKind {
    /// The kind as authors see it; none for housekeeping that nobody sees.
    pub(crate) fn of(kind: domain::stage::StageKind) -> Option<Self> {
        match kind {
            domain::stage::StageKind::Speech => Some(StageKind::Speech),
            domain::stage::StageKind::Summary => Some(StageKind::Summary),
            domain::stage::StageKind::Search => Some(StageKind::Search),
            domain::stage::StageKind::Image => Some(StageKind::Image),
            domain::stage::StageKind::Purge | domain::stage::StageKind::Tidy => None,
        }
    }
}

/// Where a pipeline is.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::stage::StageStatus")]
pub enum StageStatus {
    /// Due, or due after a wait; or held.
    Pending,
    /// A worker is at it.
    Running,
    /// Goes on elsewhere: an upload on its way, a task of a service outside.
    Waiting,
    /// Made.
    Ready,
    /// Nothing had to be made: it is already there, or this blog has no such thing.
    Skipped,
    /// Given up, with a reason.
    Failed,
}

/// Where an upload is.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::asset::AssetStatus")]
pub enum AssetStatus {
    /// A ticket was given out.
    AwaitingUpload,
    /// It arrived; its variants are being made.
    Processing,
    /// All variants are there.
    Ready,
    /// It is not usable; its stage says why.
    Failed,
}

/// What a frame of a subscription is.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// The state as it is; the first frame, and the one after a gap.
    Snapshot,
    /// The subscription goes on where `after` stood; the events since then follow.
    Resumed,
    /// Something changed.
    Event,
    /// A pipeline got further. May be left out or come late; the next one says more.
    Progress,
}

/// Why nothing was changed, for programs.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// A part of the input is wrong; `path` names it.
    InvalidInput,
    /// A post cannot be published before it has what `path` names.
    Incomplete,
    /// There is no such thing, or it is not yours: nobody can tell which.
    NotFound,
    /// Nobody is signed in.
    Unauthenticated,
    /// Your role, or the scope of your key, does not allow it.
    Forbidden,
    /// The post changed since you read it.
    StaleRevision,
    /// The post is deleted: it can be restored, and nothing else.
    PostDeleted,
    /// Another post has the slug.
    SlugTaken,
    /// The idempotency key was used for another request.
    IdempotencyKeyReused,
    /// Wrong address or password: nobody can tell which.
    InvalidCredentials,
    /// Too many tries; `retryAt` says when the next one is possible.
    TooManyAttempts,
    /// The blog has an owner, or the set-up link is not the newest.
    AlreadySetUp,
    /// The stage has not failed, or cannot succeed.
    NotRetryable,
    /// No stage is held, so that there is nothing to confirm.
    NotHeld,
    /// The one-time link is unknown, over, used, or not the newest.
    LinkNotValid,
    /// The owner has not opened the blog for readers.
    SignUpClosed,
}
