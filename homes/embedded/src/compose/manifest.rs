//! What a backup says of itself: written last, so that a backup without it was never finished.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use domain::post::hex;
use moving::files::private_folder;
use sha2::{Digest, Sha256};

/// The manifest's file in a backup.
const NAME: &str = "manifest.json";
/// The form that is written, and the newest that is read.
const FORM: u32 = 1;

/// A manifest.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// Form of the backup.
    pub deepdive_backup: u32,
    /// Format of the data folder.
    pub data_format: u32,
    /// When it was taken, in milliseconds since 1970.
    pub taken_at: i64,
    /// Objects in it.
    pub objects: usize,
    /// Objects that posts name and that were not there to be copied.
    #[serde(default)]
    pub missing_objects: usize,
    /// All files, by path.
    pub files: Vec<FileEntry>,
}

/// A file of a backup.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct FileEntry {
    /// Below the backup's folder, with `/` between its parts.
    pub path: String,
    /// Bytes.
    pub length: u64,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
}

/// Why a backup is not one.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// There is no manifest, or half of one.
    #[error(
        "{} holds no finished backup: its {NAME} is missing or broken off; take it anew",
        folder.display()
    )]
    Unfinished {
        /// The backup.
        folder: PathBuf,
    },
    /// A newer release made it.
    #[error("{} is a backup of form {found}, this release reads up to {FORM}: use the newer release", folder.display())]
    Newer {
        /// The backup.
        folder: PathBuf,
        /// Its form.
        found: u32,
    },
    /// A file is not what the manifest says.
    #[error("the backup is damaged: {} is missing or not what it was; nothing was restored", file.display())]
    Damaged {
        /// Which file.
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

impl Manifest {
    /// Lists what is in a folder.
    ///
    /// # Errors
    /// `Io`.
    pub fn of(folder: &Path, data_format: u32, taken_at: i64) -> Result<Self, ManifestError> {
        let mut files = vec![];
        list(folder, String::new(), &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let (objects, missing_objects) = (0, 0);
        Ok(Self { deepdive_backup: FORM, data_format, taken_at, objects, missing_objects, files })
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// `Unfinished`, `Newer`, `Io`.
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        let unfinished = || ManifestError::Unfinished { folder: folder.to_owned() };
        let path = folder.join(NAME);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unfinished()),
            Err(source) => return Err(ManifestError::Io { path, source }),
        };
        // The form first: a newer one may have other fields.
        let value: serde_json::Value = serde_json::from_slice(&json).map_err(|_| unfinished())?;
        let found = value["deepdive_backup"].as_u64().ok_or_else(unfinished)?;
        if found > u64::from(FORM) {
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            return Err(ManifestError::Newer { folder: folder.to_owned(), found });
        }
        serde_json::from_value(value).map_err(|_| unfinished())
    }

    /// Writes the manifest, durably; from then on it is a backup.
    ///
    /// # Errors
    /// `Io`.
    pub fn write(&self, folder: &Path) -> Result<(), ManifestError> {
        let path = folder.join(NAME);
        let io = |source| ManifestError::Io { path: path.clone(), source };
        let fresh = folder.join("manifest.new");
        let json = serde_json::to_vec_pretty(self).map_err(|error| io(error.into()))?;
        let mut file = File::create(&fresh).map_err(io)?;
        file.write_all(&json).and_then(|()| file.sync_all()).map_err(io)?;
        fs::rename(&fresh, &path).map_err(io)?;
        sync(folder)
    }

    /// All bytes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.length).sum()
    }
}

