//! What SQLite says no with, as what a caller can do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use store::table::TableError;

use crate::codec::DamagedBody;

const ADAPTER: &str = "the embedded table";

/// Why a table does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer release wrote it.
    #[error(
        "{file} has format {found}, this release reads up to {known}: run the newer release again"
    )]
    Newer {
        /// The table's file.
        file: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this release knows.
        known: i64,
    },
    /// Threads could not be started.
    #[error("the table's threads could not be started")]
    Threads(#[source] std::io::Error),
    /// The file system does not take a copy.
    #[error("{} could not be written", file.display())]
    Copy {
        /// The copy.
        file: PathBuf,
        /// Its reason.
        #[source]
        source: std::io::Error,
    },
    /// SQLite refuses the file.
    #[error("{file} could not be opened")]
    Sqlite {
        /// The table's file.
        file: PathBuf,
        /// Its reason.
        #[source]
        source: rusqlite::Error,
    },
}

/// What goes wrong inside, before it is known to a caller.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// SQLite's.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A row's.
    #[error(transparent)]
    Body(#[from] DamagedBody),
    /// A thread of the table is gone.
    #[error("a thread of the table has stopped")]
    Stopped,
}

impl Fault {
    /// Whether it says that there is no room.
    pub fn full(&self) -> bool {
        matches!(self, Fault::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull))
    }
}

impl From<Fault> for TableError {
    fn from(fault: Fault) -> Self {
        if fault.full() {
            return TableError::Full;
        }
        match &fault {
            Fault::Sqlite(error)
                if matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
                ) =>
            {
                TableError::Unavailable
            }
            _ => TableError::Backend { adapter: ADAPTER, source: Box::new(fault) },
        }
    }
}
