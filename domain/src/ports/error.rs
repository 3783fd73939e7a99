//! What goes wrong outside, by what the caller can do about it.

use std::error::Error;

/// A failure of the world. Absence is no failure: it is `Option`.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Somebody else was first; read again and decide anew.
    #[error("changed meanwhile")]
    Conflict,
    /// The input itself is refused; asking again gives the same answer.
    #[error("{0}")]
    Rejected(String),
    /// Something is not installed, not configured or not allowed; says what to do about it.
    #[error("{0}")]
    Denied(String),
    /// A later try may succeed.
    #[error("{0} is unavailable")]
    Unavailable(&'static str),
    /// A service answered, and not what it was asked for; another try may bring it.
    #[error("what {adapter} answered is of no use")]
    Unusable {
        /// Which adapter.
        adapter: &'static str,
        /// What is wrong with it, for the author.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The storage is full: nothing can be saved until there is room again. What is there can be read.
    #[error("the storage is full: nothing can be saved")]
    Full,
    /// The operation asks for more at once than one may.
    #[error("one operation may make {calls} calls to the table; ask for less at once")]
    OverAllowance {
        /// What one may make.
        calls: u32,
    },
    /// What was stored does not read back.
    #[error("stored data is damaged: {table} {id}, field {field}")]
    Corrupt {
        /// Kind of the row.
        table: &'static str,
        /// Field that does not parse.
        field: &'static str,
        /// Which row.
        id: String,
    },
    /// Anything else.
    #[error("{adapter} failed")]
    Backend {
        /// Which adapter.
        adapter: &'static str,
        /// Its own error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

impl PortError {
    /// Wraps an adapter's own error.
    pub fn backend(adapter: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        PortError::Backend { adapter, source: source.into() }
    }

    /// Wraps what is wrong with an answer.
    pub fn unusable(
        adapter: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        PortError::Unusable { adapter, source: source.into() }
    }

    /// Whether a later try may succeed without anybody doing anything.
    pub fn retryable(&self) -> bool {
        use PortError::{Backend, Conflict, Full, Unavailable, Unusable};
        matches!(self, Conflict | Unavailable(_) | Unusable { .. } | Full | Backend { .. })
    }
}
