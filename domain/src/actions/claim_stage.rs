//! Taking a stage to work on it.

use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::asset::{Asset, AssetStatus};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::post::{Post, hex};
use crate::stage::{Stage, StageId, StageKind, StageStatus, Subject};

/// What claiming needs of the world.
pub struct ClaimStage<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// The claim's token.
    pub ids: &'a dyn IdSource,
}

impl ClaimStage<'_> {
    /// Claims a stage for one run; `None` when it is leased, done, superseded or not due: the wake-up
    /// is simply acknowledged.
    ///
    /// Of several that try, exactly one has it. One whose claims were lost too often fails here, and
    /// with it the asset that waits for it. Two reads (the stage tells whose log it is) and one
    /// transaction.
    ///
    /// A purge is claimed only when its post has been deleted for seven days, and with the first claim
    /// the post is nobody's: it cannot be restored any more.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stage.claim", skip_all, fields(stage = %id))]
    pub async fn run(&self, id: &StageId) -> Result<Option<Stage>, ActionError> {
        let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        let Some(seen) = self.posts.load(&wanted).await?.stages.into_iter().next() else {
            return Ok(None);
        };
        if !seen.is_due(self.clock.now()) {
            return Ok(None);
        }
        let author = seen.author;
        let assets = match &id.subject {
            Subject::Asset(asset) if id.kind == StageKind::Image => vec![asset.clone()],
            Subject::Asset(_) | Subject::Post(_) => vec![],
        };
        let post = (id.kind == StageKind::Purge).then(|| seen.post.clone());
        let wanted = Wanted { head: Some(author.clone()), assets, post, ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first() else { return Ok(None) };
            let now = self.clock.now();
            let token = hex(&self.ids.secret().to_be_bytes());
            let Ok(after) = before.claim(token, now) else { return Ok(None) };
            let fail = |asset: &Asset| Step {
                before: Some(asset.clone()),
                after: asset.with_status(AssetStatus::Failed),
            };
            let lost = after.status == StageStatus::Failed;
            // The clock was wrong when it was set due, or is now: only the post's own row can tell.
            let purged = match (id.kind, &loaded.post) {
                (StageKind::Purge, Some(post)) if post.purgeable(now) => Some(begun(post)),
                (StageKind::Purge, _) => return Ok(None),
                _ => None,
            };
            let mut change = Change {
                post: purged.flatten(),
                stages: vec![Step { before: Some(before.clone()), after: after.clone() }],
                assets: loaded.assets.iter().filter(|_| lost).map(fail).collect(),
                ..Change::default()
            };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, &author, &after.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(Some(after).filter(|stage| stage.status == StageStatus::Running))
        })
    }
}

/// A post whose removal begins; none when it had begun before.
fn begun(post: &Post) -> Option<Step<Post>> {
    let after = Post { version: post.version + 1, purging: true, ..post.clone() };
    (!post.purging).then(|| Step { before: Some(post.clone()), after })
}
