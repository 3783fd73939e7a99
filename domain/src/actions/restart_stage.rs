//! Setting a stage due whatever became of it, as an operator asks.

use crate::UserId;
use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::request_upload::LATE_LOOK;
use crate::actions::set_due::{announce, head};
use crate::asset::{Asset, AssetStatus};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Loaded, Posts, Step, Wanted};
use crate::post::Revision;
use crate::stage::{Stage, StageId, Subject};

/// What restarting needs of the world.
pub struct RestartStage<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl RestartStage<'_> {
    /// Sets a stage due for what is published now, or makes it; its result is forgotten, so that it is
    /// made anew even of an equal input. False when there is nothing that it could be about.
    ///
    /// For who mends the data and not for authors: it does not ask whose the stage is.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stage.restart", skip_all, fields(stage = %id))]
    pub async fn run(&self, id: &StageId) -> Result<bool, ActionError> {
        let mut wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        match &id.subject {
            Subject::Post(post) => wanted.post = Some(post.clone()),
            Subject::Asset(asset) => wanted.assets = vec![asset.clone()],
        }
        // Whose it is, is known only from the first read; the head is read with it the second time.
        let Some(author) = author_of(&self.posts.load(&wanted).await?) else { return Ok(false) };
        let wanted = Wanted { head: Some(author.clone()), ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let now = self.clock.now();
            let before = loaded.stages.first().cloned();
            let fresh = |post| Stage::new(id.clone(), author.clone(), post, now);
            let (after, assets) = match (&loaded.post, loaded.assets.first()) {
                (Some(post), _) => {
                    let Some(published) = &post.published else { return Ok(false) };
                    let stage = before.clone().unwrap_or_else(|| fresh(post.id.clone()));
                    (Stage { made: None, ..stage.due(published.revision, now) }, vec![])
                }
                (None, Some(asset)) => {
                    let stage = before.clone().unwrap_or_else(|| fresh(asset.post.clone()));
                    restarted(stage, asset, now)
                }
                (None, None) => return Ok(false),
            };
            let post = after.post.clone();
            let mut change =
                Change { stages: vec![Step { before, after }], assets, ..Change::default() };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, &author, &post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}

fn author_of(loaded: &Loaded) -> Option<UserId> {
    let asset = loaded.assets.first().map(|asset| asset.author.clone());
    loaded.post.as_ref().map(|post| post.author.clone()).or(asset)
}

/// An image whose bytes have not come goes on waiting for them.
fn restarted(stage: Stage, asset: &Asset, now: crate::Timestamp) -> (Stage, Vec<Step<Asset>>) {
    if asset.status == AssetStatus::AwaitingUpload {
        return (stage.waiting(asset.expires_at.plus(LATE_LOOK), now), vec![]);
    }
    let after = asset.with_status(AssetStatus::Processing);
    let step = Step { before: Some(asset.clone()), after };
    (Stage { made: None, ..stage.due(Revision(1), now) }, vec![step])
}
