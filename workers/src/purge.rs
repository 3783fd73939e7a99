//! Purge: removes a post that was deleted seven days ago, with all that belongs to it.

use std::sync::Arc;

use domain::asset::Asset;
use domain::ports::{
    ApplyError, Change, Clock, Objects, PortError, Posts, SearchIndex, Step, Wanted,
};
use domain::post::Post;
use domain::stage::{Stage, StageId, StageKind, Subject};
use domain::{AssetId, PostId};
use store::Blog;

use crate::job::{JobError, Reporter, Worked, Worker};

/// What a purge needs.
pub struct Purge {
    /// Posts and all their rows.
    pub blog: Blog,
    /// Images and audio.
    pub objects: Arc<dyn Objects>,
    /// The index, if the blog has one.
    pub index: Option<Arc<dyn SearchIndex>>,
    /// When leases end.
    pub clock: Arc<dyn Clock>,
}

/// No document of a post that is gone comes after this one. Fits every index's number.
const LAST_VERSION: u64 = i64::MAX as u64;
/// Objects that are listed at once.
const OBJECTS: u32 = 100;

#[async_trait::async_trait]
impl Worker for Purge {
    async fn run(&self, stage: &Stage, _: &Reporter) -> Result<Worked, JobError> {
        self.purge(&stage.post).await?;
        Ok(Worked::Removed)
    }
}

impl Purge {
    /// Removes a post whose removal has begun. May be broken off anywhere and begun anew: each step
    /// finds what is left by the post's row, and that goes last.
    ///
    /// # Errors
    /// Retry, also while a worker is still at one of the post's stages: what that makes must not
    /// outlive the post.
    #[tracing::instrument(name = "post.purge", skip_all, fields(post.id = %id))]
    pub async fn purge(&self, id: &PostId) -> Result<(), JobError> {
        let Some(post) = self.post(id).await? else { return Ok(()) };
        if !post.purging {
            return Err(JobError::fail("NOT_DELETED", "the post is not to be removed"));
        }
        for kind in Post::STAGES.into_iter().chain([StageKind::Tidy]) {
            self.end(StageId { subject: Subject::Post(id.clone()), kind }).await?;
        }
        for image in post.images() {
            self.image(&post, &image).await?;
        }
        if let Some(index) = &self.index {
            index.remove(id, LAST_VERSION).await?;
        }
        self.remove_objects(id.as_str()).await?;
        self.blog.release_slugs(&post).await?;
        self.blog.forget_tags(&post).await?;
        self.blog.remove_children(id).await?;
        self.blog.remove_post(&post).await?;
        tracing::info!(post.id = %id, "a deleted post was removed");
        Ok(())
    }

    /// Removes an image, unless another post uses it: then that one has it from now on.
    async fn image(&self, post: &Post, id: &AssetId) -> Result<(), JobError> {
        // A use may be noted while this decides; then it decides anew.
        const DECISIONS: usize = 20;
        for _ in 0..DECISIONS {
            match self.decide(post, id).await {
                Err(JobError::Retry(failure)) if failure.code == CHANGED => {}
                decided => return decided,
            }
        }
        Err(JobError::retry("UNAVAILABLE", "an image changed again and again"))
    }

    async fn decide(&self, post: &Post, id: &AssetId) -> Result<(), JobError> {
        let Some((asset, users)) = self.blog.users_of(id).await? else {
            return self.remove_image(id).await;
        };
        let own = asset.post == post.id;
        // Whose image it is keeps it, and so do others that use it, as long as they are there.
        let mut keeper = None;
        let owner = (!own).then_some(&asset.post);
        for other in owner.into_iter().chain(&users).filter(|other| **other != post.id) {
            keeper = self.post(other).await?;
            if keeper.is_some() {
                break;
            }
        }
        match keeper {
            Some(keeper) if keeper.id == asset.post => {
                if users.contains(&post.id) {
                    self.blog.drop_use(&asset, &post.id).await.map_err(changed)?;
                }
                Ok(())
            }
            Some(heir) => {
                self.hand_over(&asset, heir).await?;
                // As an image of the heir, which keeps it.
                Err(JobError::retry(CHANGED, "the image has another post now"))
            }
            None => {
                let subject = Subject::Asset(id.clone());
                self.end(StageId { subject, kind: StageKind::Image }).await?;
                self.blog.remove_image(&asset).await.map_err(changed)?;
                self.remove_image(id).await
            }
        }
    }

    /// Makes an image one of another post's. That knows of it, so that its own purge finds it.
    async fn hand_over(&self, asset: &Asset, heir: Post) -> Result<(), JobError> {
        let after = Asset { post: heir.id.clone(), ..asset.with_status(asset.status) };
        let mut change = Change {
            assets: vec![Step { before: Some(asset.clone()), after }],
            ..Change::default()
        };
        if !heir.images().contains(&asset.id) {
            let mut knows = Post { version: heir.version + 1, ..heir.clone() };
            knows.uses.push(asset.id.clone());
            change.post = Some(Step { before: Some(heir), after: knows });
        }
        match self.blog.apply(change).await {
            Ok(()) => Ok(()),
            Err(ApplyError::Port(error)) => Err(error.into()),
            Err(ApplyError::Changed | ApplyError::SlugTaken(_)) => {
                Err(changed(PortError::Conflict))
            }
        }
    }

    /// Removes what is left of an image whose row is gone.
    async fn remove_image(&self, id: &AssetId) -> Result<(), JobError> {
        self.remove_objects(id.as_str()).await?;
        Ok(self.blog.remove_rest_of_image(id).await?)
    }

    async fn remove_objects(&self, owner: &str) -> Result<(), JobError> {
        loop {
            let keys = self.objects.keys_of(owner, OBJECTS).await?;
            if keys.is_empty() {
                return Ok(());
            }
            for key in &keys {
                self.objects.delete(key).await?;
            }
        }
    }

    async fn end(&self, stage: StageId) -> Result<(), JobError> {
        match self.blog.end_stage(&stage, self.clock.now()).await? {
            true => Ok(()),
            false => Err(JobError::retry("BUSY", format!("a worker is still at {stage}"))),
        }
    }

    async fn post(&self, id: &PostId) -> Result<Option<Post>, PortError> {
        Ok(self.blog.load(&Wanted { post: Some(id.clone()), ..Wanted::default() }).await?.post)
    }
}

/// Says that what was read is not so any more.
const CHANGED: &str = "CHANGED";

fn changed(error: PortError) -> JobError {
    match error {
        PortError::Conflict => JobError::retry(CHANGED, "the image changed meanwhile"),
        error => error.into(),
    }
}
