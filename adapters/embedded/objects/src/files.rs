//! The bytes: one file for each content, named by its SHA-256.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use domain::ports::ObjectInfo;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

/// The folders of the files.
#[derive(Clone, Debug)]
pub struct Files {
    contents: PathBuf,
    incoming: PathBuf,
}

/// A file that is being written, hashed as it grows. Dropped, it is gone.
pub struct Draft {
    file: NamedTempFile,
    hash: Sha256,
    length: u64,
}

/// A file that was written and is on the disk, but has no name yet. Dropped, it is gone.
pub struct Finished {
    file: NamedTempFile,
    /// Bytes.
    pub length: u64,
    /// Of the bytes.
    pub sha256: [u8; 32],
}

impl Files {
    /// Opens the folders, makes them if they are not there, and removes what a crash left unfinished.
    ///
    /// # Errors
    /// The file system's.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let files = Self::at(folder);
        make_folder(&files.contents)?;
        make_folder(&files.incoming)?;
        for left in fs::read_dir(&files.incoming)? {
            fs::remove_file(left?.path())?;
        }
        File::open(folder)?.sync_all()?;
        Ok(files)
    }

    /// The files of a folder that another process may have: nothing is made or removed.
    pub fn at(folder: &Path) -> Self {
        Self { contents: folder.join("contents"), incoming: folder.join("incoming") }
    }

    /// Begins a file. It lies in the same file system as the contents, so it can be renamed there.
    ///
    /// # Errors
    /// The file system's.
    pub fn draft(&self) -> io::Result<Draft> {
        let file = NamedTempFile::new_in(&self.incoming)?;
        Ok(Draft { file, hash: Sha256::new(), length: 0 })
    }

    /// Gives a finished file its name, durably. A file of the same content is replaced by its equal.
    ///
    /// # Errors
    /// The file system's.
    pub fn keep(&self, finished: Finished) -> io::Result<()> {
        let path = self.path(&finished.sha256);
        let folder = path.parent().unwrap_or(&self.contents);
        if !folder.exists() {
            make_folder(folder)?;
            File::open(&self.contents)?.sync_all()?;
        }
        finished.file.persist(&path).map_err(|refused| refused.error)?;
        File::open(folder)?.sync_all()
    }

    /// Opens a content; none when there is no file.
    ///
    /// # Errors
    /// The file system's.
    pub fn read(&self, sha256: &[u8; 32]) -> io::Result<Option<File>> {
        absent_is_none(File::open(self.path(sha256)))
    }

    /// Removes a content, if it is there.
    ///
    /// # Errors
    /// The file system's.
    pub fn remove(&self, sha256: &[u8; 32]) -> io::Result<()> {
        absent_is_none(fs::remove_file(self.path(sha256))).map(drop)
    }

    /// All contents that there are, and nothing else that lies among them.
    ///
    /// # Errors
    /// The file system's.
    pub fn contents(&self) -> io::Result<Vec<[u8; 32]>> {
        let mut contents = Vec::new();
        for folder in fs::read_dir(&self.contents)? {
            for file in fs::read_dir(folder?.path())? {
                contents.extend(file?.file_name().to_str().and_then(from_hex));
            }
        }
        Ok(contents)
    }

    /// 256 folders, so that none becomes too large to search.
    fn path(&self, sha256: &[u8; 32]) -> PathBuf {
        let name = to_hex(sha256);
        self.contents.join(&name[..2]).join(&name)
    }
}

impl Draft {
    /// Appends bytes.
    ///
    /// # Errors
    /// The file system's.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Ends the file and brings it to the disk.
    ///
    /// # Errors
    /// The file system's.
    pub fn finish(self) -> io::Result<Finished> {
        self.file.as_file().sync_all()?;
        let sha256 = self.hash.finalize().into();
        Ok(Finished { file: self.file, length: self.length, sha256 })
    }
}

impl Finished {
    /// What its row says.
    pub fn info(&self, content_type: &str) -> ObjectInfo {
        let content_type = content_type.to_owned();
        ObjectInfo { length: self.length, content_type, sha256: self.sha256 }
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn absent_is_none<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn to_hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}
