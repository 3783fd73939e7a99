//! Beginning a post.

use crate::actions::named_images::{named_images, take_up};
use crate::actions::refusal::{Attempt, deciding, replayed};
use crate::actions::{ActionError, IdempotencyKey, PostInput, Refusal};
use crate::ports::{Change, Clock, IdSource, PortError, Posts, Step, Wanted};
use crate::post::{ContentHash, Draft, Post, PostStatus, Revision};
use crate::{PostId, Secret, UserId};

/// What beginning a post needs of the world.
pub struct CreatePost<'a> {
    /// Where it is kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Its id.
    pub ids: &'a dyn IdSource,
}

impl CreatePost<'_> {
    /// Begins a post: a working copy that nobody but its author sees. Everything may be empty.
    ///
    /// Atomic; idempotent under a key.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, `SlugTaken` or `KeyReused`.
    #[tracing::instrument(name = "post.create", skip_all, fields(author.id = %author))]
    pub async fn run(
        &self,
        author: &UserId,
        input: PostInput,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        let input = input.validate()?;
        deciding!({
            if let Some(key) = &key {
                let wanted = Wanted {
                    idempotency: Some((author.clone(), key.key.clone())),
                    ..Wanted::default()
                };
                let loaded = self.posts.load(&wanted).await?;
                if let Some(id) = replayed(loaded.done.as_ref(), Some(key))? {
                    return made_before(self.posts, &id).await;
                }
            }
            let now = self.clock.now();
            let body = input.markdown.clone().unwrap_or_default();
            let mut post = Post {
                id: PostId::from_bits(self.ids.fresh()),
                author: author.clone(),
                secret: Secret::from_bits(self.ids.secret()),
                version: 1,
                status: PostStatus::Draft,
                visibility: input.visibility.unwrap_or_default(),
                draft: Draft {
                    revision: Revision(1),
                    title: input.title.clone().unwrap_or_default(),
                    tags: input.tags.clone().unwrap_or_default(),
                    category: input.category.unwrap_or_default(),
                    slug: input.slug.clone(),
                    content: ContentHash::of(&body),
                    saved_at: now,
                },
                published: None,
                published_at: None,
                created_at: now,
                uploads: vec![],
                uses: vec![],
                revisions: vec![],
                former_slugs: vec![],
                deleted_at: None,
                purging: false,
            };
            // A new post has no images of its own: those that it names are of other posts.
            let named = named_images(&body);
            let assets = match named.is_empty() {
                true => vec![],
                false => {
                    let wanted = Wanted { assets: named, ..Wanted::default() };
                    take_up(&mut post, self.posts.load(&wanted).await?.assets)
                }
            };
            let change = Change {
                post: Some(Step { before: None, after: post.clone() }),
                assets,
                body: Some((post.id.clone(), body)),
                remember: key.as_ref().map(|key| (key.remember(author, post.id.as_str()), now)),
                ..Change::default()
            };
            self.posts.apply(change).await?;
            Ok(post)
        })
    }
}

/// The post that was made or changed under an idempotency key, as it is now.
pub(super) async fn made_before(posts: &dyn Posts, id: &str) -> Result<Post, Attempt> {
    let id = PostId::parse(id).map_err(|_| PortError::Corrupt {
        table: "idempotency",
        field: "id",
        id: id.to_owned(),
    })?;
    let loaded = posts.load(&Wanted { post: Some(id), ..Wanted::default() }).await?;
    Ok(loaded.post.ok_or(Refusal::NotFound)?)
}
