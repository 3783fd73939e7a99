//! The store: the table, read and written as a blog.

use std::collections::HashSet;
use std::sync::Arc;

use domain::ports::{Clock, PortError};

use crate::keys;
use crate::rows;
use crate::table::{
    Attributes, Condition, Consistency, Item, Key, Page, Query, Table, TableError, Value, Write,
};

/// Posts, accounts and events over one table. Cheap to clone.
#[derive(Clone)]
pub struct Blog {
    pub(crate) table: Arc<dyn Table>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Of logs that have no event yet.
    pub(crate) epoch: Arc<str>,
}

/// A newer release has finished its migration of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the rows have form {found}, this release reads up to {known}: run the newer release again"
)]
pub struct NewerRows {
    /// Their form.
    pub found: i64,
    /// The newest form that this release knows.
    pub known: i64,
}

/// How often a part that was not answered is asked for again.
const ASKS: usize = 50;
/// Keys of one batch.
pub(crate) const BATCH: usize = 100;

impl Blog {
    /// Opens the blog that `table` holds; `fresh_epoch` becomes its epoch when it has none.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn open(
        table: Arc<dyn Table>,
        clock: Arc<dyn Clock>,
        fresh_epoch: &str,
    ) -> Result<Self, PortError> {
        let key = keys::site("EPOCH");
        let attributes = Attributes::from([
            ("v".to_owned(), Value::N(rows::VERSION)),
            ("epoch".to_owned(), Value::S(fresh_epoch.to_owned())),
        ]);
        let put = Write::Put(Item { key: key.clone(), attributes }, Condition::Absent);
        let mut blog = Blog { epoch: "".into(), table, clock };
        match blog.write(put).await {
            Ok(_) | Err(TableError::ConditionFailed(_)) => {}
            Err(error) => return Err(port(error)),
        }
        let stored = blog.table.get(&key, Consistency::Strong).await.map_err(port)?;
        let epoch = stored
            .as_ref()
            .and_then(|item| rows::string(item, "epoch"))
            .ok_or_else(|| rows::corrupt(&key, "epoch"))?;
        blog.epoch = epoch.into();
        blog.fill_lists().await?;
        Ok(blog)
    }

    /// A secret of the whole blog, such as the one that signs cursors; `fresh` becomes it when there
    /// is none yet. Stands in the table, so that it goes where the blog goes.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], PortError> {
        let key = keys::site(&format!("SECRET#{name}"));
        let row = rows::item(key.clone(), &())?;
        let row = rows::with(row, "secret", Value::B(fresh.to_vec()));
        match self.write(Write::Put(row, Condition::Absent)).await {
            Ok(_) | Err(TableError::ConditionFailed(_)) => {}
            Err(error) => return Err(port(error)),
        }
        let row = self.table.get(&key, Consistency::Strong).await.map_err(port)?;
        match row.as_ref().and_then(|row| row.attributes.get("secret")) {
            Some(Value::B(secret)) => {
                secret.as_slice().try_into().map_err(|_| rows::corrupt(&key, "secret"))
            }
            _ => Err(rows::corrupt(&key, "secret")),
        }
    }

    /// Which index was filled last.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn search_generation(&self) -> Result<Option<String>, PortError> {
        let row = self.table.get(&keys::site("SEARCH"), Consistency::Strong).await.map_err(port)?;
        row.as_ref().map(rows::entity).transpose()
    }

    /// Remembers which index was filled.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn set_search_generation(&self, generation: &str) -> Result<(), PortError> {
        let row = rows::item(keys::site("SEARCH"), &generation)?;
        self.write(Write::Put(row, Condition::Always)).await.map_err(port).map(drop)
    }

    /// Says when a newer release has finished a migration, whose rows this one may not touch.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn newer_rows(&self) -> Result<Option<NewerRows>, PortError> {
        let (found, known) = (self.finished_form().await?, rows::VERSION);
        Ok((found > known).then_some(NewerRows { found, known }))
    }

    /// The form in which rows are written since the operator finished the last migration; the first
    /// one when none ever was.
    async fn finished_form(&self) -> Result<i64, PortError> {
        let key = keys::site("FORM");
        let row = self.table.get(&key, Consistency::Strong).await.map_err(port)?;
        match row.as_ref().map(|row| row.attributes.get("form")) {
            None => Ok(1),
            Some(Some(Value::N(form))) => Ok(*form),
            Some(_) => Err(rows::corrupt(&key, "form")),
        }
    }

    /// From now on rows may be written in the form of this release: an older one refuses the blog.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn finish_migration(&self) -> Result<(), PortError> {
        let row = rows::item(keys::site("FORM"), &())?;
        let row = rows::with(row, "form", Value::N(rows::VERSION));
        self.write(Write::Put(row, Condition::Always)).await.map_err(port).map(drop)
    }

    /// A transaction that does not depend on what was read: tried again while others are at its rows.
    pub(crate) async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        for _ in 1..ASKS {
            match self.table.transact(writes.clone()).await {
                Err(TableError::Conflict) => {}
                done => return done,
            }
        }
        self.table.transact(writes).await
    }

    /// As [`Blog::transact`], for one row.
    pub(crate) async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        for _ in 1..ASKS {
            match self.table.write(write.clone()).await {
                Err(TableError::Conflict) => {}
                done => return done,
            }
        }
        self.table.write(write).await
    }

    /// Reads rows by key, strongly consistent, 100 to a call; parts that were not answered are asked
    /// for again.
    pub(crate) async fn rows(&self, keys: &[Key]) -> Result<Vec<Item>, PortError> {
        let mut seen = HashSet::new();
        let keys: Vec<Key> = keys.iter().filter(|key| seen.insert(*key)).cloned().collect();
        let mut items = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(BATCH) {
            let mut asked = chunk.to_vec();
            let mut asks = 0;
            while !asked.is_empty() {
                asks += 1;
                if asks > ASKS {
                    return Err(PortError::Unavailable("table"));
                }
                let batch =
                    self.table.batch_get(&asked, Consistency::Strong).await.map_err(port)?;
                items.extend(batch.items);
                asked = batch.unprocessed;
            }
        }
        Ok(items)
    }

    /// Reads until `query.limit` rows are there or none follow: a page may be cut early.
    pub(crate) async fn page(&self, query: &Query) -> Result<Page, PortError> {
        let mut query = query.clone();
        let limit = query.limit as usize;
        let mut items: Vec<Item> = vec![];
        loop {
            let page = self.table.query(&query).await.map_err(port)?;
            items.extend(page.items);
            match page.next {
                Some(next) if items.len() < limit => {
                    query.limit = (limit - items.len()) as u32;
                    query.start = Some(next);
                }
                next => return Ok(Page { items, next }),
            }
        }
    }
}

/// A table's failure as callers see it.
pub(crate) fn port(error: TableError) -> PortError {
    match error {
        TableError::ConditionFailed(_) | TableError::Conflict => PortError::Conflict,
        TableError::Unavailable => PortError::Unavailable("table"),
        TableError::Full => PortError::Full,
        TableError::OverAllowance(calls) => PortError::OverAllowance { calls },
        error @ (TableError::Invalid(_) | TableError::Backend { .. }) => {
            PortError::backend("table", error)
        }
    }
}
