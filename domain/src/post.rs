//! A post: what its author is writing, and what readers see of it.

use sha2::{Digest, Sha256};

use crate::stage::StageKind;
use crate::text::{Heading, Language};
use crate::{AssetId, PostId, Secret, Slug, Tag, Timestamp, UserId};

/// A title's longest length, in characters.
pub const TITLE_CHARS: usize = 100;
/// A body's greatest size, in bytes of Markdown.
pub const BODY_BYTES: usize = 200 * 1024;
/// How many tags a post may have.
pub const TAGS: usize = 12;
/// How many images may be uploaded for one post, and shown in it.
pub const ASSETS: usize = 50;

/// Counts the saved changes of a working copy, from 1.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Revision(pub u32);

impl Revision {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Who may see a post once it is published.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub enum Visibility {
    /// Everybody, and it stands in the lists and in search.
    #[default]
    Public,
    /// Everybody who has its address.
    Unlisted,
    /// Its author.
    Private,
}

/// What kind of text a post is; each kind has a list of its own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub enum Category {
    /// An article.
    #[default]
    Post,
    /// Notes of somebody who learns.
    Learning,
}

impl Category {
    /// All of them.
    pub const ALL: [Category; 2] = [Category::Post, Category::Learning];

    /// As keys and addresses name it.
    pub fn name(self) -> &'static str {
        match self {
            Category::Post => "post",
            Category::Learning => "learning",
        }
    }
}

/// Where a post is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum PostStatus {
    /// Never published.
    Draft,
    /// Published now.
    Published,
    /// Was published, and is not now.
    Unpublished,
}

/// What identifies a text for the pipelines: the SHA-256 of its Markdown, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ContentHash(pub String);

impl ContentHash {
    /// Of a body.
    pub fn of(markdown: &str) -> Self {
        Self(hex(&Sha256::digest(markdown.as_bytes())))
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the author is writing, its body apart.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Draft {
    /// Counts up with each saved change.
    pub revision: Revision,
    /// May be empty until it is published.
    pub title: String,
    /// Without doubles, at most [`TAGS`].
    pub tags: Vec<Tag>,
    /// Which list it belongs to. Rows from before there were categories are articles.
    #[serde(default)]
    pub category: Category,
    /// Given by the author, and reserved.
    pub slug: Option<Slug>,
    /// Of the body.
    pub content: ContentHash,
    /// Last saved.
    pub saved_at: Timestamp,
}

/// What readers see, its body apart.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Published {
    /// The revision of the working copy that was published.
    pub revision: Revision,
    /// 1 to [`TITLE_CHARS`] characters.
    pub title: String,
    /// Without doubles.
    pub tags: Vec<Tag>,
    /// Which list it stands in. Rows from before there were categories are articles.
    #[serde(default)]
    pub category: Category,
    /// Where it is read.
    pub slug: Slug,
    /// Of the body.
    pub content: ContentHash,
    /// The first words.
    pub excerpt: String,
    /// Of most of the text.
    pub language: Language,
    /// Images that the article shows.
    pub assets: Vec<AssetId>,
    /// When this revision was published.
    pub updated_at: Timestamp,
    /// Version of the renderer that made the stored article.
    pub renderer: u32,
}

/// A post, its bodies apart.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Post {
    /// For its whole life.
    pub id: PostId,
    /// Who writes it.
    pub author: UserId,
    /// Makes the addresses of its media unguessable.
    pub secret: Secret,
    /// Counts every change of this row; the condition of every write.
    pub version: u64,
    /// Where it is in its life.
    pub status: PostStatus,
    /// Who may see it once published.
    pub visibility: Visibility,
    /// The working copy.
    pub draft: Draft,
    /// What was published last; kept when unpublished.
    pub published: Option<Published>,
    /// First publication: its place in the lists.
    pub published_at: Option<Timestamp>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Images that were uploaded for it, oldest first.
    pub uploads: Vec<AssetId>,
}

impl Post {
    /// What readers may see of it, if anything.
    pub fn live(&self) -> Option<&Published> {
        match self.status {
            PostStatus::Published => self.published.as_ref(),
            PostStatus::Draft | PostStatus::Unpublished => None,
        }
    }

    /// Whether it stands in the lists and in search.
    pub fn listed(&self) -> bool {
        self.live().is_some() && self.visibility == Visibility::Public
    }

    /// Whether `viewer` may see it. Decided here and nowhere else, for posts and all that hangs on
    /// them.
    pub fn visible_to(&self, viewer: Option<&UserId>) -> bool {
        self.owned_by(viewer) || (self.live().is_some() && self.visibility != Visibility::Private)
    }

    /// Whether `viewer` is its author.
    pub fn owned_by(&self, viewer: Option<&UserId>) -> bool {
        viewer == Some(&self.author)
    }

    /// Whether publishing the working copy would change what readers see.
    pub fn differs_from_published(&self) -> bool {
        self.live().is_none_or(|live| {
            live.title != self.draft.title
                || live.tags != self.draft.tags
                || live.category != self.draft.category
                || live.content != self.draft.content
                || self.draft.slug.as_ref().is_some_and(|slug| *slug != live.slug)
        })
    }

    /// Its place in the lists, newest last in byte order.
    pub fn position(&self) -> Option<String> {
        self.published_at.map(|at| format!("{}#{}", at.sortable(), self.id))
    }

    /// The stages of a post.
    pub const STAGES: [StageKind; 3] = [StageKind::Speech, StageKind::Summary, StageKind::Search];
}

/// The rendered article of one published revision.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Article {
    /// Sanitised, with placeholders for uploaded images.
    pub html: String,
    /// In document order.
    pub headings: Vec<Heading>,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn draft(bits: u128) -> Post {
        Post {
            id: PostId::from_bits(bits),
            author: UserId::from_bits(7),
            secret: Secret::from_bits(9),
            version: 1,
            status: PostStatus::Draft,
            visibility: Visibility::Public,
            draft: Draft {
                revision: Revision(1),
                title: "Title".into(),
                tags: vec![],
                category: Category::Post,
                slug: None,
                content: ContentHash::of("body"),
                saved_at: Timestamp(0),
            },
            published: None,
            published_at: None,
            created_at: Timestamp(0),
            uploads: vec![],
        }
    }

    #[test]
    fn a_guest_never_sees_a_draft() {
        let post = draft(1);
        assert!(!post.visible_to(None));
        assert!(!post.visible_to(Some(&UserId::from_bits(8))));
        assert!(post.visible_to(Some(&UserId::from_bits(7))));
        assert!(!post.listed());
    }
}
