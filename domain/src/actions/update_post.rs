//! Saving the working copy.

use crate::actions::create_post::made_before;
use crate::actions::named_images::{named_images, take_up};
use crate::actions::refusal::{deciding, replayed};
use crate::actions::set_due::{announce, head, set_due, stage_id, tidy_later};
use crate::actions::{ActionError, IdempotencyKey, PostInput, Refusal};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::post::{ContentHash, Post, Revision};
use crate::stage::StageKind;
use crate::{PostId, UserId};

/// What saving needs of the world.
pub struct UpdatePost<'a> {
    /// Where posts are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl UpdatePost<'_> {
    /// Saves the working copy. Publishes nothing: readers see what they saw. Only the visibility takes
    /// effect at once; it belongs to the post and not to the revision.
    ///
    /// Atomic; idempotent under a key. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `NotFound` (also for a post of another author), `Stale` when `expected` is not
    /// the present revision, `Deleted`, `Invalid`, `SlugTaken` or `KeyReused`.
    #[tracing::instrument(name = "post.update", skip_all, fields(post.id = %id))]
    pub async fn run(
        &self,
        author: &UserId,
        id: &PostId,
        expected: Revision,
        input: PostInput,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        let input = input.validate()?;
        let named = input.markdown.as_deref().map(named_images);
        deciding!({
            let wanted = Wanted {
                post: Some(id.clone()),
                stages: vec![stage_id(id, StageKind::Search), stage_id(id, StageKind::Tidy)],
                assets: named.clone().unwrap_or_default(),
                head: Some(author.clone()),
                idempotency: key.as_ref().map(|key| (author.clone(), key.key.clone())),
                ..Wanted::default()
            };
            let loaded = self.posts.load(&wanted).await?;
            if let Some(id) = replayed(loaded.done.as_ref(), key.as_ref())? {
                return made_before(self.posts, &id).await;
            }
            let before = editable(loaded.post.clone(), author)?;
            if before.draft.revision != expected {
                return Err(Refusal::Stale { current: Box::new(before) }.into());
            }

            let now = self.clock.now();
            let mut after = before.clone();
            after.version += 1;
            after.draft.revision = before.draft.revision.next();
            after.draft.saved_at = now;
            if let Some(title) = &input.title {
                after.draft.title.clone_from(title);
            }
            if let Some(tags) = &input.tags {
                after.draft.tags.clone_from(tags);
            }
            if let Some(category) = input.category {
                after.draft.category = category;
            }
            if let Some(slug) = &input.slug {
                after.draft.slug = Some(slug.clone());
            }
            if let Some(markdown) = &input.markdown {
                after.draft.content = ContentHash::of(markdown);
            }
            if let Some(visibility) = input.visibility {
                after.visibility = visibility;
            }

            let mut change = Change {
                assets: take_up(&mut after, loaded.assets.clone()),
                body: input.markdown.as_ref().map(|markdown| (id.clone(), markdown.clone())),
                remember: key.as_ref().map(|key| (key.remember(author, id.as_str()), now)),
                ..Change::default()
            };
            if let Some(live) = after.live()
                && before.visibility != after.visibility
            {
                let revision = live.revision;
                change.stages = set_due(&loaded, &after, &[StageKind::Search], revision, now);
                let kind = EventKind::PostVisibilityChanged;
                announce(&mut change, kind, author, id, head(&loaded)?, now, self.ids);
            }
            if let Some(named) = &named {
                tidy_later(&mut change, &loaded, &after, named, now);
            }
            change.post = Some(Step { before: Some(before), after: after.clone() });
            self.posts.apply(change).await?;
            Ok(after)
        })
    }
}

/// The post, if it is the author's.
pub(super) fn owned(post: Option<Post>, author: &UserId) -> Result<Post, Refusal> {
    post.filter(|post| post.owned_by(Some(author))).ok_or(Refusal::NotFound)
}

/// The post, if it is the author's and not deleted.
pub(super) fn editable(post: Option<Post>, author: &UserId) -> Result<Post, Refusal> {
    let post = owned(post, author)?;
    match post.deleted_at {
        None => Ok(post),
        Some(_) => Err(Refusal::Deleted { post: Box::new(post) }),
    }
}
