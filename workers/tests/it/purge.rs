//! Purge: what was deleted seven days ago is gone with all that belongs to it, whatever broke off.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use content::MarkdownRenderer;
use contract::{HostileConfig, HostileTable, TestClock, TestIds};
use domain::actions::{
    ActionError, ClaimStage, CreatePost, DeletePost, PostInput, PublishPost, RequestUpload,
    RestorePost, UpdatePost, UploadInput,
};
use domain::asset::Asset;
use domain::media::ObjectKey;
use domain::ports::{
    Clock, Object, ObjectInfo, Objects, PortError, Posts, SearchDocument, SearchHits, SearchIndex,
    SearchQuery, UploadRequest, UploadTicket, Wanted,
};
use domain::post::{Post, RESTORABLE_FOR};
use domain::stage::{StageId, StageKind, StageStatus, Subject};
use domain::{PostId, UserId};
use embedded_objects::FolderObjects;
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use parking_lot::Mutex;
use store::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write};
use store::{Blog, Check, HeldObject};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use workers::runner::Bells;
use workers::{Arrivals, JobError, Jobs, Limits, Purge, Runner, Search, Tidy};

use crate::runner::Counting;

/// A table that remembers every key that was ever written.
pub struct Remembering {
    table: Arc<dyn Table>,
    written: Mutex<HashSet<Key>>,
}

impl Remembering {
    fn note(&self, write: &Write) {
        if matches!(write, Write::Put(..) | Write::Update(..)) {
            self.written.lock().insert(write.key().clone());
        }
    }
}

#[async_trait::async_trait]
impl Table for Remembering {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError> {
        self.table.get(key, consistency).await
    }
    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError> {
        self.table.batch_get(keys, consistency).await
    }
    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        self.table.query(query).await
    }
    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        self.note(&write);
        self.table.write(write).await
    }
    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        writes.iter().for_each(|write| self.note(write));
        self.table.transact(writes).await
    }
}

/// An index that keeps the newest version of each post, as every index does.
#[derive(Default)]
pub struct Index(Mutex<HashMap<PostId, (u64, bool)>>);

impl Index {
    fn set(&self, post: &PostId, version: u64, found: bool) {
        let mut posts = self.0.lock();
        let known = posts.entry(post.clone()).or_default();
        if version >= known.0 {
            *known = (version, found);
        }
    }

    fn hits(&self) -> usize {
        self.0.lock().values().filter(|(_, found)| *found).count()
    }
}

#[async_trait::async_trait]
impl SearchIndex for Index {
    fn generation(&self) -> String {
        "1".into()
    }
    async fn put(&self, document: &SearchDocument) -> Result<(), PortError> {
        self.set(&document.post, document.version, true);
        Ok(())
    }
    async fn remove(&self, post: &PostId, version: u64) -> Result<(), PortError> {
        self.set(post, version, false);
        Ok(())
    }
    async fn search(&self, _: &SearchQuery) -> Result<SearchHits, PortError> {
        Ok(SearchHits { hits: vec![], total: self.hits() as u64, similar: false })
    }
}

/// Objects that fail after so many calls, until they are mended.
pub struct Brittle {
    pub objects: FolderObjects,
    pub left: AtomicI64,
}

impl Brittle {
    fn spend(&self) -> Result<(), PortError> {
        match self.left.fetch_sub(1, Ordering::SeqCst) {
            1.. => Ok(()),
            _ => Err(PortError::Unavailable("the object store")),
        }
    }
}

#[async_trait::async_trait]
impl Objects for Brittle {
    async fn put(&self, key: &ObjectKey, bytes: &[u8], of: &str) -> Result<(), PortError> {
        self.objects.put(key, bytes, of).await
    }
    async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, PortError> {
        self.objects.get(key).await
    }
    async fn info(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        self.objects.info(key).await
    }
    async fn delete(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.spend()?;
        self.objects.delete(key).await
    }
    async fn keys_of(&self, owner: &str, limit: u32) -> Result<Vec<ObjectKey>, PortError> {
        self.spend()?;
        self.objects.keys_of(owner, limit).await
    }
    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        self.objects.upload_ticket(request).await
    }
    async fn url(&self, key: &ObjectKey, life: Option<Duration>) -> Result<String, PortError> {
        self.objects.url(key, life).await
    }
}

