//! A place for a blog, and a life that leaves something of each kind in it.

use std::path::Path;
use std::sync::Arc;

use content::MarkdownRenderer;
use contract::{TestClock, TestIds};
use domain::account::{KeyKind, KeyRecord, Role, User};
use domain::actions::{
    ClaimStage, CreatePost, DeletePost, FinishStage, IdempotencyKey, PostInput, PublishPost,
    RequestUpload, UploadInput,
};
use domain::asset::Asset;
use domain::media::ObjectKey;
use domain::ports::{Accounts, Clock, Objects, Posts, Wanted};
use domain::post::{ContentHash, Post};
use domain::stage::{Made, Outcome, Stage, StageId, StageKind, StageResult, Subject};
use domain::{PostId, UserId};
use embedded_objects::FolderObjects;
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use moving::{Arrived, ExportError, Folder, Hearer, ImportError, Manifest, Source, Target};
use store::Blog;
use store::table::{Item, Key, Table, Value};
use store::walk::Walk;
use tempfile::TempDir;

pub struct Home {
    pub table: Arc<SqliteTable>,
    pub objects: FolderObjects,
    pub clock: Arc<TestClock>,
    pub ids: Arc<TestIds>,
    pub kim: UserId,
    _folder: TempDir,
}

impl Home {
    /// In which nothing was written yet.
    pub fn empty(seed: u64) -> Home {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let ids = Arc::new(TestIds::seeded(seed));
        let data = DataFolder::open(folder.path()).unwrap();
        let config = SqliteTableConfig { readers: 1, max_bytes: None };
        let table = Arc::new(SqliteTable::open(&data, &config, clock.clone()).unwrap());
        let place = data.folder("objects").unwrap();
        let objects = FolderObjects::open(&place, clock.clone(), ids.clone()).unwrap();
        Home { table, objects, clock, ids, kim: UserId::from_bits(1), _folder: folder }
    }

    /// With posts in all states, people, keys, images, sound, and what ends by itself.
    pub async fn lived(seed: u64) -> Home {
        let home = Home::empty(seed);
        home.live().await;
        home
    }

    pub async fn blog(&self) -> Blog {
        Blog::open(self.table.clone(), self.clock.clone(), "first").await.unwrap()
    }

    /// All rows.
    pub async fn rows(&self) -> Vec<Item> {
        self.table.rows_after(None, 100_000).await.unwrap()
    }

    pub async fn export(&self, folder: &Path) -> Result<Manifest, ExportError> {
        self.export_by(&*self.table, &self.objects, folder).await
    }

    pub async fn export_by(
        &self,
        walk: &dyn Walk,
        objects: &dyn Objects,
        folder: &Path,
    ) -> Result<Manifest, ExportError> {
        // So little that there are many files.
        self.export_parts(walk, objects, folder, 4_000).await
    }

    /// In files of the size that the programs write.
    pub async fn export_large(&self, folder: &Path) -> Result<Manifest, ExportError> {
        self.export_parts(&*self.table, &self.objects, folder, moving::PART_BYTES).await
    }

    async fn export_parts(
        &self,
        walk: &dyn Walk,
        objects: &dyn Objects,
        folder: &Path,
        part_bytes: usize,
    ) -> Result<Manifest, ExportError> {
        let source = Source {
            table: &*self.table,
            walk,
            objects,
            clock: &*self.clock,
            ids: &*self.ids,
            part_bytes,
        };
        moving::export(&source, folder).await
    }

    pub async fn import(&self, folder: &Path) -> Result<Arrived, ImportError> {
        self.import_by(self.table.clone(), &self.objects, folder).await
    }

    pub async fn import_by(
        &self,
        table: Arc<dyn Table>,
        objects: &dyn Objects,
        folder: &Path,
    ) -> Result<Arrived, ImportError> {
        self.import_heard(table, objects, folder, &|_| {}).await
    }

