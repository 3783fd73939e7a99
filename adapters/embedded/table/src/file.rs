//! The table's file, read beside whoever has it open.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::Clock;
use parking_lot::Mutex;
use rusqlite::Connection;
use store::table::{Item, Key, TableError};
use store::walk::Walk;

use crate::database::{self, FORMAT};
use crate::error::OpenError;
use crate::walk::rows_after;

/// The file of a table, to look at and to copy. It is not locked: a server may write meanwhile, and
/// is kept from nothing.
pub struct TableFile {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
    clock: Arc<dyn Clock>,
}

impl TableFile {
    /// Where the table of a data folder, or of a copy of one, lies in it.
    pub const NAME: &str = "table.sqlite";

    /// Opens the file of a data folder or of a copy of one.
    ///
    /// # Errors
    /// `Newer`; `Sqlite`, also when it is not there.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let path = folder.join(Self::NAME);
        let connection = database::open_reader(&path)?;
        let found = database::format(&connection)
            .map_err(|source| OpenError::Sqlite { file: path.clone(), source })?;
        if found > FORMAT {
            return Err(OpenError::Newer { file: path, found, known: FORMAT });
        }
        Ok(Self { path, connection: Arc::new(Mutex::new(connection)), clock })
    }

    /// The form of the file itself.
    ///
    /// # Errors
    /// `Sqlite`.
    pub fn format(&self) -> Result<i64, OpenError> {
        database::format(&self.connection.lock()).map_err(|source| self.sqlite(source))
    }

    /// Copies the table as it is at one moment into a folder, durably. Waits for no writer and lets
    /// none wait. Takes a while: call it where waiting is allowed.
    ///
    /// # Errors
    /// `Sqlite`, also when there is such a file already.
    pub fn copy_to(&self, folder: &Path) -> Result<(), OpenError> {
        let to = folder.join(Self::NAME);
        // One reading transaction: what is committed after it began is not part of the copy.
        self.connection
            .lock()
            .execute("VACUUM INTO ?1", [to.to_string_lossy()])
            .map_err(|source| self.sqlite(source))?;
        let synced = File::open(&to).and_then(|file| file.sync_all());
        synced.map_err(|source| OpenError::Copy { file: to, source })
    }

    fn sqlite(&self, source: rusqlite::Error) -> OpenError {
        OpenError::Sqlite { file: self.path.clone(), source }
    }
}

#[async_trait]
impl Walk for TableFile {
    async fn rows_after(&self, after: Option<&Key>, limit: u32) -> Result<Vec<Item>, TableError> {
        let (connection, after) = (self.connection.clone(), after.cloned());
        let now = self.clock.now().seconds();
        let read = tokio::task::spawn_blocking(move || {
            rows_after(&connection.lock(), after.as_ref(), now, limit)
        });
        Ok(read.await.unwrap_or(Err(crate::error::Fault::Stopped))?)
    }
}
