//! Tidy: removes images that nobody needs any more.
//!
//! A week after the text of a post was last saved, its images are looked through. One that no working
//! copy, no published text and no kept revision of any post names is taken from its post; an hour later
//! what is left of it is removed, and its row last, by which a broken-off removal goes on.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::actions::{RemoveImage, every_named_image};
use domain::asset::Asset;
use domain::ports::{ApplyError, Change, Clock, IdSource, Objects, PortError, Posts, Step, Wanted};
use domain::post::{Post, Revision};
use domain::stage::{Stage, StageId, StageKind, StageStatus, Subject};
use domain::{AssetId, PostId};
use store::Blog;

use crate::job::{JobError, Reporter, Worked, Worker};

/// What tidying needs.
pub struct Tidy {
    /// Posts, images and all their rows.
    pub blog: Blog,
    /// Originals and variants.
    pub objects: Arc<dyn Objects>,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// Tags of events.
    pub ids: Arc<dyn IdSource>,
}

/// Objects that are listed at once.
const OBJECTS: u32 = 100;

/// What a post has to do with an image.
enum Tie {
    /// It is gone.
    Gone,
    /// It names the image, or will be looked through later.
    Needs,
    /// It could do without.
    Lets(Box<Post>),
}

/// What the posts that were read name, by the revision of their working copies.
type Named = HashMap<(PostId, Revision), HashSet<AssetId>>;

#[async_trait::async_trait]
impl Worker for Tidy {
    async fn run(&self, stage: &Stage, _: &Reporter) -> Result<Worked, JobError> {
        match &stage.id.subject {
            Subject::Post(id) => {
                self.look_through(id).await?;
                Ok(Worked::Unchanged)
            }
            Subject::Asset(id) => {
                self.remove(id).await?;
                Ok(Worked::Removed)
            }
        }
    }
}

impl Tidy {
    /// Takes those images from a post that nobody needs. May be broken off anywhere and begun anew.
    ///
    /// # Errors
    /// Retry, also when a post changed meanwhile: then it is decided anew.
    #[tracing::instrument(name = "post.tidy", skip_all, fields(post.id = %id))]
    pub async fn look_through(&self, id: &PostId) -> Result<(), JobError> {
        let mut named = Named::new();
        let wanted = Wanted { post: Some(id.clone()), ..Wanted::default() };
        let Some(post) = self.blog.load(&wanted).await?.post else { return Ok(()) };
        for image in post.images() {
            // Each step changes a row that the next one reads: at most one for each post that uses it.
            while self.step(id, &image, &mut named).await? {}
        }
        Ok(())
    }

    /// Removes what is left of an image that leaves.
    ///
    /// # Errors
    /// Retry, also while a worker is still at it.
    #[tracing::instrument(name = "image.tidy", skip_all, fields(asset.id = %id))]
    pub async fn remove(&self, id: &AssetId) -> Result<(), JobError> {
        let wanted = Wanted { assets: vec![id.clone()], ..Wanted::default() };
        let asset = self.blog.load(&wanted).await?.assets.into_iter().next();
        if asset.as_ref().is_some_and(|asset| !asset.leaving) {
            return Err(JobError::fail("NEEDED", "the image is not to be removed"));
        }
        loop {
            let keys = self.objects.keys_of(id.as_str(), OBJECTS).await?;
            if keys.is_empty() {
                break;
            }
            for key in &keys {
                self.objects.delete(key).await?;
            }
        }
        match asset {
            Some(asset) => {
                self.blog.strip_image(id).await?;
                self.blog.remove_left_image(&asset).await?;
                tracing::info!(asset.id = %id, "an image that nobody needed was removed");
            }
            None => self.blog.remove_rest_of_image(id).await?,
        }
        Ok(())
    }

