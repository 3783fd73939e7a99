//! The demo blog's place: whose it is and how far it came, and taking a post away with all of it.

use std::collections::HashSet;

use domain::account::User;
use domain::asset::Asset;
use domain::ports::{Change, PortError, Step};
use domain::post::Post;
use domain::stage::Stage;
use domain::{AssetId, PostId, UserId};

use crate::apply::derived;
use crate::blog::{Blog, port};
use crate::keys;
use crate::rows;
use crate::table::{Condition, Consistency, Item, Key, Query, SortRange, TableError, Value, Write};
use crate::walk::Walk;

/// What is known of the demo blog.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Demo {
    /// Who its posts are of, until the owner's account is made: then the owner is this person.
    pub author: UserId,
    /// Whether all of it was made.
    pub done: bool,
}

/// The rows of a table in which nothing was written but facts of the site; none when anything else was.
///
/// # Errors
/// A failure of the table.
pub(crate) async fn facts_of_the_site(walk: &dyn Walk) -> Result<Option<Vec<Item>>, PortError> {
    let site = keys::site("-").pk;
    let (mut facts, mut after) = (vec![], None);
    loop {
        let rows = walk.rows_after(after.as_ref(), 50).await.map_err(port)?;
        let Some(last) = rows.last() else { return Ok(Some(facts)) };
        after = Some(last.key.clone());
        if rows.iter().any(|row| row.key.pk != site) {
            return Ok(None);
        }
        facts.extend(rows);
    }
}

/// The attribute of a profile that nobody has yet: its posts wait for the owner.
pub(crate) const VACANT: &str = "demo";

impl Blog {
    /// Whether nobody has an account and nothing was written: only facts of the site are there.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn untouched(&self, walk: &dyn Walk) -> Result<bool, PortError> {
        Ok(facts_of_the_site(walk).await?.is_some())
    }

    /// What is known of the demo blog, if there ever was one.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn demo(&self) -> Result<Option<Demo>, PortError> {
        let row = self.table.get(&keys::site("DEMO"), Consistency::Strong).await.map_err(port)?;
        row.as_ref().map(rows::entity).transpose()
    }

    /// Begins a demo blog with an author who has neither address nor password, so that nobody can
    /// sign in as them. Gives the one that was begun before, if there is one.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn begin_demo(&self, author: &User) -> Result<Demo, PortError> {
        let demo = Demo { author: author.id.clone(), done: false };
        let profile = rows::item(keys::user(&author.id), author)?;
        let writes = vec![
            Write::Put(rows::item(keys::site("DEMO"), &demo)?, Condition::Absent),
            Write::Put(rows::with(profile, VACANT, Value::Bool(true)), Condition::Absent),
        ];
        match self.transact(writes).await {
            Ok(()) => Ok(demo),
            Err(TableError::ConditionFailed(_)) => self.demo().await?.ok_or(PortError::Conflict),
            Err(error) => Err(port(error)),
        }
    }

    /// Remembers that all of the demo blog was made.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn finish_demo(&self, demo: &Demo) -> Result<(), PortError> {
        let row = rows::item(keys::site("DEMO"), &Demo { done: true, ..demo.clone() })?;
        self.write(Write::Put(row, Condition::Present)).await.map_err(port).map(drop)
    }

    /// Forgets the demo blog, and its author when the owner did not become them. Its posts are not
    /// touched.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn forget_demo(&self, demo: &Demo) -> Result<(), PortError> {
        let vacant = Condition::Equals(VACANT, Value::Bool(true));
        let profile = Write::Delete(keys::user(&demo.author), vacant);
        match self.write(profile).await {
            Ok(_) | Err(TableError::ConditionFailed(_)) => {}
            Err(error) => return Err(port(error)),
        }
        let row = Write::Delete(keys::site("DEMO"), Condition::Always);
        self.write(row).await.map_err(port).map(drop)
    }

    /// Removes a post with its revisions, stages, images and all rows that follow from it, at once and
    /// for good; its objects are left to the caller. Nothing else may write to it meanwhile. Begun
    /// again after a crash it goes on: the post's own row is the last to go.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn erase(&self, id: &PostId) -> Result<Vec<AssetId>, PortError> {
        let rows = self.partition(&keys::post(id).pk).await?;
        let own = keys::post(id);
        let Some(row) = rows.iter().find(|row| row.key == own) else { return Ok(vec![]) };
        let post: Post = rows::entity(row)?;
        let images = post.uploads.clone();
        for image in &images {
            let rows = self.partition(&keys::asset(image).pk).await?;
            let asset: Option<Asset> = rows
                .iter()
                .find(|row| row.key == keys::asset(image))
                .map(rows::entity)
                .transpose()?;
            let change = Change {
                assets: asset.into_iter().map(|after| Step { before: None, after }).collect(),
                ..Change::default()
            };
            self.erase_rows(&rows, change, None).await?;
            self.delete(&keys::own_asset(&post.author, image)).await?;
        }
        let change = Change { post: Some(Step { before: None, after: post }), ..Change::default() };
        self.erase_rows(&rows, change, Some(&own)).await?;
        self.delete(&own).await?;
        Ok(images)
    }

    async fn erase_rows(
        &self,
        rows: &[Item],
        mut change: Change,
        last: Option<&Key>,
    ) -> Result<(), PortError> {
        let stages = rows.iter().filter(|row| keys::parse_stage(&row.key).is_some());
        for stage in stages {
            let after: Stage = rows::entity(stage)?;
            change.stages.push(Step { before: None, after });
        }
        let derived = derived(&change)?;
        let keys: HashSet<&Key> =
            derived.iter().map(Write::key).chain(rows.iter().map(|row| &row.key)).collect();
        for key in keys.into_iter().filter(|key| Some(*key) != last) {
            self.delete(key).await?;
        }
        Ok(())
    }

    async fn delete(&self, key: &Key) -> Result<(), PortError> {
        let write = Write::Delete(key.clone(), Condition::Always);
        self.write(write).await.map_err(port).map(drop)
    }

    async fn partition(&self, partition: &str) -> Result<Vec<Item>, PortError> {
        let query = Query {
            index: None,
            partition: partition.to_owned(),
            range: SortRange::All,
            ascending: true,
            limit: 1000,
            start: None,
            consistency: Consistency::Strong,
        };
        Ok(self.page(&query).await?.items)
    }
}
