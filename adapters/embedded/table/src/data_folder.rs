//! The folder in which everything of an embedded home lies, owned by one process at a time.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The layout that this release writes and the newest that it reads.
pub const FORMAT: u32 = 1;

/// What stands in the file `format` of a folder that is being filled from a backup.
const UNFINISHED: &str = "unfinished";
/// What stands there when the blog comes from another home, which goes on where it broke off.
const ARRIVING: &str = "arriving";

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
    /// It was being filled when that broke off.
    #[error(
        "{} was being restored when that broke off: remove the folder, and restore again",
        path.display()
    )]
    Unfinished {
        /// The folder.
        path: PathBuf,
    },
    /// A blog was being imported when that broke off.
    #[error(
        "the import into {} broke off: run it again with the same export, it goes on; or remove the folder",
        path.display()
    )]
    Arriving {
        /// The folder.
        path: PathBuf,
    },
    /// Something is in it already.
    #[error("{} is not empty: choose a folder that is empty or not there", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// There is none.
    #[error("{} is not a data folder of Deepdive: it has no file `format`", path.display())]
    Absent {
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
        let folder = Self::lock(path.into())?;
        if read_format(&folder.path)?.is_none() {
            write_format(&folder.path, &FORMAT.to_string())
                .map_err(|source| DataFolderError::Io { path: folder.path.clone(), source })?;
        }
        Ok(folder)
    }

    /// Checks a data folder that is only looked at, beside whoever has it; makes and locks nothing.
    ///
    /// # Errors
    /// `Absent`, `Newer`, `Unknown`, `Unfinished`, `Io`.
    pub fn look(path: &Path) -> Result<u32, DataFolderError> {
        read_format(path)?.ok_or_else(|| DataFolderError::Absent { path: path.to_owned() })
    }

    /// Takes a folder that is empty or not there, to fill it. Until that is finished nobody can open
    /// it, not even after a crash.
    ///
    /// # Errors
    /// `NotEmpty` - it is left as it is; `InUse`, `Io`.
    pub fn fill(path: impl Into<PathBuf>) -> Result<UnfinishedFolder, DataFolderError> {
        Self::fill_with(path.into(), UNFINISHED)
    }

    /// Takes a folder that is empty or not there to import a blog into it, or one in which that broke off.
    /// Until it is finished nobody can open it, not even after a crash.
    ///
    /// # Errors
    /// `NotEmpty` - it is left as it is; `InUse`, `Io`.
    pub fn arrive(path: impl Into<PathBuf>) -> Result<UnfinishedFolder, DataFolderError> {
        let path = path.into();
        match read_format(&path) {
            Err(DataFolderError::Arriving { .. }) => {
                Ok(UnfinishedFolder { folder: Self::lock(path)? })
            }
            _ => Self::fill_with(path, ARRIVING),
        }
    }

    fn fill_with(path: PathBuf, format: &str) -> Result<UnfinishedFolder, DataFolderError> {
        let io = |source| DataFolderError::Io { path: path.clone(), source };
        match fs::read_dir(&path) {
            Ok(entries) => {
                for entry in entries {
                    // The root of a file system of its own is not empty for that.
                    if entry.map_err(io)?.file_name() != "lost+found" {
                        return Err(DataFolderError::NotEmpty { path });
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
        let folder = Self::lock(path.clone())?;
        write_format(&path, format).map_err(io)?;
        Ok(UnfinishedFolder { folder })
    }

    fn lock(path: PathBuf) -> Result<Self, DataFolderError> {
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

/// A data folder that is being filled, by this process alone.
#[derive(Debug)]
pub struct UnfinishedFolder {
    folder: DataFolder,
}

impl UnfinishedFolder {
    /// The folder, for whoever fills it.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Makes it a data folder like any other. What was written into it must be durable.
    ///
    /// # Errors
    /// `Io`.
    pub fn finish(self) -> Result<DataFolder, DataFolderError> {
        let path = &self.folder.path;
        write_format(path, &FORMAT.to_string())
            .map_err(|source| DataFolderError::Io { path: path.clone(), source })?;
        Ok(self.folder)
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

fn read_format(path: &Path) -> Result<Option<u32>, DataFolderError> {
    match fs::read_to_string(path.join("format")) {
        Ok(text) if text.trim() == UNFINISHED => {
            Err(DataFolderError::Unfinished { path: path.to_owned() })
        }
        Ok(text) if text.trim() == ARRIVING => {
            Err(DataFolderError::Arriving { path: path.to_owned() })
        }
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(found) if found <= FORMAT => Ok(Some(found)),
            Ok(found) => Err(DataFolderError::Newer { path: path.to_owned(), found }),
            Err(_) => Err(DataFolderError::Unknown { path: path.to_owned() }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(DataFolderError::Io { path: path.to_owned(), source }),
    }
}

/// Renamed into place, so that a crash leaves either the file as it was or a whole one.
fn write_format(folder: &Path, format: &str) -> io::Result<()> {
    let fresh = folder.join("format.new");
    let mut out = private_file(&fresh)?;
    out.set_len(0)?;
    writeln!(out, "{format}")?;
    out.sync_all()?;
    fs::rename(&fresh, folder.join("format"))?;
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

    #[test]
    fn a_folder_whose_filling_broke_off_is_refused_until_it_is_finished() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("blog");
        drop(DataFolder::fill(&path).unwrap());
        let refused = DataFolder::open(&path).unwrap_err();
        assert!(matches!(refused, DataFolderError::Unfinished { .. }), "{refused:?}");
        let refused = DataFolder::fill(&path).unwrap_err();
        assert!(matches!(refused, DataFolderError::NotEmpty { .. }), "{refused:?}");

        let other = place.path().join("other");
        drop(DataFolder::fill(&other).unwrap().finish().unwrap());
        DataFolder::open(&other).unwrap();
    }

    #[test]
    fn a_blog_that_arrives_goes_on_where_it_broke_off_and_is_opened_by_nobody_before() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("blog");
        let first = DataFolder::arrive(&path).unwrap();
        let refused = DataFolder::arrive(&path).unwrap_err();
        assert!(matches!(refused, DataFolderError::InUse { .. }), "{refused:?}");
        drop(first);
        for refused in [DataFolder::open(&path).unwrap_err(), DataFolder::look(&path).unwrap_err()]
        {
            assert!(matches!(refused, DataFolderError::Arriving { .. }), "{refused:?}");
        }
        let refused = DataFolder::fill(&path).unwrap_err();
        assert!(matches!(refused, DataFolderError::NotEmpty { .. }), "{refused:?}");
        drop(DataFolder::arrive(&path).unwrap().finish().unwrap());
        DataFolder::open(&path).unwrap();
        let refused = DataFolder::arrive(&path).unwrap_err();
        assert!(matches!(refused, DataFolderError::NotEmpty { .. }), "{refused:?}");
    }

    #[test]
    fn a_folder_that_is_only_looked_at_is_neither_made_nor_locked() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("blog");
        let refused = DataFolder::look(&path).unwrap_err();
        assert!(matches!(refused, DataFolderError::Absent { .. }), "{refused:?}");
        assert!(!path.exists());
        let _running = DataFolder::open(&path).unwrap();
        assert_eq!(DataFolder::look(&path).unwrap(), FORMAT);
    }
}
