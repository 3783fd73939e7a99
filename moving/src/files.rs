//! Files that survive a crash, and folders that only their owner reads.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Makes a folder and those above it, readable by their owner only.
///
/// # Errors
/// The file system's.
pub fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Begins a file, in place of one that was there, readable by its owner only.
///
/// # Errors
/// The file system's.
pub fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Writes a file whole or not at all. Its name is durable when its folder is [synced](sync).
///
/// # Errors
/// The file system's.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Beside it, under a name that no other file's can be.
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let mut file = private_file(Path::new(&fresh))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// The file system's.
pub fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes the names in a folder and in all below it durable.
///
/// # Errors
/// The file system's.
pub fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    sync(folder)
}