/// A blog whose clock a test moves.
pub struct World {
    pub blog: Blog,
    pub table: Arc<Remembering>,
    pub sqlite: Arc<SqliteTable>,
    pub objects: Arc<Brittle>,
    pub index: Arc<Index>,
    pub clock: Arc<TestClock>,
    pub ids: Arc<TestIds>,
    pub kim: UserId,
    _folder: TempDir,
}

impl World {
    pub async fn new() -> World {
        World::over(|table, _| table).await
    }

    pub async fn over(
        wrap: impl FnOnce(Arc<dyn Table>, Arc<dyn Clock>) -> Arc<dyn Table>,
    ) -> World {
        let folder = tempfile::tempdir().unwrap();
        let (clock, ids) = (Arc::new(TestClock::default()), Arc::new(TestIds::seeded(3)));
        let data = DataFolder::open(folder.path()).unwrap();
        let config = SqliteTableConfig { readers: 1, max_bytes: None };
        let table = Arc::new(SqliteTable::open(&data, &config, clock.clone()).unwrap());
        let sqlite = table.clone();
        let table = wrap(table, clock.clone());
        let table = Arc::new(Remembering { table, written: Mutex::default() });
        let blog = Blog::open(table.clone(), clock.clone(), "e").await.unwrap();
        let place = data.folder("objects").unwrap();
        let objects = FolderObjects::open(&place, clock.clone(), ids.clone()).unwrap();
        let objects = Arc::new(Brittle { objects, left: AtomicI64::new(i64::MAX) });
        let (index, kim) = (Arc::default(), UserId::from_bits(1));
        World { blog, table, sqlite, objects, index, clock, ids, kim, _folder: folder }
    }

    pub fn purge(&self, blog: &Blog) -> Purge {
        Purge {
            blog: blog.clone(),
            objects: self.objects.clone(),
            index: Some(self.index.clone()),
            clock: self.clock.clone(),
        }
    }

