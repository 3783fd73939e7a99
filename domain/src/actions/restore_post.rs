//! Bringing a deleted post back.

use crate::actions::create_post::made_before;
use crate::actions::refusal::{deciding, replayed};
use crate::actions::set_due::{announce, head, set_due, stage_id, stage_ids};
use crate::actions::update_post::owned;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::post::{Post, Revision};
use crate::stage::StageKind;
use crate::{PostId, UserId};

/// What restoring needs of the world.
pub struct RestorePost<'a> {
    /// Where posts are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl RestorePost<'_> {
    /// Brings a deleted post back as it was: to its place in the lists and to search if it was public,
    /// and to its author's posts.
    ///
    /// Atomic: the removal that was due is cancelled in the same transaction, so of the two exactly one
    /// happens. Idempotent: what is not deleted stays as it is. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `NotFound` (also for a post of another author, and once its removal has begun),
    /// `Stale` or `KeyReused`.
    #[tracing::instrument(name = "post.restore", skip_all, fields(post.id = %id))]
    pub async fn run(
        &self,
        author: &UserId,
        id: &PostId,
        expected: Revision,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        deciding!({
            let mut stages = stage_ids(id);
            stages.push(stage_id(id, StageKind::Purge));
            let wanted = Wanted {
                post: Some(id.clone()),
                stages,
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
            if before.deleted_at.is_none() {
                return Ok(before);
            }

            let now = self.clock.now();
            let after = Post { version: before.version + 1, deleted_at: None, ..before.clone() };
            let mut stages = match after.live() {
                Some(live) => set_due(&loaded, &after, &[StageKind::Search], live.revision, now),
                None => vec![],
            };
            // The author's list shows all stages of the post again; while it was deleted they went on
            // without telling it. So each is part of this transaction.
            for stage in &loaded.stages {
                let next = match stage.id.kind {
                    StageKind::Purge => stage.cancelled(now),
                    _ if stages.iter().any(|step| step.after.id == stage.id) => continue,
                    _ => stage.touched(),
                };
                stages.push(Step { before: Some(stage.clone()), after: next });
            }
            let mut change = Change {
                stages,
                remember: key.as_ref().map(|key| (key.remember(author, id.as_str()), now)),
                ..Change::default()
            };
            let kind = EventKind::PostRestored;
            announce(&mut change, kind, author, id, head(&loaded)?, now, self.ids);
            change.post = Some(Step { before: Some(before), after: after.clone() });
            self.posts.apply(change).await?;
            Ok(after)
        })
    }
}
