//! The folder between two homes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use domain::media::ObjectKey;
use domain::post::hex;
use sha2::{Digest, Sha256};
use store::table::Item;

use crate::error::FolderError;
use crate::files;
use crate::lines::{self, Writer};
use crate::manifest::{self, Manifest, Part};
use crate::object_line::ObjectLine;
use crate::row_line;
use crate::tally::Tally;

/// Where the objects lie in it, each at the path that is its key.
const OBJECTS: &str = "objects";
/// The file that says that an export has begun.
const BEGUN: &str = "unfinished";
/// What the names of files of rows and of objects begin with.
const ROW_FILES: &str = "rows";
const OBJECT_FILES: &str = "objects";

/// A finished export whose files are all what its manifest says.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    manifest: Manifest,
    id: String,
}

impl Folder {
    /// Opens an export, and reads all of it once: what is damaged is found before anything is imported.
    ///
    /// # Errors
    /// `Unfinished`, `Newer`, `Damaged`, `Io`.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let (manifest, id) = Manifest::read(path)?;
        let folder = Folder { path: path.to_owned(), manifest, id };
        folder.verify()?;
        Ok(folder)
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Names just this export.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The rows of a file.
    ///
    /// # Errors
    /// `Damaged`.
    pub(crate) fn rows(&self, part: &Part) -> Result<Vec<Item>, FolderError> {
        let mut rows = vec![];
        lines::read(&self.path, part, |line| {
            rows.push(row_line::read(line)?);
            Some(())
        })?;
        Ok(rows)
    }

    /// What all objects are.
    ///
    /// # Errors
    /// `Damaged`.
    pub(crate) fn objects(&self) -> Result<Vec<(ObjectKey, ObjectLine)>, FolderError> {
        let mut objects = vec![];
        for part in &self.manifest.object_files {
            lines::read(&self.path, part, |line| {
                objects.push(ObjectLine::read(line)?);
                Some(())
            })?;
        }
        Ok(objects)
    }

    /// The bytes of an object.
    ///
    /// # Errors
    /// `Damaged`.
    pub(crate) fn object(
        &self,
        key: &ObjectKey,
        line: &ObjectLine,
    ) -> Result<Vec<u8>, FolderError> {
        let damaged = || FolderError::damaged(&told(&self.path, key));
        let bytes = fs::read(object_path(&self.path, key)).map_err(|_| damaged())?;
        let same = bytes.len() as u64 == line.length && hex(&Sha256::digest(&bytes)) == line.sha256;
        if same { Ok(bytes) } else { Err(damaged()) }
    }

    fn verify(&self) -> Result<(), FolderError> {
        let damaged = || FolderError::damaged(&self.path.join(manifest::NAME));
        let mut rows = Tally::default();
        for part in &self.manifest.row_files {
            lines::read(&self.path, part, |line| {
                rows.add(line);
                row_line::read(line).map(drop)
            })?;
        }
        let (mut objects, mut bytes) = (Tally::default(), 0);
        for (key, line) in self.objects()? {
            objects.add(&line.write().map_err(|_| damaged())?);
            bytes += line.length;
            let file = File::open(object_path(&self.path, &key));
            let is = file.and_then(hashed).is_ok_and(|found| found == (line.length, line.sha256));
            if !is {
                return Err(FolderError::damaged(&told(&self.path, &key)));
            }
        }
        let Manifest { rows: n_rows, rows_sha256, objects: n_objects, .. } = &self.manifest;
        let Manifest { objects_sha256, object_bytes, .. } = &self.manifest;
        let same = (rows.lines, &rows.sha256()) == (*n_rows, rows_sha256)
            && (objects.lines, &objects.sha256()) == (*n_objects, objects_sha256)
            && bytes == *object_bytes;
        if same { Ok(()) } else { Err(damaged()) }
    }
}