impl FileEntry {
    /// Reads the file of a backup and compares; copies it, durably, when `to` says where.
    ///
    /// # Errors
    /// `Damaged`, `Io`.
    pub fn verify(&self, backup: &Path, to: Option<&Path>) -> Result<(), ManifestError> {
        let damaged = || ManifestError::Damaged { file: backup.join(&self.path) };
        let inside =
            |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
        if !inside(Path::new(&self.path)) {
            return Err(damaged());
        }
        let from = backup.join(&self.path);
        let mut source = File::open(&from).map_err(|_| damaged())?;
        let mut target = match to {
            None => None,
            Some(folder) => {
                let path = folder.join(&self.path);
                let io = |source| ManifestError::Io { path: path.clone(), source };
                if let Some(parent) = path.parent() {
                    private_folder(parent).map_err(io)?;
                }
                Some((private_file(&path).map_err(io)?, path))
            }
        };
        let (length, sha256) = pour(&mut source, &mut |piece| match &mut target {
            None => Ok(()),
            Some((file, path)) => file
                .write_all(piece)
                .map_err(|source| ManifestError::Io { path: path.clone(), source }),
        })
        .map_err(|error| error.unwrap_or_else(damaged))?;
        if length != self.length || sha256 != self.sha256 {
            return Err(damaged());
        }
        match target {
            None => Ok(()),
            Some((file, path)) => {
                file.sync_all().map_err(|source| ManifestError::Io { path, source })
            }
        }
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// `Io`.
pub fn sync(folder: &Path) -> Result<(), ManifestError> {
    let io = |source| ManifestError::Io { path: folder.to_owned(), source };
    moving::files::sync(folder).map_err(io)
}

/// Makes the names in a folder and in all below it durable.
///
/// # Errors
/// `Io`.
pub fn sync_tree(folder: &Path) -> Result<(), ManifestError> {
    let io = |source| ManifestError::Io { path: folder.to_owned(), source };
    moving::files::sync_tree(folder).map_err(io)
}

fn list(folder: &Path, below: String, files: &mut Vec<FileEntry>) -> Result<(), ManifestError> {
    let io = |source| ManifestError::Io { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().map_err(io)?.is_dir() {
            list(&entry.path(), path, files)?;
        } else {
            let mut file = File::open(entry.path()).map_err(io)?;
            let (length, sha256) = pour(&mut file, &mut |_| Ok(())).map_err(|error| {
                error.unwrap_or_else(|| io(io::Error::other("cannot be read to its end")))
            })?;
            files.push(FileEntry { path, length, sha256 });
        }
    }
    Ok(())
}

/// Reads to the end; fails with what the taker of the pieces fails with, or with none when the source
/// does.
fn pour(
    source: &mut File,
    take: &mut dyn FnMut(&[u8]) -> Result<(), ManifestError>,
) -> Result<(u64, String), Option<ManifestError>> {
    let (mut hash, mut length) = (Sha256::new(), 0);
    let mut piece = vec![0; 256 * 1024];
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok((length, hex(&hash.finalize()))),
            Ok(n) => {
                hash.update(&piece[..n]);
                length += n as u64;
                take(&piece[..n]).map_err(Some)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(None),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn backup() -> (tempfile::TempDir, Manifest) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/b"), "bytes").unwrap();
        let manifest = Manifest::of(folder.path(), 1, 0).unwrap();
        manifest.write(folder.path()).unwrap();
        (folder, manifest)
    }

    #[test]
    fn a_backup_without_a_whole_manifest_was_never_finished() {
        let (folder, _) = backup();
        assert_eq!(Manifest::read(folder.path()).unwrap().files[0].path, "a/b");
        let file = folder.path().join(NAME);
        let whole = fs::read(&file).unwrap();
        for half in [&b""[..], &whole[..whole.len() / 2], b"{}"] {
            fs::write(&file, half).unwrap();
            let error = Manifest::read(folder.path()).unwrap_err();
            assert!(matches!(error, ManifestError::Unfinished { .. }), "{error}");
        }
        fs::remove_file(&file).unwrap();
        let error = Manifest::read(folder.path()).unwrap_err();
        assert!(matches!(error, ManifestError::Unfinished { .. }), "{error}");
    }

    #[test]
    fn a_backup_of_a_newer_form_is_refused() {
        let (folder, _) = backup();
        fs::write(folder.path().join(NAME), r#"{"deepdive_backup": 2}"#).unwrap();
        let error = Manifest::read(folder.path()).unwrap_err();
        assert!(matches!(error, ManifestError::Newer { found: 2, .. }), "{error}");
    }

    #[test]
    fn a_file_that_changed_or_leads_outside_is_damage() {
        let (folder, manifest) = backup();
        manifest.files[0].verify(folder.path(), None).unwrap();
        fs::write(folder.path().join("a/b"), "bytez").unwrap();
        let error = manifest.files[0].verify(folder.path(), None).unwrap_err();
        assert!(matches!(error, ManifestError::Damaged { .. }), "{error}");
        let outside = FileEntry { path: "../x".into(), length: 0, sha256: String::new() };
        assert!(outside.verify(folder.path(), None).is_err());
    }
}
