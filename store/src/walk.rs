//! The maintenance port: a walk over all rows.
//!
//! No operation of the blog may walk, and [`Table`](crate::table::Table) cannot: this is for programs
//! that look at everything, such as a check, a backup or a migration. On DynamoDB it is a scan, paid
//! for once and on purpose.

use async_trait::async_trait;
use domain::ports::PortError;

use crate::blog::port;
use crate::table::{Item, Key, TableError};

/// Reads every row of a table.
#[async_trait]
pub trait Walk: Send + Sync {
    /// The rows after `after`, about `limit` of them; expired ones are left out. Empty only at the end.
    ///
    /// Every row is met once. Those of a partition come one after the other, in byte order of their sort
    /// keys; in which order partitions come is the table's own affair. `after` is the key of a row that
    /// was met, and that may be gone. Rows that are written meanwhile may be met or not.
    async fn rows_after(&self, after: Option<&Key>, limit: u32) -> Result<Vec<Item>, TableError>;
}

/// The rows after a row, as [`Walk::rows_after`] gives them, with its failure as callers of the store see it.
///
/// # Errors
/// A failure of the table.
pub async fn page(
    walk: &dyn Walk,
    after: Option<&Key>,
    limit: u32,
) -> Result<Vec<Item>, PortError> {
    walk.rows_after(after, limit).await.map_err(port)
}

/// Rows read at once.
const ROWS: u32 = 500;

/// Meets every row, one partition at a time.
///
/// # Errors
/// A failure of the table, or what `meet` fails with.
pub(crate) async fn partitions<E: From<PortError>>(
    walk: &dyn Walk,
    mut meet: impl AsyncFnMut(&str, Vec<Item>) -> Result<(), E>,
) -> Result<(), E> {
    let mut gathered: Vec<Item> = vec![];
    let mut after: Option<Key> = None;
    loop {
        let rows = walk.rows_after(after.as_ref(), ROWS).await.map_err(port)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.key.clone());
        for row in rows {
            if gathered.last().is_some_and(|before| before.key.pk != row.key.pk) {
                let whole = std::mem::take(&mut gathered);
                let partition = whole[0].key.pk.clone();
                meet(&partition, whole).await?;
            }
            gathered.push(row);
        }
    }
    match gathered.first().map(|row| row.key.pk.clone()) {
        Some(partition) => meet(&partition, gathered).await,
        None => Ok(()),
    }
}
