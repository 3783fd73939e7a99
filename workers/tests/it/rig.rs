//! A blog with a runner whose bells nobody rings.

use std::sync::Arc;
use std::time::{Duration, Instant};

use content::MarkdownRenderer;
use contract::{HostileConfig, HostileTable};
use domain::UserId;
use domain::actions::{CreatePost, PostInput, PublishPost, RequestUpload, UpdatePost, UploadInput};
use domain::asset::{Asset, AssetStatus};
use domain::ports::{Clock, IdSource, Objects, Posts, Wanted};
use domain::post::Post;
use domain::stage::{Stage, StageId, StageKind, Subject};
use domain::usage::{Price, Prices};
use embedded_objects::FolderObjects;
use embedded_system::{SystemClock, SystemIds};
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::Blog;
use store::table::Table;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use workers::runner::Bells;
use workers::{Arrivals, Jobs, Limits, Runner, Worker};

pub struct Rig {
    pub blog: Blog,
    pub objects: FolderObjects,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdSource>,
    pub kim: UserId,
    _folder: TempDir,
}

/// How long a stage may take to end.
const PATIENCE: Duration = Duration::from_secs(60);

impl Rig {
    pub async fn kind() -> Rig {
        Rig::over(|table, _| table).await
    }

    pub async fn hostile(seed: u64) -> Rig {
        Rig::over(|table, clock| {
            Arc::new(HostileTable::new(table, clock, HostileConfig::bad(seed)))
        })
        .await
    }

    async fn over(wrap: impl FnOnce(Arc<dyn Table>, Arc<dyn Clock>) -> Arc<dyn Table>) -> Rig {
        Rig::at(Arc::new(SystemClock), wrap).await
    }

    /// With another clock.
    pub async fn at(
        clock: Arc<dyn Clock>,
        wrap: impl FnOnce(Arc<dyn Table>, Arc<dyn Clock>) -> Arc<dyn Table>,
    ) -> Rig {
        let folder = tempfile::tempdir().unwrap();
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new(clock.clone()).unwrap());
        let data = DataFolder::open(folder.path()).unwrap();
        let config = SqliteTableConfig { readers: 1, max_bytes: None };
        let table = Arc::new(SqliteTable::open(&data, &config, clock.clone()).unwrap());
        let blog = Blog::open(wrap(table, clock.clone()), clock.clone(), "e").await.unwrap();
        let place = data.folder("objects").unwrap();
        let objects = FolderObjects::open(&place, clock.clone(), ids.clone()).unwrap();
        Rig { blog, objects, clock, ids, kim: UserId::from_bits(1), _folder: folder }
    }

    pub async fn published(&self, markdown: &str) -> Post {
        let create = CreatePost { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        let input = PostInput {
            title: Some("Title".into()),
            markdown: Some(markdown.into()),
            ..PostInput::default()
        };
        let post = create.run(&self.kim, input, None).await.unwrap();
        self.publish(&post).await
    }

    pub async fn edited(&self, post: &Post, markdown: &str) -> Post {
        let update = UpdatePost { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        let input = PostInput { markdown: Some(markdown.into()), ..PostInput::default() };
        let revision = post.draft.revision;
        let post = update.run(&self.kim, &post.id, revision, input, None).await.unwrap();
        self.publish(&post).await
    }

    async fn publish(&self, post: &Post) -> Post {
        let renderer = &MarkdownRenderer;
        let (clock, ids) = (&*self.clock, &*self.ids);
        let publish = PublishPost { posts: &self.blog, renderer, clock, ids };
        publish.run(&self.kim, &post.id, post.draft.revision, None).await.unwrap()
    }

    /// An image of a post whose bytes are there, which nobody said.
    pub async fn unheard(&self, post: &Post) -> Asset {
        let (clock, ids) = (&*self.clock, &*self.ids);
        let request = RequestUpload { posts: &self.blog, objects: &self.objects, clock, ids };
        let input = UploadInput {
            post: post.id.clone(),
            filename: "a.png".into(),
            content_type: "image/png".into(),
            length: 1,
            sha256: "0".repeat(64),
        };
        let asset = request.run(&self.kim, input, None).await.unwrap().0;
        self.objects.put(&asset.original().unwrap(), b"x", "image/png").await.unwrap();
        asset
    }

    /// Waits until an image is made.
    pub async fn until_ready(&self, asset: &Asset) {
        let deadline = Instant::now() + PATIENCE;
        let wanted = Wanted { assets: vec![asset.id.clone()], ..Wanted::default() };
        loop {
            let asset = self.blog.load(&wanted).await.unwrap().assets.pop().unwrap();
            if asset.status == AssetStatus::Ready {
                return;
            }
            assert!(Instant::now() < deadline, "never: {asset:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Starts a runner in which `speech` does the work of that kind, and `others` all other.
    pub fn start(&self, speech: Arc<dyn Worker>, others: Arc<dyn Worker>) -> CancellationToken {
        let stop = CancellationToken::new();
        tokio::spawn(Arc::new(self.runner(speech, others)).run(stop.clone()));
        stop
    }

    /// The same, not started.
    pub fn runner(&self, speech: Arc<dyn Worker>, others: Arc<dyn Worker>) -> Runner {
        Runner {
            jobs: self.jobs(),
            arrivals: Arrivals::new(&self.jobs(), Arc::new(self.objects.clone())),
            speech,
            summary: others.clone(),
            search: others.clone(),
            image: others.clone(),
            purge: others.clone(),
            tidy: others,
            limits: Limits { speech: 2, summary: 2, search: 2, image: 2, purge: 1, tidy: 1 },
            bells: Bells::default(),
        }
    }

    /// What does a job.
    pub fn jobs(&self) -> Jobs {
        Jobs {
            posts: Arc::new(self.blog.clone()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            prices: Prices { speech: Price(16_000), ..Prices::default() },
            shown: Arc::new(|_| {}),
        }
    }

    pub async fn stage(&self, post: &Post, kind: StageKind) -> Stage {
        let id = StageId { subject: Subject::Post(post.id.clone()), kind };
        let wanted = Wanted { stages: vec![id], ..Wanted::default() };
        self.blog.load(&wanted).await.unwrap().stages.pop().unwrap()
    }

    /// Waits until a stage is as `condition` says.
    pub async fn until(
        &self,
        post: &Post,
        kind: StageKind,
        condition: impl Fn(&Stage) -> bool,
    ) -> Stage {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let stage = self.stage(post, kind).await;
            if condition(&stage) {
                return stage;
            }
            assert!(Instant::now() < deadline, "never: {stage:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
