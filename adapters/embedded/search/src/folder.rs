//! The index on the disk: opened as it is, or set aside and made anew.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::ports::PortError;
use tantivy::schema::Schema;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyError};

use crate::schema::FORMAT_VERSION;

/// Memory that unwritten changes may take before they are written out.
const WRITER_BYTES: usize = 32 << 20;

pub(crate) struct OpenIndex {
    pub(crate) index: Index,
    pub(crate) reader: IndexReader,
    pub(crate) writer: IndexWriter,
    pub(crate) generation: String,
}

/// Opens the index, or makes an empty one when there is none, when it is of another format or
/// analysis, or when it is damaged. What was there is kept beside it, once.
///
/// `analysis` is `None` when nothing can be analysed: then an index of any analysis is kept.
pub(crate) fn open(
    folder: &Path,
    schema: &Schema,
    analysis: Option<&str>,
) -> Result<OpenIndex, PortError> {
    fs::create_dir_all(folder).map_err(failed)?;
    if let Some(generation) = read_generation(folder, analysis) {
        match open_existing(folder, schema) {
            Ok((index, reader, writer)) => {
                return Ok(OpenIndex { index, reader, writer, generation });
            }
            // Another process has it: that is no damage, and setting it aside would be.
            Err(error @ TantivyError::LockFailure(..)) => return Err(failed(error)),
            Err(error) => {
                tracing::warn!(error = %error, "the search index is damaged and is made anew");
            }
        }
    }
    set_aside(folder).map_err(failed)?;
    create(folder, schema, analysis)
}

fn create(folder: &Path, schema: &Schema, analysis: Option<&str>) -> Result<OpenIndex, PortError> {
    fs::create_dir_all(index_folder(folder)).map_err(failed)?;
    let index = Index::create_in_dir(index_folder(folder), schema.clone()).map_err(failed)?;
    let reader = reader(&index).map_err(failed)?;
    let writer = writer(&index).map_err(failed)?;
    let random = getrandom::u64().map_err(|error| failed(error.to_string()))?;
    let generation = format!("{}{random:016x}", prefix(analysis.unwrap_or("none")));
    // Last: an index without it was not finished.
    write_generation(folder, &generation).map_err(failed)?;
    Ok(OpenIndex { index, reader, writer, generation })
}

fn open_existing(
    folder: &Path,
    schema: &Schema,
) -> Result<(Index, IndexReader, IndexWriter), TantivyError> {
    let index = Index::open_in_dir(index_folder(folder))?;
    if index.schema() != *schema {
        return Err(TantivyError::SchemaError("other fields".into()));
    }
    let writer = writer(&index)?;
    let reader = reader(&index)?;
    Ok((index, reader, writer))
}

fn reader(index: &Index) -> Result<IndexReader, TantivyError> {
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}

pub(crate) fn writer(index: &Index) -> Result<IndexWriter, TantivyError> {
    index.writer_with_num_threads(1, WRITER_BYTES)
}

fn set_aside(folder: &Path) -> io::Result<()> {
    let index = index_folder(folder);
    if !index.exists() {
        return Ok(());
    }
    let old = folder.join("set-aside");
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    fs::rename(index, old)
}

fn index_folder(folder: &Path) -> PathBuf {
    folder.join("index")
}

fn prefix(analysis: &str) -> String {
    format!("f{FORMAT_VERSION}-{analysis}-")
}

fn read_generation(folder: &Path, analysis: Option<&str>) -> Option<String> {
    let generation = fs::read_to_string(folder.join("generation")).ok()?;
    let expected = match analysis {
        Some(analysis) => prefix(analysis),
        None => format!("f{FORMAT_VERSION}-"),
    };
    if generation.starts_with(&expected) { Some(generation) } else { None }
}

fn write_generation(folder: &Path, generation: &str) -> io::Result<()> {
    let temporary = folder.join("generation.new");
    let mut file = File::create(&temporary)?;
    file.write_all(generation.as_bytes())?;
    file.sync_all()?;
    fs::rename(temporary, folder.join("generation"))
}

pub(crate) fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::backend("search index", error)
}
