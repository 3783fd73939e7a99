//! Taking a post back.

use crate::actions::create_post::made_before;
use crate::actions::refusal::{deciding, replayed};
use crate::actions::set_due::{announce, head, set_due, stage_id};
use crate::actions::update_post::editable;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::post::{Post, PostStatus, Revision};
use crate::stage::StageKind;
use crate::{PostId, UserId};

/// What unpublishing needs of the world.
pub struct UnpublishPost<'a> {
    /// Where posts are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl UnpublishPost<'_> {
    /// Hides a post from everybody but its author; its list rows go in the same transaction, its
    /// search entry by the SEARCH stage.
    ///
    /// Atomic, and idempotent: what is not published stays so. One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `NotFound`, `Deleted`, `Stale` or `KeyReused`.
    #[tracing::instrument(name = "post.unpublish", skip_all, fields(post.id = %id))]
    pub async fn run(
        &self,
        author: &UserId,
        id: &PostId,
        expected: Revision,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        deciding!({
            let wanted = Wanted {
                post: Some(id.clone()),
                stages: vec![stage_id(id, StageKind::Search)],
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
            let Some(revision) = before.live().map(|live| live.revision) else { return Ok(before) };

            let now = self.clock.now();
            let after = Post {
                version: before.version + 1,
                status: PostStatus::Unpublished,
                ..before.clone()
            };
            let mut change = Change {
                stages: set_due(&loaded, &after, &[StageKind::Search], revision, now),
                remember: key.as_ref().map(|key| (key.remember(author, id.as_str()), now)),
                ..Change::default()
            };
            announce(
                &mut change,
                EventKind::PostUnpublished,
                author,
                id,
                head(&loaded)?,
                now,
                self.ids,
            );
            change.post = Some(Step { before: Some(before), after: after.clone() });
            self.posts.apply(change).await?;
            Ok(after)
        })
    }
}
