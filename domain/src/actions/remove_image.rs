//! Taking an image away for good: first from its post, then all that is left of it.

use std::time::Duration;

use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::asset::Asset;
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Loaded, Posts, Step, Wanted};
use crate::post::Post;
use crate::stage::{Failure, Stage, StageId, StageKind, Subject};
use crate::{AssetId, Timestamp};

/// When what is left of an image is removed. Whoever was still at it has ended then: a worker that
/// stores its variants, a slow upload.
const REST_AFTER: Duration = Duration::from_secs(3600);

/// What removing needs of the world.
pub struct RemoveImage<'a> {
    /// Where posts and assets are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl RemoveImage<'_> {
    /// Takes an image from the post that has it, and has its objects and rows removed. False, and
    /// nothing changes, when image or post is not as it was read: then somebody may need it.
    ///
    /// Atomic, with an event. The caller has seen that no other post uses it; whoever takes it up
    /// changes its row. One batch and one transaction.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "image.remove", skip_all, fields(asset.id = %asset.id))]
    pub async fn run(&self, asset: &Asset, post: Option<&Post>) -> Result<bool, ActionError> {
        let wanted = Wanted {
            post: Some(asset.post.clone()),
            stages: vec![image_stage(&asset.id)],
            assets: vec![asset.id.clone()],
            head: Some(asset.author.clone()),
            ..Wanted::default()
        };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let now = loaded.assets.first().map(|asset| asset.version);
            let owner = loaded.post.as_ref().map(|post| post.version);
            if now != Some(asset.version) || owner != post.map(|post| post.version) {
                return Ok(false);
            }
            let now = self.clock.now();
            let mut change = let_go(&loaded, asset, None, now);
            let kind = EventKind::ImageRemoved;
            let (author, post) = (&asset.author, &asset.post);
            announce(&mut change, kind, author, post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}

pub(super) fn image_stage(id: &AssetId) -> StageId {
    StageId { subject: Subject::Asset(id.clone()), kind: StageKind::Image }
}

/// The image leaves the post that was loaded with it and its stage; the stage ends, with the reason if
/// there is one, and what is left is due to be removed.
pub(super) fn let_go(
    loaded: &Loaded,
    asset: &Asset,
    reason: Option<Failure>,
    now: Timestamp,
) -> Change {
    let mut change = Change::default();
    if let Some(before) = &loaded.post {
        let mut after = Post { version: before.version + 1, ..before.clone() };
        after.uploads.retain(|id| *id != asset.id);
        after.uses.retain(|id| *id != asset.id);
        change.post = Some(Step { before: Some(before.clone()), after });
    }
    if let Some(stage) = loaded.stage(StageKind::Image) {
        let after = Stage { failure: reason, ..stage.cancelled(now) };
        change.stages.push(Step { before: Some(stage.clone()), after });
    }
    let id = StageId { subject: Subject::Asset(asset.id.clone()), kind: StageKind::Tidy };
    let rest = Stage::new(id, asset.author.clone(), asset.post.clone(), now);
    change.stages.push(Step { before: None, after: rest.due_later(now.plus(REST_AFTER), now) });
    let after = Asset { leaving: true, ..asset.with_status(asset.status) };
    change.assets.push(Step { before: Some(asset.clone()), after });
    change
}
