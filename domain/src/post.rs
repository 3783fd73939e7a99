//! A post: what its author is writing, and what readers see of it.

use std::time::Duration;

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
/// How many images of other posts one save or publication may take up: each is two rows of its
/// transaction, which has at most 100. A publication that changes everything else has 70.
pub const NEW_USES: usize = 12;
/// How many published revisions are kept.
pub const REVISIONS: usize = 50;
/// How many former slugs lead on to the present one.
pub const FORMER_SLUGS: usize = 20;
/// How long an image is kept that nothing needs: no working copy, nothing published, no kept revision.
/// Counted from the last save of its post's text, publication or upload.
pub const UNUSED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a deleted post can be restored.
pub const RESTORABLE_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

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
    /// Images uploaded for other posts that its working copy ever named. Rows of before this was
    /// kept have none: what they show stands in `published`.
    #[serde(default)]
    pub uses: Vec<AssetId>,
    /// The published revisions that are kept, oldest first, the present one last. Rows of before
    /// this was kept have none; the next publication begins the list.
    #[serde(default)]
    pub revisions: Vec<Revision>,
    /// Slugs under which it was published before, oldest first: they lead on to the present one.
    #[serde(default)]
    pub former_slugs: Vec<Slug>,
    /// When its author deleted it. Its status stays, so that it comes back as it was.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// Whether its removal has begun: from then on it is nobody's, and cannot be restored.
    #[serde(default)]
    pub purging: bool,
}

impl Post {
    /// What readers may see of it, if anything.
    pub fn live(&self) -> Option<&Published> {
        match self.status {
            _ if self.deleted_at.is_some() => None,
            PostStatus::Published => self.published.as_ref(),
            PostStatus::Draft | PostStatus::Unpublished => None,
        }
    }

    /// Until when it can be restored, if it is deleted.
    pub fn restorable_until(&self) -> Option<Timestamp> {
        self.deleted_at.map(|at| at.plus(RESTORABLE_FOR))
    }

    /// Whether it may be removed for good now.
    pub fn purgeable(&self, now: Timestamp) -> bool {
        self.purging || self.restorable_until().is_some_and(|until| until <= now)
    }

    /// All images that it may need, each once: uploaded for it, named by its working copy, shown.
    pub fn images(&self) -> Vec<AssetId> {
        let shown = self.published.iter().flat_map(|published| &published.assets);
        let mut images: Vec<AssetId> = vec![];
        for image in self.uploads.iter().chain(&self.uses).chain(shown) {
            if !images.contains(image) {
                images.push(image.clone());
            }
        }
        images
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

    /// Whether `viewer` is its author. What is being removed is nobody's.
    pub fn owned_by(&self, viewer: Option<&UserId>) -> bool {
        viewer == Some(&self.author) && !self.purging
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

/// A published revision as it is kept, its body apart.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RevisionFacts {
    /// As it was published.
    pub title: String,
    /// As they were published.
    pub tags: Vec<Tag>,
    /// When it was published.
    pub published_at: Timestamp,
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
            uses: vec![],
            revisions: vec![],
            former_slugs: vec![],
            deleted_at: None,
            purging: false,
        }
    }

    /// The same, published.
    pub(crate) fn published(bits: u128) -> Post {
        let post = draft(bits);
        let published = Published {
            revision: post.draft.revision,
            title: post.draft.title.clone(),
            tags: vec![],
            slug: Slug::of_title("Title"),
            category: post.draft.category,
            content: post.draft.content.clone(),
            excerpt: String::new(),
            language: Language::English,
            assets: vec![],
            updated_at: Timestamp(0),
            renderer: 1,
        };
        let published_at = Some(Timestamp(0));
        Post { status: PostStatus::Published, published: Some(published), published_at, ..post }
    }

    #[test]
    fn a_deleted_post_is_its_authors_alone_until_its_removal_begins() {
        let post = published(1);
        assert!(post.listed() && post.visible_to(None));
        let author = UserId::from_bits(7);
        let deleted = Post { deleted_at: Some(Timestamp(5)), ..post };
        assert!(!deleted.listed() && !deleted.visible_to(None));
        assert!(deleted.visible_to(Some(&author)));
        let purging = Post { purging: true, ..deleted };
        assert!(!purging.visible_to(Some(&author)) && !purging.owned_by(Some(&author)));
    }

    #[test]
    fn a_post_may_be_removed_seven_days_after_it_was_deleted_and_not_before() {
        let deleted = Post { deleted_at: Some(Timestamp(1_000)), ..draft(1) };
        let until = deleted.restorable_until().unwrap();
        assert_eq!(until.since(Timestamp(1_000)), RESTORABLE_FOR);
        assert!(!deleted.purgeable(until.minus(Duration::from_millis(1))));
        assert!(deleted.purgeable(until));
        assert!(!draft(1).purgeable(until));
        // Once it has begun it goes on, also when the clock goes back.
        assert!(Post { purging: true, ..deleted }.purgeable(Timestamp(1_000)));
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
