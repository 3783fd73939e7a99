//! Removing a post for good, step by step: each of them can be repeated, and the post's row, by which
//! the others are found again, goes last.

use domain::asset::Asset;
use domain::ports::PortError;
use domain::post::Post;
use domain::stage::{Stage, StageId, StageKind, StageStatus, Subject};
use domain::{AssetId, PostId, Slug, Timestamp};

use crate::blog::{Blog, port};
use crate::keys;
use crate::rows::{self, REVISION};
use crate::table::{
    Change as Field, Condition, Consistency, Key, Query, SortRange, TableError, Value, Write,
};
use crate::tags::COUNT;
use crate::usage;

/// Rows that are removed in one transaction.
const ROWS: u32 = 50;

impl Blog {
    /// Removes a stage, unless a worker holds it: false then. Nobody can claim it afterwards.
    ///
    /// # Errors
    /// A failure of the table, `Conflict` when it changed meanwhile, or `Corrupt`.
    pub async fn end_stage(&self, id: &StageId, now: Timestamp) -> Result<bool, PortError> {
        let key = keys::stage(id);
        let Some(row) = self.rows(std::slice::from_ref(&key)).await?.into_iter().next() else {
            return Ok(true);
        };
        let stage: Stage = rows::entity(&row)?;
        let held = stage.lease.as_ref().is_some_and(|lease| lease.until > now);
        if stage.status == StageStatus::Running && held {
            return Ok(false);
        }
        let same = Condition::Equals(REVISION, version(stage.version));
        let freed =
            usage::freed(&stage).map(|(key, fields)| Write::Update(key, fields, Condition::Always));
        let writes = std::iter::once(Write::Delete(key, same)).chain(freed).collect();
        self.transact(writes).await.map_err(port)?;
        Ok(true)
    }

