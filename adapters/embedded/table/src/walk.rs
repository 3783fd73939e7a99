//! The walk over all rows.

use async_trait::async_trait;
use rusqlite::{Connection, params};
use store::table::{Item, Key, TableError};
use store::walk::Walk;

use crate::database;
use crate::error::Fault;
use crate::table::SqliteTable;

#[async_trait]
impl Walk for SqliteTable {
    async fn rows_after(&self, after: Option<&Key>, limit: u32) -> Result<Vec<Item>, TableError> {
        let (after, now) = (after.cloned(), self.now());
        self.read(move |connection| rows_after(connection, after.as_ref(), now, limit)).await
    }
}

/// Reads the rows after a key, without those whose `ttl` lies before the second `now`.
///
/// # Errors
/// SQLite's; a body that does not decode.
pub fn rows_after(
    connection: &Connection,
    after: Option<&Key>,
    now: i64,
    limit: u32,
) -> Result<Vec<Item>, Fault> {
    let (pk, sk) = after.map_or(("", ""), |key| (&key.pk, &key.sk));
    let mut statement = connection.prepare_cached(
        "SELECT pk, sk, body FROM items
         WHERE (pk, sk) > (?1, ?2) AND (ttl IS NULL OR ttl >= ?3) ORDER BY pk, sk LIMIT ?4",
    )?;
    let mut rows = statement.query(params![pk, sk, now, limit])?;
    let mut items = vec![];
    while let Some(row) = rows.next()? {
        items.push(database::item(row)?);
    }
    Ok(items)
}
