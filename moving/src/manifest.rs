//! What an export says of itself: written last, so that one without it was never finished.

use std::fs;
use std::io;
use std::path::Path;

use domain::post::hex;
use sha2::{Digest, Sha256};

use crate::error::FolderError;
use crate::files;

/// Its file in an export.
pub(crate) const NAME: &str = "manifest.json";
/// The form of an export that is written, and the newest that is read.
pub(crate) const FORM: u32 = 1;

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// Form of the export.
    pub deepdive_export: u32,
    /// The newest form that its rows may have.
    pub row_form: i64,
    /// When it was made, in milliseconds since 1970.
    pub made_at: i64,
    /// Rows in it.
    pub rows: u64,
    /// Of all rows, whatever their order: equal blogs have equal ones. Hexadecimal.
    pub rows_sha256: String,
    /// Objects in it.
    pub objects: u64,
    /// Bytes of all objects.
    pub object_bytes: u64,
    /// Of what all objects are, whatever their order. Hexadecimal.
    pub objects_sha256: String,
    /// Objects that posts name and that were not there to be exported.
    pub missing_objects: u64,
    /// Files of rows, in the order in which they are imported.
    pub row_files: Vec<Part>,
    /// Files that list the objects.
    pub object_files: Vec<Part>,
}

/// A file of lines.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// Its name in the folder.
    pub file: String,
    /// Lines in it.
    pub lines: u64,
    /// Its bytes.
    pub length: u64,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads the manifest of an export, and gives what names just this one.
    ///
    /// # Errors
    /// `Unfinished`, `Newer`, `Io`.
    pub(crate) fn read(folder: &Path) -> Result<(Self, String), FolderError> {
        let unfinished = || FolderError::Unfinished { folder: folder.to_owned() };
        let path = folder.join(NAME);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unfinished()),
            Err(source) => return Err(FolderError::Io { path, source }),
        };
        // The forms first: a newer one may have other fields.
        let value: serde_json::Value = serde_json::from_slice(&json).map_err(|_| unfinished())?;
        let form = |name: &str, what, known| {
            let found = value[name].as_i64().ok_or_else(unfinished)?;
            match found > known {
                true => Err(FolderError::Newer { folder: folder.to_owned(), what, found, known }),
                false => Ok(()),
            }
        };
        form("deepdive_export", "exports of form", FORM.into())?;
        form("row_form", "rows of form", store::FORM)?;
        let manifest = serde_json::from_value(value).map_err(|_| unfinished())?;
        Ok((manifest, hex(&Sha256::digest(&json))))
    }

    /// Writes it, durably: from then on it is an export.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), FolderError> {
        let path = folder.join(NAME);
        let json = serde_json::to_vec_pretty(self)
            .map_err(|error| FolderError::io(&path)(error.into()))?;
        files::write_whole(&path, &json).map_err(FolderError::io(&path))?;
        files::sync(folder).map_err(FolderError::io(folder))
    }

    /// All files of lines.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.row_files.iter().chain(&self.object_files)
    }
}