    pub async fn import_heard(
        &self,
        table: Arc<dyn Table>,
        objects: &dyn Objects,
        folder: &Path,
        hearer: Hearer<'_>,
    ) -> Result<Arrived, ImportError> {
        let target = Target {
            table,
            walk: &*self.table,
            objects,
            renderer: &MarkdownRenderer,
            clock: self.clock.clone(),
            ids: &*self.ids,
            hearer,
        };
        Folder::open(folder)?.import(&target).await
    }

    pub async fn create(&self, title: &str) -> Post {
        let (blog, clock, ids) = (self.blog().await, &*self.clock, &*self.ids);
        let create = CreatePost { posts: &blog, clock, ids };
        let input = PostInput {
            title: Some(title.into()),
            markdown: Some(format!("# {title}\n\nA first sentence. A second one.")),
            tags: Some(vec!["Rust".into(), "형태소".into()]),
            ..PostInput::default()
        };
        let key = IdempotencyKey { key: title.to_owned(), request: "request".into() };
        create.run(&self.kim, input, Some(key)).await.unwrap()
    }

    pub async fn publish(&self, title: &str) -> Post {
        let post = self.create(title).await;
        let (blog, clock, ids) = (self.blog().await, &*self.clock, &*self.ids);
        let publish = PublishPost { posts: &blog, renderer: &MarkdownRenderer, clock, ids };
        publish.run(&self.kim, &post.id, post.draft.revision, None).await.unwrap()
    }

    /// Publishes many posts, all of the same text: rows of one are copied, under other ids and addresses.
    pub async fn publish_many(&self, n_posts: usize) {
        let (blog, clock, ids) = (self.blog().await, &*self.clock, &*self.ids);
        let input = PostInput {
            title: Some("Qx qx".into()),
            markdown: Some("# Qx qx\n\nA first sentence. A second one.".into()),
            ..PostInput::default()
        };
        let create = CreatePost { posts: &blog, clock, ids };
        let post = create.run(&self.kim, input, None).await.unwrap();
        let publish = PublishPost { posts: &blog, renderer: &MarkdownRenderer, clock, ids };
        let post = publish.run(&self.kim, &post.id, post.draft.revision, None).await.unwrap();
        let (id, slug) = (post.id.to_string(), post.live().unwrap().slug.as_str().to_owned());
        let own = |row: &Item| !row.key.pk.starts_with("L#") && said(row, &id);
        let rows: Vec<Item> = self.rows().await.into_iter().filter(own).collect();
        for n in 1..n_posts {
            let other = PostId::from_bits((1 << 64) + n as u128).to_string();
            // No id has a hyphen, so that nothing else is taken for an address.
            let address = format!("{slug}-{n}");
            let rename = |text: &str| text.replace(&id, &other).replace(&slug, &address);
            let copies = rows.iter().map(|row| renamed(row, &rename));
            for rows in store::moving::batches(copies) {
                store::moving::put(&*self.table, rows).await.unwrap();
            }
        }
    }

    pub async fn claim(&self, id: &StageId) -> Stage {
        let blog = self.blog().await;
        let claim = ClaimStage { posts: &blog, clock: &*self.clock, ids: &*self.ids };
        claim.run(id).await.unwrap().unwrap()
    }

    pub async fn finish(&self, id: &StageId, outcome: Outcome) {
        let claimed = self.claim(id).await;
        let blog = self.blog().await;
        let finish = FinishStage { posts: &blog, clock: &*self.clock, ids: &*self.ids };
        assert!(finish.run(&claimed, outcome, None).await.unwrap());
    }

    pub async fn stage(&self, id: &StageId) -> Stage {
        let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        self.blog().await.load(&wanted).await.unwrap().stages.pop().unwrap()
    }