/// A folder that an export is written into.
pub(crate) struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// Takes a folder that is empty or not there, or one in which an export broke off: objects that are there
    /// need not be fetched again.
    ///
    /// # Errors
    /// `Finished`, `NotEmpty` - it is left as it is; `Io`.
    pub fn begin(path: &Path) -> Result<Self, FolderError> {
        files::private_folder(path).map_err(FolderError::io(path))?;
        if path.join(manifest::NAME).exists() {
            return Err(FolderError::Finished { folder: path.to_owned() });
        }
        if !path.join(BEGUN).exists() {
            for entry in fs::read_dir(path).map_err(FolderError::io(path))? {
                // The root of a file system of its own is not empty for that.
                if entry.map_err(FolderError::io(path))?.file_name() != "lost+found" {
                    return Err(FolderError::NotEmpty { folder: path.to_owned() });
                }
            }
            let begun = path.join(BEGUN);
            files::write_whole(&begun, b"").map_err(FolderError::io(&begun))?;
        }
        Ok(Unfinished { path: path.to_owned() })
    }

    /// Where rows are written.
    pub fn rows(&self, part_bytes: usize) -> Writer {
        Writer::new(&self.path, ROW_FILES, part_bytes)
    }

    /// Where objects are listed.
    pub fn object_list(&self, part_bytes: usize) -> Writer {
        Writer::new(&self.path, OBJECT_FILES, part_bytes)
    }

    /// Whether an object is there.
    pub fn has(&self, key: &ObjectKey, line: &ObjectLine) -> bool {
        let file = File::open(object_path(&self.path, key));
        let is = |file: File| file.metadata().is_ok_and(|facts| facts.len() == line.length);
        file.is_ok_and(is)
            && File::open(object_path(&self.path, key))
                .and_then(hashed)
                .is_ok_and(|(_, sha256)| sha256 == line.sha256)
    }

    /// Puts an object.
    ///
    /// # Errors
    /// `Io`.
    pub fn put(&self, key: &ObjectKey, bytes: &[u8]) -> Result<(), FolderError> {
        let path = object_path(&self.path, key);
        if let Some(folder) = path.parent() {
            files::private_folder(folder).map_err(FolderError::io(folder))?;
        }
        files::write_whole(&path, bytes).map_err(FolderError::io(&self.path))
    }

    /// Makes it an export: removes what an attempt before left, and writes the manifest.
    ///
    /// # Errors
    /// `Io`.
    pub fn finish(
        self,
        manifest: &Manifest,
        objects: &HashSet<ObjectKey>,
    ) -> Result<(), FolderError> {
        let io = FolderError::io(&self.path);
        let tidied = || -> io::Result<()> {
            let kept: HashSet<&str> = manifest.parts().map(|part| part.file.as_str()).collect();
            for entry in fs::read_dir(&self.path)? {
                let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
                let name = name.to_string_lossy();
                if name.ends_with(".ndjson.zst") && !kept.contains(&*name) {
                    fs::remove_file(entry)?;
                }
            }
            tidy(&self.path.join(OBJECTS), "", objects)?;
            files::sync_tree(&self.path)
        };
        tidied().map_err(io)?;
        manifest.write(&self.path)?;
        let begun = self.path.join(BEGUN);
        fs::remove_file(&begun).map_err(FolderError::io(&begun))
    }
}

/// Removes files below the objects' folder that are none of these.
fn tidy(folder: &Path, below: &str, objects: &HashSet<ObjectKey>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            tidy(&entry.path(), &format!("{path}/"), objects)?;
        } else if !ObjectKey::parse(&path).is_ok_and(|key| objects.contains(&key)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Keys have no part that leads elsewhere.
fn object_path(folder: &Path, key: &ObjectKey) -> PathBuf {
    folder.join(OBJECTS).join(key.as_str())
}

/// Without the secret: who holds the whole key may read the object.
fn told(folder: &Path, key: &ObjectKey) -> PathBuf {
    let parts: Vec<&str> = key.as_str().split('/').collect();
    let (owner, name) = (parts.first().unwrap_or(&""), parts.last().unwrap_or(&""));
    folder.join(OBJECTS).join(owner).join("*").join(name)
}

/// Length and hash of a file.
fn hashed(mut file: File) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 256 * 1024];
    let mut length = 0;
    loop {
        match io::Read::read(&mut file, &mut piece) {
            Ok(0) => return Ok((length, hex(&hash.finalize()))),
            Ok(n) => {
                hash.update(&piece[..n]);
                length += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
