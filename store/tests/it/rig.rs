//! A blog over a table, kind or hostile, with a clock and ids that a test decides.

use std::sync::Arc;

use content::MarkdownRenderer;
use contract::{Counts, HostileConfig, HostileTable, TestClock, TestIds};
use domain::actions::{
    ActionError, CreatePost, IdempotencyKey, PostInput, PublishPost, RequestUpload, UnpublishPost,
    UpdatePost, UploadInput,
};
use domain::asset::Asset;
use domain::media::ObjectKey;
use domain::ports::{Clock, Object, ObjectInfo, Objects, PortError, UploadRequest, UploadTicket};
use domain::post::{Post, Revision};
use domain::{PostId, UserId};
use store::Blog;
use store::table::Table;

use crate::place::Place;

pub struct Rig {
    pub blog: Blog,
    pub clock: Arc<TestClock>,
    pub ids: TestIds,
    pub kim: UserId,
    pub lee: UserId,
    pub table: Arc<dyn Table>,
    pub place: Place,
    pub renderer: MarkdownRenderer,
}

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

    async fn over(wrap: impl FnOnce(Arc<dyn Table>, Arc<TestClock>) -> Arc<dyn Table>) -> Rig {
        let clock = Arc::new(TestClock::default());
        let place = Place::fresh(&clock).await;
        let table = wrap(place.counted(), clock.clone());
        let blog = Blog::open(table.clone(), clock.clone(), "epoch-1").await.unwrap();
        let (kim, lee) = (UserId::from_bits(1), UserId::from_bits(2));
        let ids = TestIds::seeded(7);
        let renderer = MarkdownRenderer;
        Rig { blog, clock, ids, kim, lee, table, place, renderer }
    }

    /// The calls of the place's table for what `work` does.
    pub async fn calls<T>(&self, work: impl Future<Output = T>) -> (T, Counts) {
        let before = self.place.counts();
        let done = work.await;
        (done, self.place.counts() - before)
    }

    pub async fn create(&self, input: PostInput) -> Post {
        self.try_create(input, None).await.unwrap()
    }

    pub async fn try_create(
        &self,
        input: PostInput,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        let action = CreatePost { posts: &self.blog, clock: &*self.clock, ids: &self.ids };
        action.run(&self.kim, input, key).await
    }

    pub async fn update(
        &self,
        post: &PostId,
        expected: Revision,
        input: PostInput,
    ) -> Result<Post, ActionError> {
        let action = UpdatePost { posts: &self.blog, clock: &*self.clock, ids: &self.ids };
        action.run(&self.kim, post, expected, input, None).await
    }

    pub async fn publish(&self, post: &Post) -> Result<Post, ActionError> {
        let action = PublishPost {
            posts: &self.blog,
            renderer: &self.renderer,
            clock: &*self.clock,
            ids: &self.ids,
        };
        action.run(&self.kim, &post.id, post.draft.revision, None).await
    }

    pub async fn unpublish(&self, post: &Post) -> Result<Post, ActionError> {
        let action = UnpublishPost { posts: &self.blog, clock: &*self.clock, ids: &self.ids };
        action.run(&self.kim, &post.id, post.draft.revision, None).await
    }

    /// An image that is asked for and not uploaded yet.
    pub async fn upload(&self, post: &domain::PostId) -> Asset {
        let action = RequestUpload {
            posts: &self.blog,
            objects: &Tickets,
            clock: &*self.clock,
            ids: &self.ids,
        };
        let input = UploadInput {
            post: post.clone(),
            filename: "a.png".into(),
            content_type: "image/png".into(),
            length: 9,
            sha256: "0".repeat(64),
        };
        action.run(&self.kim, input, None).await.unwrap().0
    }

    pub fn now(&self) -> domain::Timestamp {
        self.clock.now()
    }
}

/// A post that can be published.
pub fn written(title: &str) -> PostInput {
    PostInput {
        title: Some(title.into()),
        markdown: Some(format!("# {title}\n\nA first sentence. A second one.")),
        tags: Some(vec!["Rust".into(), "형태소".into()]),
        ..PostInput::default()
    }
}

/// Gives out tickets for a store that nobody looks into here.
pub struct Tickets;

#[async_trait::async_trait]
impl Objects for Tickets {
    async fn put(&self, _: &ObjectKey, _: &[u8], _: &str) -> Result<(), PortError> {
        Ok(())
    }
    async fn get(&self, _: &ObjectKey) -> Result<Option<Object>, PortError> {
        Ok(None)
    }
    async fn info(&self, _: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        Ok(None)
    }
    async fn delete(&self, _: &ObjectKey) -> Result<(), PortError> {
        Ok(())
    }
    async fn keys_of(&self, _: &str, _: u32) -> Result<Vec<ObjectKey>, PortError> {
        Ok(vec![])
    }
    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        let (url, headers) = (String::new(), vec![]);
        Ok(UploadTicket { method: "PUT", url, headers, expires_at: request.expires_at })
    }
    async fn url(
        &self,
        _: &ObjectKey,
        _: Option<std::time::Duration>,
    ) -> Result<String, PortError> {
        Ok(String::new())
    }
}
