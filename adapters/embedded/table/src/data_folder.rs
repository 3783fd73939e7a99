//! The folder in which everything of an embedded home lies, owned by one process at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The layout that this release writes and the newest that it reads.
const FORMAT: u32 = 1;

/// A data folder, locked for this process until the last clone is gone.
///
/// The lock is the kernel's: a process that is killed leaves none behind.
#[derive(Clone, Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: Arc<File>,
}

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// Another process has it open.
    #[error("{} is in use by {}: stop it first, or choose another folder", path.display(), holder(*process))]
    InUse {
        /// The folder.
        path: PathBuf,
        /// Which process, if it wrote its number.
        process: Option<u32>,
    },
    /// A newer release wrote it.
    #[error(
        "{} has format {found}, this release reads up to {FORMAT}: run the newer release again",
        path.display()
    )]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// The file `format` does not hold a number.
    #[error("{} is not a data folder of Deepdive: its file `format` holds no number", path.display())]
    Unknown {
        /// The folder.
        path: PathBuf,
    },
    /// The file system refuses.
    #[error("{} cannot be used", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Its reason.
        #[source]
        source: io::Error,
    },
}

fn holder(process: Option<u32>) -> String {
    process.map_or_else(|| "another process".to_owned(), |id| format!("process {id}"))
}

impl DataFolder {
    /// Opens a data folder and locks it; makes it, readable by its owner only, if it is not there.
    ///
    /// # Errors
    /// `InUse` - another process, or another part of this one, has it open; `Newer`, `Unknown` - it is
    /// not ours to touch, and is left as it is; `Io`.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, DataFolderError> {
        let path = path.into();
        let io = |source| DataFolderError::Io { path: path.clone(), source };

        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(io)?;
        let mut lock = private_file(&path.join("lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut number = String::new();
                // The number is a courtesy; without it the message is less precise.
                let _ = lock.read_to_string(&mut number);
                return Err(DataFolderError::InUse { path, process: number.trim().parse().ok() });
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        check_format(&path)?;
        note_process(&mut lock).map_err(io)?;
        Ok(Self { path, _lock: Arc::new(lock) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made if it is not there, readable by its owner only.
    ///
    /// # Errors
    /// `Io`.
    pub fn folder(&self, name: &str) -> Result<PathBuf, DataFolderError> {
        let path = self.path.join(name);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .map_err(|source| DataFolderError::Io { path: path.clone(), source })?;
        Ok(path)
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn note_process(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{}", std::process::id())
}

fn check_format(path: &Path) -> Result<(), DataFolderError> {
    let file = path.join("format");
    let io = |source| DataFolderError::Io { path: path.to_owned(), source };
    match fs::read_to_string(&file) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) if found <= FORMAT => Ok(()),
            Ok(found) => Err(DataFolderError::Newer { path: path.to_owned(), found }),
            Err(_) => Err(DataFolderError::Unknown { path: path.to_owned() }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            write_format(path, &file).map_err(io)
        }
        Err(error) => Err(io(error)),
    }
}

/// Renamed into place, so that a crash leaves either no format or a whole one.
fn write_format(folder: &Path, file: &Path) -> io::Result<()> {
    let fresh = folder.join("format.new");
    let mut out = private_file(&fresh)?;
    out.set_len(0)?;
    writeln!(out, "{FORMAT}")?;
    out.sync_all()?;
    fs::rename(&fresh, file)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_new_folder_is_readable_by_its_owner_only() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path().join("a/b")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        assert_eq!(mode(&folder.folder("inside").unwrap()), 0o700);
        assert_eq!(mode(&folder.path().join("lock")), 0o600);
    }

    #[test]
    fn a_folder_in_use_is_refused_with_the_number_of_its_process() {
        let place = tempfile::tempdir().unwrap();
        let first = DataFolder::open(place.path()).unwrap();
        let clone = first.clone();
        drop(first);
        let refused = DataFolder::open(place.path()).unwrap_err();
        let DataFolderError::InUse { process, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(process, Some(std::process::id()));
        drop(clone);
        DataFolder::open(place.path()).unwrap();
    }

    #[test]
    fn a_folder_of_a_newer_release_is_refused_and_left_as_it_is() {
        let place = tempfile::tempdir().unwrap();
        drop(DataFolder::open(place.path()).unwrap());
        fs::write(place.path().join("format"), "2\n").unwrap();
        let refused = DataFolder::open(place.path()).unwrap_err();
        assert!(matches!(refused, DataFolderError::Newer { found: 2, .. }), "{refused:?}");
        assert_eq!(fs::read_to_string(place.path().join("format")).unwrap(), "2\n");
    }

    #[test]
    fn a_folder_whose_format_is_no_number_is_refused() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("format"), "tar").unwrap();
        let refused = DataFolder::open(place.path()).unwrap_err();
        assert!(matches!(refused, DataFolderError::Unknown { .. }), "{refused:?}");
    }
}
