//! An upload arrived, or never did.

use crate::AssetId;
use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::asset::{Asset, AssetStatus};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Loaded, Objects, PortError, Posts, Step, Wanted};
use crate::stage::{Failure, Outcome, Stage, StageId, StageKind, StageStatus, Subject};

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
    /// Starts the IMAGE stage of an asset whose bytes are there, and gives up one whose ticket ended
    /// without them. True when it changed something.
    ///
    /// The object store decides, not the caller: a doubled, late or false call changes nothing.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "upload.accept", skip_all, fields(asset.id = %id))]
    pub async fn run(&self, id: &AssetId) -> Result<bool, ActionError> {
        let stage_id = StageId { subject: Subject::Asset(id.clone()), kind: StageKind::Image };
        let wanted =
            Wanted { stages: vec![stage_id], assets: vec![id.clone()], ..Wanted::default() };
        // The author is known only from the asset's row; the head is read with it the second time.
        let Some(author) =
            self.posts.load(&wanted).await?.assets.first().map(|asset| asset.author.clone())
        else {
            return Ok(false);
        };
        let wanted = Wanted { head: Some(author.clone()), ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some((asset, stage)) = awaited(&loaded) else { return Ok(false) };
            let key = asset.original().map_err(|error| PortError::backend("asset", error))?;
            let now = self.clock.now();
            let (asset_after, stage_after) = if self.objects.info(&key).await?.is_some() {
                (asset.with_status(AssetStatus::Processing), stage.due(stage.revision, now))
            } else if asset.expires_at < now {
                let failure = Failure {
                    code: "NEVER_ARRIVED".into(),
                    message: "the upload was not completed in time; upload the image again".into(),
                };
                let failed = stage.finish(Outcome::Fail(failure), now, 0.0);
                (asset.with_status(AssetStatus::Failed), failed)
            } else {
                return Ok(false);
            };
            let mut change = Change {
                assets: vec![Step { before: Some(asset.clone()), after: asset_after }],
                stages: vec![Step { before: Some(stage.clone()), after: stage_after }],
                ..Change::default()
            };
            let kind = EventKind::UploadArrived;
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
