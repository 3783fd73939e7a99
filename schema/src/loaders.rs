//! The loader: what the resolvers of one request ask for in one tick is one batch of the table,
//! whatever kinds of rows it is.
//!
//! It lives as long as one request and waits for no time: it yields until every resolver that can go
//! on has asked.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Error, Result};
use dataloader::BatchFn;
use dataloader::cached::Loader;
use domain::account::User;
use domain::asset::Asset;
use domain::ports::PortError;
use domain::post::{Article, Post, Revision};
use domain::stage::{Stage, StageId};
use domain::{AssetId, PostId, Slug, UserId};
use futures_util::future::join_all;
use store::{Blog, CountedTag, Entity, EntityKey, SlugTarget};

use crate::error::{Code, fault};

/// Reads rows for one request, each at most once until a mutation changes them.
#[derive(Clone)]
pub struct Loaders {
    loader: Loader<EntityKey, Found, Batch>,
    blog: Blog,
}

/// Calls to the table that the resolvers of one operation may make, lists and batches together. The
/// guard bounds the rows; this bounds the round trips. What an action of a mutation does is its own.
pub const TABLE_CALLS: u32 = 25;

/// A row, its absence, or why it could not be read (which was logged once, for the whole batch).
type Found = Result<Option<Arc<Entity>>>;

struct Batch {
    blog: Blog,
    /// Without an allowance, for the batch that must be read row by row.
    every_row: Blog,
    request_id: String,
}

impl BatchFn<EntityKey, Found> for Batch {
    async fn load(&mut self, keys: &[EntityKey]) -> HashMap<EntityKey, Found> {
        match self.blog.entities(keys).await {
            Ok(entities) => answers(keys, entities),
            // One damaged row must not hide the others of its batch.
            Err(PortError::Corrupt { .. }) if keys.len() > 1 => {
                let mut found = HashMap::new();
                for key in keys {
                    found.extend(self.load_alone(key).await);
                }
                found
            }
            Err(error) => {
                let error = fault(&self.request_id, &error);
                keys.iter().map(|key| (key.clone(), Err(error.clone()))).collect()
            }
        }
    }
}

impl Batch {
    async fn load_alone(&self, key: &EntityKey) -> HashMap<EntityKey, Found> {
        let keys = std::slice::from_ref(key);
        match self.every_row.entities(keys).await {
            Ok(entities) => answers(keys, entities),
            Err(error) => HashMap::from([(key.clone(), Err(fault(&self.request_id, &error)))]),
        }
    }
}

fn answers(
    keys: &[EntityKey],
    mut entities: HashMap<EntityKey, Entity>,
) -> HashMap<EntityKey, Found> {
    let found = |key: &EntityKey| (key.clone(), Ok(entities.remove(key).map(Arc::new)));
    keys.iter().map(found).collect()
}

/// One typed method per kind of row.
macro_rules! typed {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $ty:ty),+) = $kind:ident -> $out:ty;)+) => {$(
        $(#[$doc])*
        pub async fn $name(&self, $($arg: $ty),+) -> Result<Option<$out>> {
            match self.load(EntityKey::$kind($($arg),+)).await?.as_deref() {
                Some(Entity::$kind(row)) => Ok(Some(row.clone())),
                Some(_) => Err(other_kind()),
                None => Ok(None),
            }
        }
    )+};
}

impl Loaders {
    pub(crate) fn new(blog: Blog, request_id: String) -> Self {
        let (blog, every_row) = (blog.within(TABLE_CALLS), blog);
        let batch = Batch { blog: blog.clone(), every_row, request_id };
        Loaders { loader: Loader::new(batch).with_max_batch_size(usize::MAX), blog }
    }

    /// The blog as the resolvers of this request read it, within [`TABLE_CALLS`].
    pub(crate) fn blog(&self) -> &Blog {
        &self.blog
    }

    /// Those of the request that executes.
    pub(crate) fn of<'a>(context: &Context<'a>) -> &'a Loaders {
        context.data_unchecked::<Loaders>()
    }

    /// Forgets what was read: a mutation may have changed it.
    pub(crate) async fn forget(&self) {
        self.loader.clear_all().await;
    }

    async fn load(&self, key: EntityKey) -> Found {
        // The batch answers every key, so an absent one is a bug, but none of the client's.
        self.loader.try_load(key).await.unwrap_or_else(|_| Err(other_kind()))
    }

    typed! {
        /// A post's row.
        post(id: PostId) = Post -> Post;
        /// A person's row.
        user(id: UserId) = User -> User;
        /// A stage.
        stage(id: StageId) = Stage -> Stage;
        /// An asset's row.
        asset(id: AssetId) = Asset -> Asset;
        /// The rendered article of a published revision.
        article(post: PostId, revision: Revision) = Article -> Article;
        /// The body of a working copy.
        body(post: PostId) = Body -> String;
        /// How many posts a tag has, by its key.
        tag(key: String) = Tag -> CountedTag;
    }

    /// The post that is read under a slug.
    pub async fn slug(&self, slug: Slug) -> Result<Option<SlugTarget>> {
        match self.load(EntityKey::Slug(slug)).await?.as_deref() {
            Some(Entity::SlugTarget(target)) => Ok(Some(target.clone())),
            Some(_) => Err(other_kind()),
            None => Ok(None),
        }
    }

    /// Reads rows into the same batch as whatever else is asked for now; those who ask later find
    /// them. What cannot be read is told to these.
    pub async fn prefetch(&self, keys: Vec<EntityKey>) {
        join_all(keys.into_iter().map(|key| self.load(key))).await;
    }
}

fn other_kind() -> Error {
    tracing::error!("a batch of rows answered with a row of another kind");
    Code::Internal.error("something went wrong; it was logged")
}
