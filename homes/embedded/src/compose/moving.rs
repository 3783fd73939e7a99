//! A blog that leaves for another home, or comes from one.

use std::path::Path;
use std::sync::Arc;

use domain::ports::{Clock, IdSource, PortError};
use embedded_objects::FolderObjects;
use embedded_system::{SystemClock, SystemIds};
use embedded_table::{DataFolder, DataFolderError, SqliteTable, SqliteTableConfig};
use moving::files::sync_tree;
use moving::{Arrived, ExportError, Folder, FolderError, ImportError, Manifest, PART_BYTES};
use moving::{Hearer, Source, Target};

use super::backup::OBJECTS;
use super::{OpenHomeError, Upkeep};

/// Why a blog did not move.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The data folder that is exported, also when a server has it.
    #[error(transparent)]
    Open(#[from] OpenHomeError),
    /// The data folder that is made.
    #[error(transparent)]
    Data(#[from] DataFolderError),
    /// The table in it.
    #[error(transparent)]
    Table(#[from] embedded_table::OpenError),
    /// The objects in it.
    #[error(transparent)]
    Objects(#[from] embedded_objects::OpenError),
    /// The machine gives no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] embedded_system::NoRandomness),
    /// The folder between the homes.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The export.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The disk.
    #[error("what was imported could not be made durable")]
    Sync(#[source] std::io::Error),
}

/// Exports a blog that no server has.
///
/// # Errors
/// [`MoveError`]; what broke off goes on when it is asked for again.
pub async fn export(data_dir: &Path, folder: &Path) -> Result<Manifest, MoveError> {
    let upkeep = Upkeep::open(data_dir).await?;
    let records = upkeep.records();
    let source = Source {
        table: &*records.table,
        walk: &*records.table,
        objects: upkeep.objects(),
        clock: &*records.clock,
        ids: &*records.ids,
        part_bytes: PART_BYTES,
    };
    Ok(moving::export(&source, folder).await?)
}

/// Makes a data folder of an export. All of the export is verified before anything is written. Until the
/// folder is whole no server opens it, not even after a crash.
///
/// # Errors
/// [`MoveError`]; a folder in which something else is, is left as it is, and what broke off goes on when it is
/// asked for again.
pub async fn import(
    folder: &Path,
    data_dir: &Path,
    hearer: Hearer<'_>,
) -> Result<Arrived, MoveError> {
    let folder = Folder::open(folder)?;
    let unfinished = DataFolder::arrive(data_dir)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new(clock.clone())?);
    let arrived = {
        let place = unfinished.folder();
        let config = SqliteTableConfig { readers: 2, max_bytes: None };
        let table = Arc::new(SqliteTable::open(place, &config, clock.clone())?);
        let objects = FolderObjects::open(&place.folder(OBJECTS)?, clock.clone(), ids.clone())?;
        let target = Target {
            table: table.clone(),
            walk: &*table,
            objects: &objects,
            renderer: &content::MarkdownRenderer,
            clock,
            ids: &*ids,
            hearer,
        };
        let arrived = folder.import(&target).await?;
        // What an import that broke off left without a row.
        objects.remove_orphans().await.map_err(|error: PortError| ImportError::from(error))?;
        arrived
    };
    sync_tree(data_dir).map_err(MoveError::Sync)?;
    unfinished.finish()?;
    Ok(arrived)
}
