//! A copy of a whole blog, taken while it runs, and the way back.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::media::ObjectKey;
use domain::ports::{Clock, IdSource, PortError};
use embedded_objects::{Copied, copy_store};
use embedded_system::{SystemClock, SystemIds};
use embedded_table::{DataFolder, DataFolderError, SqliteTable, SqliteTableConfig, TableFile};
use moving::files::private_folder;
use store::table::Table;
use store::{Blog, Holdings};

use super::manifest::{Manifest, ManifestError, sync_tree};
use crate::config::FILE_NAME;

/// How often a copy is taken anew because what it names went away meanwhile.
const ROUNDS: usize = 5;
/// Where the objects lie in a data folder, and in a backup.
pub(super) const OBJECTS: &str = "objects";

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A data folder.
    #[error(transparent)]
    Folder(#[from] DataFolderError),
    /// The table.
    #[error(transparent)]
    Table(#[from] embedded_table::OpenError),
    /// The objects.
    #[error(transparent)]
    Objects(#[from] embedded_objects::OpenError),
    /// The backup.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Something is in the way.
    #[error("{} is not empty: a backup goes into a folder of its own", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// Objects went away each time.
    #[error("objects are removed faster than they are copied: try again when the blog is quieter")]
    TooBusy,
    /// The machine gives no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] embedded_system::NoRandomness),
    /// A port failed.
    #[error("the table could not be read")]
    Port(#[from] PortError),
}

/// Copies a blog into a folder that is empty or not there, whether a server has the blog or not.
///
/// Consistent: the table is as it was at one moment, and every object that it names is there. The
/// search index is not copied; it is made anew of the table. Durable when it returns; a copy that broke
/// off has no manifest and is refused by [`restore`].
///
/// # Errors
/// [`BackupError`].
pub async fn backup(data_dir: &Path, to: &Path) -> Result<Manifest, BackupError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let data_format = DataFolder::look(data_dir)?;
    let table = TableFile::open(data_dir, clock.clone())?;
    let io = |source| ManifestError::Io { path: to.to_owned(), source };
    private_folder(to).map_err(io)?;
    if fs::read_dir(to).map_err(io)?.next().is_some() {
        return Err(BackupError::NotEmpty { folder: to.to_owned() });
    }

    let (mut copied, mut missing) = (Copied::default(), HashSet::new());
    let mut settled = false;
    for _ in 0..ROUNDS {
        remove(&to.join(TableFile::NAME))?;
        table.copy_to(to)?;
        let holdings = Holdings::of(&TableFile::open(to, clock.clone())?).await?;
        copied = copy_objects(data_dir, to, &holdings)?;
        let there: HashSet<&ObjectKey> = copied.objects.iter().collect();
        let absent: HashSet<ObjectKey> = holdings
            .named()
            .map(|(key, _)| key)
            .filter(|key| !there.contains(*key))
            .cloned()
            .collect();
        // What is missing twice is missing in the blog itself, and no reason to have no backup.
        settled = absent.is_subset(&missing);
        missing = absent;
        if settled {
            break;
        }
    }
    if !settled {
        return Err(BackupError::TooBusy);
    }
    let settings = data_dir.join(FILE_NAME);
    if settings.exists() {
        let path = to.join(FILE_NAME);
        fs::copy(settings, &path).map_err(|source| ManifestError::Io { path, source })?;
    }
    // Left by looking at the copy.
    for rest in ["table.sqlite-wal", "table.sqlite-shm"] {
        remove(&to.join(rest))?;
    }
    sync_tree(to)?;
    let mut manifest = Manifest::of(to, data_format, clock.now().0)?;
    (manifest.objects, manifest.missing_objects) = (copied.objects.len(), missing.len());
    manifest.write(to)?;
    Ok(manifest)
}

fn copy_objects(data_dir: &Path, to: &Path, holdings: &Holdings) -> Result<Copied, BackupError> {
    let from = data_dir.join(OBJECTS);
    // A blog that never ran has none.
    if !from.exists() {
        return Ok(Copied::default());
    }
    let to = to.join(OBJECTS);
    private_folder(&to).map_err(|source| ManifestError::Io { path: to.clone(), source })?;
    Ok(copy_store(&from, &to, |key| holdings.owns(key))?)
}

/// Makes a data folder of a backup. All of the backup is verified before anything is written, and the
/// logs get another epoch. Until it is whole no server opens the folder, not even after a crash.
///
/// # Errors
/// [`BackupError`]; a folder that is not empty is left as it is.
pub async fn restore(from: &Path, data_dir: &Path) -> Result<Manifest, BackupError> {
    let manifest = Manifest::read(from)?;
    if manifest.data_format > embedded_table::FORMAT {
        let (path, found) = (from.to_owned(), manifest.data_format);
        return Err(DataFolderError::Newer { path, found }.into());
    }
    for file in &manifest.files {
        file.verify(from, None)?;
    }
    let unfinished = DataFolder::fill(data_dir)?;
    for file in &manifest.files {
        file.verify(from, Some(data_dir))?;
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = SystemIds::new(clock.clone())?;
    let epoch = domain::Secret::from_bits(ids.secret());
    {
        let config = SqliteTableConfig { readers: 1, max_bytes: None };
        let table = Arc::new(SqliteTable::open(unfinished.folder(), &config, clock.clone())?);
        let port: Arc<dyn Table> = table.clone();
        let blog = Blog::open(port, clock, epoch.reveal()).await?;
        blog.renew_epochs(&*table, epoch.reveal()).await?;
    }
    sync_tree(data_dir)?;
    unfinished.finish()?;
    Ok(manifest)
}

fn remove(file: &Path) -> Result<(), ManifestError> {
    match fs::remove_file(file) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(ManifestError::Io { path: file.to_owned(), source })
        }
        _ => Ok(()),
    }
}