    pub fn tidy(&self, blog: &Blog) -> Tidy {
        Tidy {
            blog: blog.clone(),
            objects: self.objects.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub async fn create(&self, title: &str, markdown: &str) -> Post {
        let action = CreatePost { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        let input = PostInput {
            title: Some(title.into()),
            markdown: Some(markdown.into()),
            tags: Some(vec!["Rust".into()]),
            ..PostInput::default()
        };
        action.run(&self.kim, input, None).await.unwrap()
    }

    pub async fn update(&self, post: &Post, input: PostInput) -> Post {
        let action = UpdatePost { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        let revision = self.row(&post.id).await.unwrap().draft.revision;
        action.run(&self.kim, &post.id, revision, input, None).await.unwrap()
    }

    pub async fn publish(&self, post: &Post) -> Post {
        let renderer = &MarkdownRenderer;
        let (clock, ids) = (&*self.clock, &*self.ids);
        let publish = PublishPost { posts: &self.blog, renderer, clock, ids };
        publish.run(&self.kim, &post.id, post.draft.revision, None).await.unwrap()
    }

    pub async fn delete(&self, post: &Post) -> Post {
        let action = DeletePost { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        let revision = self.row(&post.id).await.unwrap().draft.revision;
        action.run(&self.kim, &post.id, revision, None).await.unwrap()
    }

    pub async fn restore(&self, post: &Post) -> Post {
        let action = RestorePost { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        action.run(&self.kim, &post.id, post.draft.revision, None).await.unwrap()
    }

    /// An image with its original and a variant.
    pub async fn image(&self, post: &Post) -> Asset {
        let asset = self.ticket(post).await.unwrap();
        for key in [asset.original().unwrap(), asset.variant_key(300, "0a").unwrap()] {
            self.objects.put(&key, b"x", "image/webp").await.unwrap();
        }
        asset
    }

    /// An image whose bytes have not come.
    pub async fn ticket(&self, post: &Post) -> Result<Asset, ActionError> {
        let action = RequestUpload {
            posts: &self.blog,
            objects: &*self.objects,
            clock: &*self.clock,
            ids: &*self.ids,
        };
        let input = UploadInput {
            post: post.id.clone(),
            filename: "a.png".into(),
            content_type: "image/png".into(),
            length: 9,
            sha256: "0".repeat(64),
        };
        Ok(action.run(&self.kim, input, None).await?.0)
    }

    pub async fn speak(&self, post: &Post) {
        for (name, ext) in [("speech-1", "mp3"), ("speech-1", "json"), ("section-1", "mp3")] {
            let key = ObjectKey::new(post.id.as_str(), &post.secret, name, ext).unwrap();
            self.objects.put(&key, b"x", "audio/mpeg").await.unwrap();
        }
    }

    pub async fn row(&self, id: &PostId) -> Option<Post> {
        let wanted = Wanted { post: Some(id.clone()), ..Wanted::default() };
        self.blog.load(&wanted).await.unwrap().post
    }

    /// Lets seven days go by and a purge begin.
    pub async fn begin(&self, post: &Post) {
        self.clock.advance(RESTORABLE_FOR);
        let id = StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Purge };
        let claim = ClaimStage { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        claim.run(&id).await.unwrap().expect("a purge that is due");
    }

    pub async fn purged(&self, post: &Post) {
        self.delete(post).await;
        self.begin(post).await;
        self.purge(&self.blog).purge(&post.id).await.unwrap();
    }

    pub async fn has(&self, image: &Asset) -> bool {
        let wanted = Wanted { assets: vec![image.id.clone()], ..Wanted::default() };
        let row = !self.blog.load(&wanted).await.unwrap().assets.is_empty();
        let objects = self.objects.keys_of(image.id.as_str(), 9).await.unwrap().len();
        assert!(matches!((row, objects), (true, 2) | (false, 0)), "half an image: {objects}");
        row
    }

    /// Keys of rows that are there, without what is of the site, of people, of logs, and of months: those name
    /// no post.
    pub async fn rows(&self) -> Vec<Key> {
        let mut rows = vec![];
        let keys: Vec<Key> = self.table.written.lock().iter().cloned().collect();
        for key in keys {
            let kept = ["SITE", "L#", "I#", "USAGE"].iter().any(|kind| key.pk.starts_with(kind));
            if !kept && self.table.get(&key, Consistency::Strong).await.unwrap().is_some() {
                rows.push(key);
            }
        }
        rows.sort();
        rows
    }

    /// What an operator's check finds.
    pub async fn findings(&self) -> Vec<String> {
        let (blog, walk, objects) = (&self.blog, &*self.sqlite, &*self.objects);
        let check = Check { blog, walk, objects, ids: &*self.ids };
        let held = self.objects.objects.inventory().await.unwrap().into_iter();
        let held: Vec<_> = held.map(|(key, whole)| HeldObject { key, whole }).collect();
        check.run(&held).await.unwrap().iter().map(ToString::to_string).collect()
    }

    pub async fn objects_of(&self, owners: &[&str]) -> usize {
        let mut n = 0;
        for owner in owners {
            n += self.objects.keys_of(owner, 100).await.unwrap().len();
        }
        n
    }

    /// A post that has everything a post can have; with its two images.
    pub async fn full(&self) -> (Post, [Asset; 2]) {
        let post = self.create("Full", "text").await;
        let images = [self.image(&post).await, self.image(&post).await];
        let shows = PostInput {
            markdown: Some(format!("![a](asset:{}) text", images[0].id)),
            ..PostInput::default()
        };
        let post = self.update(&post, shows).await;
        let post = self.publish(&post).await;
        let moved = PostInput {
            slug: Some("elsewhere".into()),
            title: Some("Another".into()),
            ..PostInput::default()
        };
        let post = self.update(&post, moved).await;
        let post = self.publish(&post).await;
        let reserved = PostInput { slug: Some("reserved".into()), ..PostInput::default() };
        let post = self.update(&post, reserved).await;
        self.speak(&post).await;
        self.index.set(&post.id, 2, true);
        (post, images)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purged_post_leaves_no_object_row_or_hit_behind() {
    let world = World::new().await;
    let (post, images) = world.full().await;
    let owners = [post.id.as_str(), images[0].id.as_str(), images[1].id.as_str()];
    assert_eq!(world.objects_of(&owners).await, 7);
    assert!(world.rows().await.len() > 15);

    world.purged(&post).await;
    assert_eq!(world.objects_of(&owners).await, 0);
    assert_eq!(world.rows().await, [] as [Key; 0]);
    assert_eq!(world.index.hits(), 0);
    // Whoever is late with an older entry does not bring it back.
    world.index.set(&post.id, 99, true);
    assert_eq!(world.index.hits(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_that_is_killed_at_any_step_goes_on_to_the_same_end() {
    for calls in 0.. {
        let world = World::new().await;
        let (post, images) = world.full().await;
        let other = world.create("Other", &format!("![a](asset:{})", images[1].id)).await;
        world.delete(&post).await;
        world.begin(&post).await;

        // After so many calls to the table and to the objects it is gone in the middle.
        world.objects.left.store(i64::from(calls) + 1, Ordering::SeqCst);
        let ended = world.purge(&world.blog.within(calls)).purge(&post.id).await.is_ok();
        world.objects.left.store(i64::MAX, Ordering::SeqCst);
        assert_eq!(world.findings().await, [] as [String; 0], "after {calls} calls");
        world.purge(&world.blog).purge(&post.id).await.unwrap();
        assert_eq!(world.findings().await, [] as [String; 0], "in the end, {calls} calls");

        assert_eq!(world.row(&post.id).await, None, "after {calls} calls");
        assert!(!world.has(&images[0]).await && world.has(&images[1]).await, "{calls} calls");
        assert_eq!(world.objects_of(&[post.id.as_str()]).await, 0, "{calls} calls");
        assert_eq!(world.index.hits(), 0, "{calls} calls");
        // And the image that the other post has now goes with it.
        world.purged(&other).await;
        assert_eq!(world.rows().await, [] as [Key; 0], "after {calls} calls");
        if ended {
            assert!(calls > 10, "a purge is not so short");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_another_post_needs_stays_and_goes_with_the_last_one() {
    let world = World::new().await;
    let owner = world.create("Owner", "text").await;
    let image = world.image(&owner).await;
    let shows = format!("![a](asset:{})", image.id);
    let one = world.create("One", &shows).await;
    let one = world.publish(&one).await;
    let two = world.create("Two", &shows).await;

    world.purged(&owner).await;
    assert!(world.has(&image).await, "two other posts use it");
    world.purged(&one).await;
    assert!(world.has(&image).await, "a working copy uses it");
    world.purged(&two).await;
    assert!(!world.has(&image).await);
    assert_eq!(world.rows().await, [] as [Key; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_that_only_shows_an_image_leaves_it_to_its_owner() {
    let world = World::new().await;
    let owner = world.create("Owner", "text").await;
    let image = world.image(&owner).await;
    let user = world.create("User", &format!("![a](asset:{})", image.id)).await;
    world.purged(&user).await;
    assert!(world.has(&image).await);
    assert!(world.blog.users_of(&image.id).await.unwrap().unwrap().1.is_empty());
    world.purged(&owner).await;
    assert!(!world.has(&image).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_image_that_a_restored_post_needs_is_there() {
    let world = World::new().await;
    let owner = world.create("Owner", "text").await;
    let image = world.image(&owner).await;
    let user = world.create("User", &format!("![a](asset:{})", image.id)).await;
    let user = world.publish(&user).await;

    // Both are deleted; the image's own post is removed while the other can still be restored.
    world.delete(&owner).await;
    world.clock.advance(Duration::from_secs(24 * 3600));
    let deleted = world.delete(&user).await;
    world.clock.advance(RESTORABLE_FOR - Duration::from_secs(24 * 3600));
    let id = StageId { subject: Subject::Post(owner.id.clone()), kind: StageKind::Purge };
    let claim = ClaimStage { posts: &world.blog, clock: &*world.clock, ids: &*world.ids };
    claim.run(&id).await.unwrap().unwrap();
    world.purge(&world.blog).purge(&owner.id).await.unwrap();

    world.restore(&deleted).await;
    assert!(world.has(&image).await);
    let variant = image.variant_key(300, "0a").unwrap();
    assert!(world.blog.media_is_public(&variant).await.unwrap(), "and everybody sees it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purge_waits_for_who_is_still_at_the_post() {
    let world = World::new().await;
    let (post, _) = world.full().await;
    world.delete(&post).await;
    world.clock.advance(RESTORABLE_FOR);
    let claim = ClaimStage { posts: &world.blog, clock: &*world.clock, ids: &*world.ids };
    let of = |kind| StageId { subject: Subject::Post(post.id.clone()), kind };
    claim.run(&of(StageKind::Speech)).await.unwrap().expect("begun long ago, running now");
    claim.run(&of(StageKind::Purge)).await.unwrap().unwrap();

    let purge = world.purge(&world.blog);
    let Err(JobError::Retry(failure)) = purge.purge(&post.id).await else {
        panic!("it did not wait")
    };
    assert_eq!(failure.code, "BUSY");
    world.clock.advance(domain::stage::LEASE);
    purge.purge(&post.id).await.unwrap();
    assert_eq!(world.rows().await, [] as [Key; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_that_was_not_deleted_is_never_purged() {
    let world = World::new().await;
    let (post, _) = world.full().await;
    assert!(matches!(world.purge(&world.blog).purge(&post.id).await, Err(JobError::Fail(_))));
    let deleted = world.delete(&post).await;
    assert!(matches!(world.purge(&world.blog).purge(&post.id).await, Err(JobError::Fail(_))));
    assert_eq!(world.row(&post.id).await, Some(deleted));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runner_removes_what_was_deleted_seven_days_ago_on_hostile_tables_too() {
    for seed in 0..=2 {
        let world = World::over(|table, clock| match seed {
            0 => table,
            seed => Arc::new(HostileTable::new(table, clock, HostileConfig::bad(seed))),
        })
        .await;
        let (post, images) = world.full().await;
        let others = Arc::new(Counting::default());
        let jobs = Jobs {
            posts: Arc::new(world.blog.clone()),
            clock: world.clock.clone(),
            ids: world.ids.clone(),
            prices: domain::usage::Prices::default(),
            shown: Arc::new(|stage| assert!(!stage.id.kind.internal(), "nobody sees a purge")),
        };
        let runner = Runner {
            arrivals: Arrivals::new(&jobs, world.objects.clone()),
            jobs,
            speech: others.clone(),
            summary: others.clone(),
            search: Arc::new(Search {
                blog: world.blog.clone(),
                renderer: Arc::new(MarkdownRenderer),
                index: world.index.clone(),
            }),
            image: others,
            purge: Arc::new(world.purge(&world.blog)),
            tidy: Arc::new(world.tidy(&world.blog)),
            limits: Limits::default(),
            bells: Bells::default(),
        };
        let bells = runner.bells.clone();
        let stop = CancellationToken::new();
        let running = tokio::spawn(Arc::new(runner).run(stop.clone()));
        let deadline = Instant::now() + Duration::from_secs(60);
        let wait = async |what: &str, done: &dyn Fn(Option<Post>) -> bool| {
            while !done(world.row(&post.id).await) {
                assert!(Instant::now() < deadline, "never: {what}");
                // What waits for another try is not kept waiting by a clock that stands.
                world.clock.advance(Duration::from_secs(1));
                bells.ring_all();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let id = StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Search };
        let ready = async || {
            let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
            let stage = world.blog.load(&wanted).await.unwrap().stages.pop();
            stage.is_some_and(|stage| stage.status == StageStatus::Ready)
        };
        while !ready().await {
            assert!(Instant::now() < deadline, "never indexed");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(world.index.hits(), 1);
        world.delete(&post).await;
        wait("its entry goes", &|_| world.index.hits() == 0).await;
        world.clock.advance(RESTORABLE_FOR);
        wait("it is removed", &|row| row.is_none()).await;

        stop.cancel();
        running.await.unwrap();
        let owners = [post.id.as_str(), images[0].id.as_str(), images[1].id.as_str()];
        assert_eq!(world.objects_of(&owners).await, 0);
        assert_eq!(world.rows().await, [] as [Key; 0]);
    }
}
