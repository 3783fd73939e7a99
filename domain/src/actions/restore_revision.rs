//! Bringing an older revision back.

use crate::actions::create_post::made_before;
use crate::actions::named_images::{named_images, take_up};
use crate::actions::refusal::{deciding, replayed};
use crate::actions::set_due::{stage_id, tidy_later};
use crate::actions::update_post::editable;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::ports::{Change, Clock, Posts, Step, Wanted};
use crate::post::{ContentHash, Post, Revision};
use crate::stage::StageKind;
use crate::{PostId, UserId};

/// What bringing a revision back needs of the world.
pub struct RestoreRevision<'a> {
    /// Where posts are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
}

impl RestoreRevision<'_> {
    /// Makes title, tags and body of a published revision the working copy, as a new revision.
    /// Publishes nothing; slug and visibility stay. Of a revision whose title was not kept yet, only
    /// the body comes back.
    ///
    /// Atomic; idempotent under a key. One batch and one transaction, and one batch more when the
    /// revision shows images of other posts.
    ///
    /// # Errors
    /// `Refused` with `NotFound` (also for a post of another author, and for a revision that was never
    /// published or is not kept), `Deleted`, `Stale` or `KeyReused`.
    #[tracing::instrument(name = "revision.restore", skip_all, fields(post.id = %id, revision = revision.0))]
    pub async fn run(
        &self,
        author: &UserId,
        id: &PostId,
        revision: Revision,
        expected: Revision,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        deciding!({
            let wanted = Wanted {
                post: Some(id.clone()),
                stages: vec![stage_id(id, StageKind::Tidy)],
                revision: Some(revision),
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
            let kept = loaded.revision.clone().ok_or(Refusal::NotFound)?;

            let now = self.clock.now();
            let mut after = before.clone();
            after.version += 1;
            after.draft.revision = before.draft.revision.next();
            after.draft.saved_at = now;
            after.draft.content = ContentHash::of(&kept.body);
            if let Some(facts) = kept.facts {
                after.draft.title = facts.title;
                after.draft.tags = facts.tags;
            }
            // Nearly always all of them are known: they were taken up when it was saved.
            let all_named = named_images(&kept.body);
            let mut named = all_named.clone();
            named.retain(|image| !before.uploads.contains(image) && !before.uses.contains(image));
            let assets = match named.is_empty() {
                true => vec![],
                false => {
                    let wanted = Wanted { assets: named, ..Wanted::default() };
                    take_up(&mut after, self.posts.load(&wanted).await?.assets)
                }
            };
            let mut change = Change {
                body: Some((id.clone(), kept.body)),
                assets,
                remember: key.as_ref().map(|key| (key.remember(author, id.as_str()), now)),
                post: Some(Step { before: Some(before), after: after.clone() }),
                ..Change::default()
            };
            tidy_later(&mut change, &loaded, &after, &all_named, now);
            self.posts.apply(change).await?;
            Ok(after)
        })
    }
}
