//! What goes wrong, by what a caller can do about it.

use std::io;
use std::path::PathBuf;

use domain::ports::PortError;
use rusqlite::ErrorCode;

const ADAPTER: &str = "the object store";

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer release wrote it.
    #[error(
        "{} has format {found}, this release reads up to {known}: run the newer release again",
        folder.display()
    )]
    Newer {
        /// The store's folder.
        folder: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this release knows.
        known: i64,
    },
    /// The secret that signs tickets and addresses is not 64 bytes.
    #[error("{} is damaged: remove it, and signed addresses given out before will end", file.display())]
    Secret {
        /// Its file.
        file: PathBuf,
    },
    /// The file system refuses.
    #[error("{} cannot be used", folder.display())]
    Io {
        /// The store's folder.
        folder: PathBuf,
        /// Its reason.
        #[source]
        source: io::Error,
    },
    /// SQLite refuses.
    #[error("the rows of {} cannot be opened", folder.display())]
    Sqlite {
        /// The store's folder.
        folder: PathBuf,
        /// Its reason.
        #[source]
        source: rusqlite::Error,
    },
}

/// Why an upload was refused. Nothing of it remains, and unless its ticket is `Used`, `Expired` or
/// `Altered` it may be tried again.
#[derive(Debug, thiserror::Error)]
pub enum UploadRefused {
    /// Not a ticket that this store made.
    #[error("this is no upload ticket of ours")]
    Altered,
    /// The ticket has ended.
    #[error("the upload ticket has expired")]
    Expired,
    /// The ticket was used.
    #[error("the upload ticket was used already")]
    Used,
    /// The body is shorter or longer than the ticket says.
    #[error("the upload must have exactly {expected} bytes")]
    WrongLength {
        /// Bytes.
        expected: u64,
    },
    /// The media type is another than the ticket says.
    #[error("the upload must be of type {expected}")]
    WrongType {
        /// Media type.
        expected: String,
    },
    /// The bytes are others than the ticket says.
    #[error("the upload's bytes do not have the SHA-256 of its ticket")]
    WrongChecksum,
    /// The body ended with an error.
    #[error("the upload broke off")]
    BrokenOff(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store itself failed.
    #[error(transparent)]
    Failed(#[from] PortError),
}

/// What goes wrong inside, before it is known to a caller.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file system's.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// SQLite's.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// A file is not what its row says.
    #[error("the file of {0} is damaged")]
    Damaged(String),
    /// A thread of the store panicked.
    #[error(transparent)]
    Panicked(#[from] tokio::task::JoinError),
}

impl From<Fault> for PortError {
    fn from(fault: Fault) -> Self {
        let full = match &fault {
            Fault::Io(error) => {
                matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            Fault::Sqlite(error) => error.sqlite_error_code() == Some(ErrorCode::DiskFull),
            Fault::Damaged(_) | Fault::Panicked(_) => false,
        };
        match fault {
            _ if full => PortError::Full,
            Fault::Damaged(id) => PortError::Corrupt { table: "object", field: "bytes", id },
            fault => PortError::backend(ADAPTER, fault),
        }
    }
}
