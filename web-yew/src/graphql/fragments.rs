//! The pieces that several questions share.

use super::schema;

/// RFC 3339 in UTC, as the server wrote it.
#[derive(cynic::Scalar, Clone, PartialEq, Eq, Debug)]
#[cynic(graphql_type = "DateTime")]
pub(crate) struct DateTime(pub(crate) String);

/// Opaque; handed back as `after`.
#[derive(cynic::Scalar, Clone, PartialEq, Eq, Debug)]
#[cynic(graphql_type = "EventCursor")]
pub(crate) struct EventCursor(pub(crate) String);

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PostStatus {
    Draft,
    Published,
    Unpublished,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Visibility {
    #[default]
    Public,
    Unlisted,
    Private,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Category {
    #[default]
    Post,
    Learning,
}

impl Category {
    pub(crate) const ALL: [Self; 2] = [Self::Post, Self::Learning];
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    Korean,
    English,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    Reader,
    Author,
    Admin,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub(crate) enum StageKind {
    Speech,
    Summary,
    Search,
    Image,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UsageUnit {
    Characters,
    Tokens,
    Kilobytes,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StageStatus {
    Pending,
    Running,
    Waiting,
    Ready,
    Skipped,
    Failed,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FrameKind {
    Snapshot,
    Resumed,
    Event,
    Progress,
}

#[derive(cynic::Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AssetStatus {
    AwaitingUpload,
    Processing,
    Ready,
    Failed,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct PageInfo {
    pub(crate) has_next_page: bool,
    pub(crate) end_cursor: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "User")]
pub(crate) struct Author {
    pub(crate) id: cynic::Id,
    pub(crate) nickname: String,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct PictureVariant {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) url: String,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Picture {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) alt: String,
    pub(crate) variants: Vec<PictureVariant>,
}

/// A post as lists show it.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct PostCard {
    pub(crate) id: cynic::Id,
    pub(crate) slug: Option<String>,
    pub(crate) title: String,
    pub(crate) excerpt: String,
    pub(crate) tags: Vec<String>,
    pub(crate) author: Author,
    pub(crate) language: Language,
    pub(crate) published_at: Option<DateTime>,
    pub(crate) cover: Option<Picture>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct Viewer {
    pub(crate) user: Author,
    pub(crate) email: String,
    pub(crate) role: Role,
}

/// What the author writes, with the revision to send back.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct WorkingCopy {
    pub(crate) revision: i32,
    pub(crate) title: String,
    pub(crate) markdown: String,
    pub(crate) tags: Vec<String>,
    pub(crate) category: Category,
    pub(crate) differs_from_published: bool,
}

/// Which working copy it is, without its text.
#[derive(cynic::QueryFragment, Clone, Copy, PartialEq, Eq, Debug)]
#[cynic(graphql_type = "WorkingCopy")]
pub(crate) struct WorkingCopyState {
    pub(crate) revision: i32,
    pub(crate) differs_from_published: bool,
}

/// A post as its editor needs it, and as every change of it answers.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Post")]
pub(crate) struct EditedPost {
    pub(crate) id: cynic::Id,
    pub(crate) slug: Option<String>,
    pub(crate) status: PostStatus,
    pub(crate) visibility: Visibility,
    pub(crate) published_at: Option<DateTime>,
    pub(crate) deleted_at: Option<DateTime>,
    pub(crate) restorable_until: Option<DateTime>,
    pub(crate) working_copy: Option<WorkingCopy>,
}
