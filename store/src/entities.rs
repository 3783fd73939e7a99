//! Reading things by what names them: whatever the kinds, one batch.

use std::collections::HashMap;

use domain::account::User;
use domain::asset::Asset;
use domain::ports::PortError;
use domain::post::{Article, Post, Published, Revision};
use domain::stage::{Stage, StageId};
use domain::{AssetId, PostId, Slug, UserId};

use crate::blog::Blog;
use crate::keys;
use crate::rows::{self, corrupt};
use crate::table::{Item, Key};
use crate::tags::CountedTag;

/// What names a thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EntityKey {
    /// A post's row.
    Post(PostId),
    /// A person.
    User(UserId),
    /// A stage.
    Stage(StageId),
    /// An uploaded image.
    Asset(AssetId),
    /// The rendered article of a published revision.
    Article(PostId, Revision),
    /// The body of a working copy.
    Body(PostId),
    /// What a slug leads to.
    Slug(Slug),
    /// A tag that posts have or had, by its key.
    Tag(String),
}

/// A thing.
#[derive(Clone, Debug)]
pub enum Entity {
    /// Of [`EntityKey::Post`].
    Post(Post),
    /// Of [`EntityKey::User`].
    User(User),
    /// Of [`EntityKey::Stage`].
    Stage(Stage),
    /// Of [`EntityKey::Asset`].
    Asset(Asset),
    /// Of [`EntityKey::Article`].
    Article(Article),
    /// Of [`EntityKey::Body`].
    Body(String),
    /// Of [`EntityKey::Slug`].
    SlugTarget(SlugTarget),
    /// Of [`EntityKey::Tag`].
    Tag(CountedTag),
}

/// What a slug leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlugTarget {
    /// The post.
    pub post: PostId,
    /// What else its page will ask for; none of a slug that was only reserved, and of rows from before
    /// there were hints.
    pub hint: Option<SlugHint>,
}

/// What the page of a post will ask for, as it was published last: with it, one batch brings all of
/// it. What is true stands in the post's own row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SlugHint {
    /// Who wrote the post.
    pub author: UserId,
    /// Of which revision the article is.
    pub revision: Revision,
    /// Images that it shows.
    pub assets: Vec<AssetId>,
}

/// The attribute that holds a [`SlugHint`].
pub(crate) const HINT: &str = "hint";

impl SlugHint {
    /// Of what was published.
    pub(crate) fn of(author: &UserId, live: &Published) -> Self {
        let (revision, assets) = (live.revision, live.assets.clone());
        SlugHint { author: author.clone(), revision, assets }
    }

    fn read(item: &Item) -> Option<Self> {
        // A hint that does not parse costs a call more, and nothing else.
        rows::string(item, HINT).and_then(|json| serde_json::from_str(json).ok())
    }
}

impl EntityKey {
    fn row(&self) -> Key {
        match self {
            EntityKey::Post(id) => keys::post(id),
            EntityKey::User(id) => keys::user(id),
            EntityKey::Stage(id) => keys::stage(id),
            EntityKey::Asset(id) => keys::asset(id),
            EntityKey::Article(id, revision) => keys::article(id, *revision),
            EntityKey::Body(id) => keys::body(id),
            EntityKey::Slug(slug) => keys::slug(slug),
            EntityKey::Tag(key) => keys::tag(key),
        }
    }

    fn read(&self, item: &Item) -> Result<Entity, PortError> {
        Ok(match self {
            EntityKey::Post(_) => Entity::Post(rows::entity(item)?),
            EntityKey::User(_) => Entity::User(rows::entity(item)?),
            EntityKey::Stage(_) => Entity::Stage(rows::entity(item)?),
            EntityKey::Asset(_) => Entity::Asset(rows::entity(item)?),
            EntityKey::Article(..) => {
                let json = rows::read_text(item)?;
                let article =
                    serde_json::from_str(&json).map_err(|_| corrupt(&item.key, "article"))?;
                Entity::Article(article)
            }
            EntityKey::Body(_) => Entity::Body(rows::read_text(item)?),
            EntityKey::Slug(_) => {
                let (post, hint) = (rows::entity(item)?, SlugHint::read(item));
                Entity::SlugTarget(SlugTarget { post, hint })
            }
            EntityKey::Tag(_) => Entity::Tag(CountedTag::read(item)?),
        })
    }
}

impl Blog {
    /// Reads what exists of `keys`, strongly consistent: one table call for each 100.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn entities(
        &self,
        keys: &[EntityKey],
    ) -> Result<HashMap<EntityKey, Entity>, PortError> {
        let rows: Vec<Key> = keys.iter().map(EntityKey::row).collect();
        let items = self.rows(&rows).await?;
        let items: HashMap<&Key, &Item> = items.iter().map(|item| (&item.key, item)).collect();
        keys.iter()
            .zip(&rows)
            .filter_map(|(key, row)| Some((key, *items.get(row)?)))
            .map(|(key, item)| Ok((key.clone(), key.read(item)?)))
            .collect()
    }

    /// Where the post that a slug leads to is now: its present slug, when that is another one and
    /// everybody may see the post.
    ///
    /// # Errors
    /// As [`Blog::entities`].
    pub async fn moved(&self, slug: &Slug) -> Result<Option<Slug>, PortError> {
        let rows = self.rows(&[keys::slug(slug)]).await?;
        let Some(id) = rows.first().map(rows::entity).transpose()? else { return Ok(None) };
        let rows = self.rows(&[keys::post(&id)]).await?;
        let Some(post) = rows.first().map(rows::entity::<Post>).transpose()? else {
            return Ok(None);
        };
        let seen = post.visible_to(None);
        let present = post.published.map(|published| published.slug).filter(|_| seen);
        Ok(present.filter(|present| present != slug))
    }
}
