//! Why a blog did not move.

use std::io;
use std::path::{Path, PathBuf};

use domain::ports::PortError;

/// What is wrong with the folder between the homes.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds an export already.
    #[error("{} holds a finished export: choose another folder", folder.display())]
    Finished {
        /// The folder.
        folder: PathBuf,
    },
    /// It holds something else.
    #[error("{} is not empty and holds no export: choose a folder of its own", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// It holds half an export, or none.
    #[error(
        "{} holds no finished export: its manifest is missing or broken off. Run the export again with the \
         same folder: it goes on",
        folder.display()
    )]
    Unfinished {
        /// The folder.
        folder: PathBuf,
    },
    /// A newer release made it.
    #[error(
        "{} was exported by a newer release ({what} {found}, this release reads up to {known}): import with \
         that release",
        folder.display()
    )]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// Of what the form is newer.
        what: &'static str,
        /// Its form.
        found: i64,
        /// The newest that this release reads.
        known: i64,
    },
    /// A file is missing or not what the manifest says.
    #[error(
        "the export is damaged: {} is missing or not what was exported; nothing was imported. Copy the folder \
         anew, or export again",
        file.display()
    )]
    Damaged {
        /// Which file. The name of an object without its secret.
        file: PathBuf,
    },
    /// The file system refuses.
    #[error("cannot use {}", path.display())]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl FolderError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| FolderError::Io { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(file: &Path) -> Self {
        FolderError::Damaged { file: file.to_owned() }
    }
}

/// Why there is no export. One that broke off goes on when it is asked for again.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Somebody wrote meanwhile.
    #[error(
        "the blog was changed while it was exported: see that nobody writes and nothing works, and export \
         again with the same folder"
    )]
    Changed,
    /// An import into this blog is under way.
    #[error("an import into this blog is not finished: finish it before exporting")]
    Importing,
    /// A port failed.
    #[error("the blog could not be read")]
    Port(#[from] PortError),
}

/// Why a blog has not arrived. An import that broke off goes on when it is asked for again.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is a blog already.
    #[error("there is a blog here already: import into a place where nothing was written yet")]
    NotEmpty,
    /// Another import broke off here.
    #[error(
        "the import of another export broke off here: go on with that one, or begin in an empty place"
    )]
    Another,
    /// What is there now is not what was to come.
    #[error(
        "what arrived is not what was exported: {expected} rows were to come, {found} are there, and their \
         hashes differ. Begin again in an empty place"
    )]
    Differs {
        /// Rows that were to come.
        expected: u64,
        /// Rows that are there.
        found: u64,
    },
    /// An object is not there, or not what was put.
    #[error("{n_objects} objects are not what was exported: import again, it goes on")]
    Objects {
        /// So many.
        n_objects: usize,
    },
    /// A port failed.
    #[error("the import broke off: run it again with the same folder, it goes on")]
    Port(#[from] PortError),
}
