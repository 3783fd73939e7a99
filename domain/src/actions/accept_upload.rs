//! An upload arrived, or never did.

use crate::AssetId;
use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::remove_image::{image_stage, let_go};
use crate::actions::request_upload::LATE_LOOK;
use crate::actions::set_due::{announce, head};
use crate::asset::{Asset, AssetStatus};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Loaded, Objects, PortError, Posts, Step, Wanted};
use crate::stage::{Failure, Stage, StageKind, StageStatus};

/// What acting on an arrival needs of the world.
pub struct AcceptUpload<'a> {
    /// Where assets are kept.
    pub posts: &'a dyn Posts,
    /// Where the bytes are.
    pub objects: &'a dyn Objects,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl AcceptUpload<'_> {
    /// Starts the IMAGE stage of an asset whose bytes are there, and removes one whose ticket ended
    /// without them: it counts among its post's images no longer. True when it changed something.
    ///
    /// The object store decides, not the caller: a doubled, late or false call changes nothing.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "upload.accept", skip_all, fields(asset.id = %id))]
    pub async fn run(&self, id: &AssetId) -> Result<bool, ActionError> {
        let stages = vec![image_stage(id)];
        let wanted = Wanted { stages, assets: vec![id.clone()], ..Wanted::default() };
        // Author and post are known only from the asset's row; the others are read with it the second
        // time.
        let Some(asset) = self.posts.load(&wanted).await?.assets.into_iter().next() else {
            return Ok(false);
        };
        let (author, post) = (asset.author, asset.post);
        let wanted = Wanted { post: Some(post.clone()), head: Some(author.clone()), ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some((asset, stage)) = awaited(&loaded) else { return Ok(false) };
            let key = asset.original().map_err(|error| PortError::backend("asset", error))?;
            let now = self.clock.now();
            let (kind, mut change) = if self.objects.info(&key).await?.is_some() {
                let after = asset.with_status(AssetStatus::Processing);
                let due = stage.due(stage.revision, now);
                let change = Change {
                    assets: vec![Step { before: Some(asset.clone()), after }],
                    stages: vec![Step { before: Some(stage.clone()), after: due }],
                    ..Change::default()
                };
                (EventKind::UploadArrived, change)
            } else if asset.expires_at.plus(LATE_LOOK) <= now {
                let reason = Failure {
                    code: "NEVER_ARRIVED".into(),
                    message: "the upload was not completed in time; upload the image again".into(),
                };
                (EventKind::ImageRemoved, let_go(&loaded, asset, Some(reason), now))
            } else {
                return Ok(false);
            };
            announce(&mut change, kind, &author, &asset.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}

fn awaited(loaded: &Loaded) -> Option<(&Asset, &Stage)> {
    let asset = loaded.assets.first()?;
    let stage = loaded.stage(StageKind::Image)?;
    let awaited =
        asset.status == AssetStatus::AwaitingUpload && stage.status == StageStatus::Waiting;
    awaited.then_some((asset, stage))
}
