//! Why a dictionary cannot be used.

use std::io;
use std::path::PathBuf;

/// A dictionary that is missing or damaged.
#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    /// A file is not there: nothing is installed, or not in this folder.
    #[error("the Korean dictionary is not installed ({} is missing): run `cargo xtask setup`", path.display())]
    Missing {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// A file is there and is not what it should be.
    #[error(
        "the Korean dictionary is damaged ({}: {reason}): remove its folder and run `cargo xtask setup`",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The system does not let us read a file.
    #[error("the Korean dictionary cannot be read: {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}