    /// One step towards the removal of an image from `of`; false when there is no further one.
    async fn step(
        &self,
        of: &PostId,
        image: &AssetId,
        named: &mut Named,
    ) -> Result<bool, JobError> {
        let Some((asset, users)) = self.blog.users_of(image).await? else {
            return self.forget(of, image, named).await;
        };
        if asset.leaving {
            return Ok(false);
        }
        let mut needed = false;
        for user in users.iter().filter(|user| **user != asset.post) {
            match self.tie(user, image, named).await? {
                Tie::Needs => needed = true,
                Tie::Gone => {
                    self.blog.drop_use(&asset, user).await.map_err(JobError::from)?;
                    return Ok(true);
                }
                Tie::Lets(post) => {
                    self.let_go(&asset, *post).await?;
                    return Ok(true);
                }
            }
        }
        let owner = match self.tie(&asset.post, image, named).await? {
            _ if needed => return Ok(false),
            Tie::Needs => return Ok(false),
            Tie::Gone => None,
            Tie::Lets(post) => Some(post),
        };
        let (posts, clock, ids) = (&self.blog, &*self.clock, &*self.ids);
        match (RemoveImage { posts, clock, ids }).run(&asset, owner.as_deref()).await? {
            true => Ok(false),
            false => Err(changed()),
        }
    }

    /// Whether a post needs an image. One that is to be looked through later is left in peace until
    /// then: its author is at work.
    async fn tie(&self, id: &PostId, image: &AssetId, named: &mut Named) -> Result<Tie, JobError> {
        let tidy = StageId { subject: Subject::Post(id.clone()), kind: StageKind::Tidy };
        let wanted =
            Wanted { post: Some(id.clone()), stages: vec![tidy], body: true, ..Wanted::default() };
        let loaded = self.blog.load(&wanted).await?;
        let Some(post) = loaded.post else { return Ok(Tie::Gone) };
        let later = |stage: &Stage| {
            stage.status == StageStatus::Pending
                && stage.due_at.is_some_and(|due| due > self.clock.now())
        };
        // What is being removed hands its images on itself.
        if post.purging || loaded.stages.first().is_some_and(later) {
            return Ok(Tie::Needs);
        }
        let shown = post.published.as_ref().is_some_and(|live| live.assets.contains(image));
        let key = (id.clone(), post.draft.revision);
        if !named.contains_key(&key) {
            let mut all: HashSet<AssetId> =
                loaded.body.iter().flat_map(|body| every_named_image(body)).collect();
            let live = post.published.as_ref().map(|live| live.revision);
            let kept: HashSet<Revision> = post.revisions.iter().copied().chain(live).collect();
            for revision in kept {
                if let Some(body) = self.blog.published_body(id, revision).await? {
                    all.extend(every_named_image(&body));
                }
            }
            named.insert(key.clone(), all);
        }
        let names = named.get(&key).is_some_and(|named| named.contains(image));
        Ok(if shown || names { Tie::Needs } else { Tie::Lets(Box::new(post)) })
    }

    /// Notes that a post uses an image of another one no longer.
    async fn let_go(&self, asset: &Asset, post: Post) -> Result<(), JobError> {
        if !post.uses.contains(&asset.id) {
            return Ok(self.blog.drop_use(asset, &post.id).await?);
        }
        let mut after = Post { version: post.version + 1, ..post.clone() };
        after.uses.retain(|id| *id != asset.id);
        let bumped = asset.with_status(asset.status);
        let change = Change {
            post: Some(Step { before: Some(post), after }),
            assets: vec![Step { before: Some(asset.clone()), after: bumped }],
            ..Change::default()
        };
        self.apply(change).await
    }

    /// Forgets an image that is gone, if the post still has it on its list and does not name it.
    async fn forget(
        &self,
        of: &PostId,
        image: &AssetId,
        named: &mut Named,
    ) -> Result<bool, JobError> {
        let Tie::Lets(post) = self.tie(of, image, named).await? else { return Ok(false) };
        let mut after = Post { version: post.version + 1, ..(*post).clone() };
        after.uploads.retain(|id| id != image);
        after.uses.retain(|id| id != image);
        if (&after.uploads, &after.uses) == (&post.uploads, &post.uses) {
            return Ok(false);
        }
        let post = Some(Step { before: Some(*post), after });
        self.apply(Change { post, ..Change::default() }).await?;
        Ok(false)
    }

    async fn apply(&self, change: Change) -> Result<(), JobError> {
        match self.blog.apply(change).await {
            Ok(()) => Ok(()),
            Err(ApplyError::Port(error)) => Err(error.into()),
            Err(ApplyError::Changed | ApplyError::SlugTaken(_)) => Err(changed()),
        }
    }
}

/// Somebody was faster: decide anew.
fn changed() -> JobError {
    PortError::Conflict.into()
}
