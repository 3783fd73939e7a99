//! How far an import into a table has come.

use domain::ports::PortError;

use crate::blog::{BATCH, port};
use crate::demo::facts_of_the_site;
use crate::keys;
use crate::rows;
use crate::table::{Attributes, Condition, Consistency, Item, Table, Value, Write, limits};
use crate::walk::Walk;

use super::leaving::stays;

/// Bytes of a transaction; a table takes 4 MB.
const BATCH_BYTES: usize = 3 * 1024 * 1024;

/// An import that has begun, as the table remembers it until it is finished.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Import {
    /// Names what is imported: only the same goes on.
    pub export: String,
    /// The epoch of all logs here.
    pub epoch: String,
    /// Files of rows that are in the table.
    pub files: usize,
    /// Whether all rows were read back: from then on stages are written, and may be worked on.
    pub verified: bool,
}

impl Import {
    /// The import that has begun here and is not finished.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn under_way(table: &dyn Table) -> Result<Option<Self>, PortError> {
        let row = table.get(&keys::site("IMPORT"), Consistency::Strong).await.map_err(port)?;
        row.as_ref().map(rows::entity).transpose()
    }

    /// Begins one in a table in which nothing was written but facts of the site. Those give way; a link by
    /// which the owner would be made is good no more. None, and nothing is changed, when anything else is
    /// there.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn begin(
        table: &dyn Table,
        walk: &dyn Walk,
        export: &str,
        epoch: &str,
    ) -> Result<Option<Self>, PortError> {
        let Some(facts) = facts_of_the_site(walk).await? else { return Ok(None) };
        let (export, epoch) = (export.to_owned(), epoch.to_owned());
        let import = Import { export, epoch, files: 0, verified: false };
        let attributes = Attributes::from([
            ("v".to_owned(), Value::N(rows::VERSION)),
            ("epoch".to_owned(), Value::S(import.epoch.clone())),
        ]);
        let row = Item { key: keys::site("EPOCH"), attributes };
        let mut writes = vec![
            Write::Put(rows::item(keys::site("IMPORT"), &import)?, Condition::Absent),
            Write::Put(row, Condition::Always),
        ];
        let gone = facts.into_iter().map(|row| row.key);
        let gone = gone.filter(|key| *key != keys::site("EPOCH"));
        writes.extend(gone.map(|key| Write::Delete(key, Condition::Always)));
        table.transact(writes).await.map_err(port)?;
        Ok(Some(import))
    }

    /// Remembers how far it has come.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn note(&self, table: &dyn Table) -> Result<(), PortError> {
        let row = rows::item(keys::site("IMPORT"), self)?;
        table.write(Write::Put(row, Condition::Present)).await.map_err(port).map(drop)
    }

    /// Forgets it: it is finished.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn finish(&self, table: &dyn Table) -> Result<(), PortError> {
        let write = Write::Delete(keys::site("IMPORT"), Condition::Always);
        table.write(write).await.map_err(port).map(drop)
    }
}

/// Puts rows that arrive, in transactions: each is done once however often it is sent, and done again
/// when it is asked for again. The rows are few enough for one (see [`batches`]).
///
/// # Errors
/// A failure of the table; `Unavailable` and `Conflict` may pass.
pub async fn put(table: &dyn Table, rows: Vec<Item>) -> Result<(), PortError> {
    let writes = rows.into_iter().map(|row| Write::Put(row, Condition::Always)).collect();
    table.transact(writes).await.map_err(port)
}

/// Rows, in portions of which each fits into one transaction.
pub fn batches(rows: impl IntoIterator<Item = Item>) -> Vec<Vec<Item>> {
    let mut batches: Vec<Vec<Item>> = vec![];
    let mut bytes = 0;
    for row in rows {
        let more = limits::bytes_of(&row);
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH && bytes + more <= BATCH_BYTES => {
                bytes += more;
                batch.push(row);
            }
            _ => {
                bytes = more;
                batches.push(vec![row]);
            }
        }
    }
    batches
}

/// Whether a row of a table is none of those that came with an import.
pub(super) fn own(row: &Item) -> bool {
    stays(&row.key)
}