    /// Puts sound, and says so.
    pub async fn speak(&self, post: &Post) -> ObjectKey {
        let key = |name, ext| ObjectKey::new(post.id.as_str(), &post.secret, name, ext).unwrap();
        let (audio, marks) = (key("speech-1", "mp3"), key("speech-1", "json"));
        self.objects.put(&audio, b"sound", "audio/mpeg").await.unwrap();
        self.objects.put(&marks, b"[]", "application/json").await.unwrap();
        let result = StageResult::Speech { audio: audio.clone(), duration_ms: 7, marks };
        let content = ContentHash::of("text");
        let made = Made { content, input: "i".into(), result };
        self.finish(&of_post(&post.id, StageKind::Speech), Outcome::Made(made)).await;
        audio
    }

    pub async fn upload(&self, post: &PostId) -> Asset {
        let (blog, clock, ids) = (self.blog().await, &*self.clock, &*self.ids);
        let request = RequestUpload { posts: &blog, objects: &self.objects, clock, ids };
        let input = UploadInput {
            post: post.clone(),
            filename: "a.png".into(),
            content_type: "image/png".into(),
            length: 9,
            sha256: "0".repeat(64),
        };
        let asset = request.run(&self.kim, input, None).await.unwrap().0;
        let original = asset.original().unwrap();
        self.objects.put(&original, b"a picture", "image/png").await.unwrap();
        asset
    }

    /// Leaves something of each kind.
    pub async fn live(&self) {
        let (blog, now) = (self.blog().await, self.clock.now());
        let user = User {
            id: self.kim.clone(),
            email: "kim@example.org".into(),
            nickname: "Kim".into(),
            bio: String::new(),
            role: Role::Admin,
            created_at: now,
        };
        blog.offer_set_up("hash").await.unwrap();
        blog.add(&user, Some("hash")).await.unwrap();
        store::CursorSigner::of(&blog, &*self.ids).await.unwrap();
        for (kind, hash) in
            [(KeyKind::Session, "session"), (KeyKind::Token, "token"), (KeyKind::Ticket, "ticket")]
        {
            let key = KeyRecord {
                hash: hash.into(),
                kind,
                user: self.kim.clone(),
                role: Role::Admin,
                scopes: vec![],
                name: String::new(),
                stands_for: None,
                created_at: now,
                expires_at: now.plus(std::time::Duration::from_secs(30 * 24 * 3600)),
                client: None,
                last_used_at: None,
            };
            blog.add_key(&key).await.unwrap();
        }
        self.create("Draft").await;
        let spoken = self.publish("Spoken").await;
        self.speak(&spoken).await;
        self.upload(&spoken.id).await;
        self.publish("Due").await;
        let running = self.publish("Running").await;
        for kind in [StageKind::Speech, StageKind::Search] {
            self.claim(&of_post(&running.id, kind)).await;
        }
        let gone = self.publish("Deleted").await;
        let delete = DeletePost { posts: &blog, clock: &*self.clock, ids: &*self.ids };
        delete.run(&self.kim, &gone.id, gone.draft.revision, None).await.unwrap();
    }
}

pub fn of_post(post: &PostId, kind: StageKind) -> StageId {
    StageId { subject: Subject::Post(post.clone()), kind }
}

/// Whether a text is in a row.
fn said(row: &Item, text: &str) -> bool {
    let mut found = false;
    let mut look = |part: &str| found |= part.contains(text);
    look(&row.key.pk);
    look(&row.key.sk);
    row.attributes.values().for_each(|value| {
        if let Value::S(part) = value {
            look(part);
        }
    });
    found
}

/// A row with other texts.
fn renamed(row: &Item, rename: &impl Fn(&str) -> String) -> Item {
    let value = |value: &Value| match value {
        Value::S(text) => Value::S(rename(text)),
        value => value.clone(),
    };
    let attributes = row.attributes.iter().map(|(name, held)| (name.clone(), value(held)));
    let attributes = attributes.collect();
    Item { key: Key::new(rename(&row.key.pk), rename(&row.key.sk)), attributes }
}

/// What stands in a row's key, for messages.
pub fn named(row: &Item) -> String {
    format!("{} {}", row.key.pk, row.key.sk)
}