    /// An image's row, and the posts that noted that they use it. Whoever notes it later changes the
    /// row's version.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn users_of(
        &self,
        image: &AssetId,
    ) -> Result<Option<(Asset, Vec<PostId>)>, PortError> {
        // The row first: a use that is noted after this read makes its version an old one.
        let key = keys::asset(image);
        let Some(row) = self.rows(std::slice::from_ref(&key)).await?.into_iter().next() else {
            return Ok(None);
        };
        let mut query = whole(key, ROWS);
        query.range = SortRange::Prefix("REF#".into());
        let mut users = vec![];
        loop {
            let page = self.page(&query).await?;
            users.extend(page.items.iter().filter_map(|item| keys::parse_use(&item.key)));
            match page.next {
                Some(next) => query.start = Some(next),
                None => return Ok(Some((rows::entity(&row)?, users))),
            }
        }
    }

    /// Notes that a post uses an image no longer.
    ///
    /// # Errors
    /// A failure of the table; `Conflict` when the image's row is not `asset` any more.
    pub async fn drop_use(&self, asset: &Asset, post: &PostId) -> Result<(), PortError> {
        let after = asset.with_status(asset.status);
        let fields = vec![
            Field::Set(rows::DOC, rows::doc(&after)?),
            Field::Set(REVISION, version(after.version)),
        ];
        let same = Condition::Equals(REVISION, version(asset.version));
        let writes = vec![
            Write::Update(keys::asset(&asset.id), fields, same),
            Write::Delete(keys::asset_use(&asset.id, post), Condition::Always),
        ];
        self.transact(writes).await.map_err(port)
    }

    /// Removes an image's row: from then on nobody can take it up.
    ///
    /// # Errors
    /// A failure of the table; `Conflict` when the row is not `asset` any more.
    pub async fn remove_image(&self, asset: &Asset) -> Result<(), PortError> {
        let same = Condition::Equals(REVISION, version(asset.version));
        let writes = vec![
            Write::Delete(keys::asset(&asset.id), same),
            Write::Delete(keys::own_asset(&asset.author, &asset.id), Condition::Always),
        ];
        self.transact(writes).await.map_err(port)
    }

    /// Removes what is left beside the row of an image that is gone.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn remove_rest_of_image(&self, image: &AssetId) -> Result<(), PortError> {
        let own = keys::asset(image);
        while self.remove_beside(&own, |key| *key != own).await? {}
        Ok(())
    }

    /// Removes what is beside the row of an image that leaves, but for the stage that does it.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn strip_image(&self, image: &AssetId) -> Result<(), PortError> {
        let (own, tidy) = (keys::asset(image), tidy_of(image));
        while self.remove_beside(&own, |key| *key != own && *key != tidy).await? {}
        Ok(())
    }

    /// Removes the row of an image that leaves, and with it the stage that did it: there is nothing left
    /// to do.
    ///
    /// # Errors
    /// A failure of the table; `Conflict` when the row is not `asset` any more.
    pub async fn remove_left_image(&self, asset: &Asset) -> Result<(), PortError> {
        let same = Condition::Equals(REVISION, version(asset.version));
        let writes = vec![
            Write::Delete(keys::asset(&asset.id), same),
            Write::Delete(tidy_of(&asset.id), Condition::Always),
        ];
        self.transact(writes).await.map_err(port)
    }

    /// Gives back every slug that leads to a post: of its working copy, the one under which it is
    /// published, and former ones.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn release_slugs(&self, post: &Post) -> Result<(), PortError> {
        let published = post.published.iter().map(|published| &published.slug);
        let slugs: Vec<&Slug> =
            post.draft.slug.iter().chain(published).chain(&post.former_slugs).collect();
        for slug in slugs {
            let own = Condition::Equals("post", Value::S(post.id.to_string()));
            match self.write(Write::Delete(keys::slug(slug), own)).await {
                // Gone already, or another post's.
                Ok(_) | Err(TableError::ConditionFailed(_)) => {}
                Err(error) => return Err(port(error)),
            }
        }
        Ok(())
    }

    /// Removes the counters of a post's tags that no listed post has any more: they bear names that
    /// perhaps this post alone had.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn forget_tags(&self, post: &Post) -> Result<(), PortError> {
        let published = post.published.iter().flat_map(|published| &published.tags);
        for tag in published {
            let none = Condition::Equals(COUNT, Value::N(0));
            match self.write(Write::Delete(keys::tag(&tag.key()), none)).await {
                // Gone already, or other posts have it.
                Ok(_) | Err(TableError::ConditionFailed(_)) => {}
                Err(error) => return Err(port(error)),
            }
        }
        Ok(())
    }

    /// Removes everything beside a post's row, a page at a time: bodies, revisions, articles, stages;
    /// all but the purge itself.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn remove_children(&self, post: &PostId) -> Result<(), PortError> {
        let (own, purge) = (keys::post(post), purge_of(post));
        while self.remove_beside(&own, |key| *key != own && *key != purge).await? {}
        Ok(())
    }

    /// Removes a post's row, and with it the purge: there is nothing left to do.
    ///
    /// # Errors
    /// A failure of the table; `Conflict` when the row is not `post` any more.
    pub async fn remove_post(&self, post: &Post) -> Result<(), PortError> {
        let same = Condition::Equals(REVISION, version(post.version));
        let writes = vec![
            Write::Delete(keys::post(&post.id), same),
            Write::Delete(purge_of(&post.id), Condition::Always),
        ];
        self.transact(writes).await.map_err(port)
    }

    /// Removes one page of a partition's rows; true when there may be more.
    async fn remove_beside(
        &self,
        own: &Key,
        goes: impl Fn(&Key) -> bool + Send + Sync,
    ) -> Result<bool, PortError> {
        let page = self.page(&whole(own.clone(), ROWS)).await?;
        let writes: Vec<Write> = page
            .items
            .iter()
            .filter(|item| goes(&item.key))
            .map(|item| Write::Delete(item.key.clone(), Condition::Always))
            .collect();
        if writes.is_empty() {
            return Ok(false);
        }
        self.transact(writes).await.map_err(port)?;
        Ok(page.next.is_some())
    }
}

fn purge_of(post: &PostId) -> Key {
    keys::stage(&StageId { subject: Subject::Post(post.clone()), kind: StageKind::Purge })
}

fn tidy_of(image: &AssetId) -> Key {
    keys::stage(&StageId { subject: Subject::Asset(image.clone()), kind: StageKind::Tidy })
}

/// The partition of a row.
fn whole(of: Key, limit: u32) -> Query {
    Query {
        index: None,
        partition: of.pk,
        range: SortRange::All,
        ascending: true,
        limit,
        start: None,
        consistency: Consistency::Strong,
    }
}

fn version(n: u64) -> Value {
    Value::N(i64::try_from(n).unwrap_or(i64::MAX))
}
