//! Deleting a post, so that it can be restored.

use crate::actions::create_post::made_before;
use crate::actions::refusal::{deciding, replayed};
use crate::actions::set_due::{announce, head, set_due, stage_id};
use crate::actions::update_post::owned;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::post::{Post, RESTORABLE_FOR, Revision};
use crate::stage::{Stage, StageKind};
use crate::{PostId, UserId};

/// What deleting needs of the world.
pub struct DeletePost<'a> {
    /// Where posts are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl DeletePost<'_> {
    /// Hides a post from everybody, and moves it to its author's deleted ones. For seven days it can be
    /// restored as it was; then it is removed with all that belongs to it.
    ///
    /// Atomic: its list rows go in the same transaction, its search entry by the SEARCH stage.
    /// Idempotent: what is deleted stays so, and is removed no later. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `NotFound` (also for a post of another author), `Stale` or `KeyReused`.
    #[tracing::instrument(name = "post.delete", skip_all, fields(post.id = %id))]
    pub async fn run(
        &self,
        author: &UserId,
        id: &PostId,
        expected: Revision,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        deciding!({
            let purge = stage_id(id, StageKind::Purge);
            let wanted = Wanted {
                post: Some(id.clone()),
                stages: vec![stage_id(id, StageKind::Search), purge.clone()],
                head: Some(author.clone()),
                idempotency: key.as_ref().map(|key| (author.clone(), key.key.clone())),
                ..Wanted::default()
            };
            let loaded = self.posts.load(&wanted).await?;
            if let Some(id) = replayed(loaded.done.as_ref(), key.as_ref())? {
                return made_before(self.posts, &id).await;
            }
            let before = owned(loaded.post.clone(), author)?;
            if before.draft.revision != expected {
                return Err(Refusal::Stale { current: Box::new(before) }.into());
            }
            if before.deleted_at.is_some() {
                return Ok(before);
            }

            let now = self.clock.now();
            let version = before.version + 1;
            let after = Post { version, deleted_at: Some(now), ..before.clone() };
            // What guests could not see has no search entry.
            let mut stages = match before.live() {
                Some(live) => set_due(&loaded, &after, &[StageKind::Search], live.revision, now),
                None => vec![],
            };
            let known = loaded.stage(StageKind::Purge).cloned();
            let stage =
                known.clone().unwrap_or_else(|| Stage::new(purge, author.clone(), id.clone(), now));
            let due = now.plus(RESTORABLE_FOR);
            stages.push(Step { before: known, after: stage.due_later(due, now) });
            let mut change = Change {
                stages,
                remember: key.as_ref().map(|key| (key.remember(author, id.as_str()), now)),
                ..Change::default()
            };
            let kind = EventKind::PostDeleted;
            announce(&mut change, kind, author, id, head(&loaded)?, now, self.ids);
            change.post = Some(Step { before: Some(before), after: after.clone() });
            self.posts.apply(change).await?;
            Ok(after)
        })
    }
}
