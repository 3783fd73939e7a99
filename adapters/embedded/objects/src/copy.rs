//! A copy of the store, taken beside whoever has it open.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use domain::media::ObjectKey;
use domain::ports::ObjectInfo;

use crate::error::OpenError;
use crate::files::Files;
use crate::rows::Rows;

/// What is known of a content that was copied or not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    Copied,
    Absent,
}

/// What a copy has.
#[derive(Debug, Default)]
pub struct Copied {
    /// Objects in it.
    pub objects: Vec<ObjectKey>,
    /// Objects that have a row, but no file with their bytes.
    pub broken: Vec<ObjectKey>,
}

/// Copies those objects of a store that `wanted` names into another folder, durably: files first, rows
/// last. The store may be in use: its files never change, and one that is removed meanwhile is not
/// copied. Called again for the same folder it copies what has come since, and forgets what has gone.
///
/// The secret is not copied: tickets and signed addresses are good for the store that made them.
///
/// # Errors
/// `Newer`, `Io`, `Sqlite`.
pub fn copy_store(
    from: &Path,
    to: &Path,
    wanted: impl Fn(&ObjectKey) -> bool,
) -> Result<Copied, OpenError> {
    let io = |source| OpenError::Io { folder: to.to_owned(), source };
    let rows: Vec<(ObjectKey, ObjectInfo)> = Rows::open_to_read(from)?
        .all()
        .map_err(|source| OpenError::Sqlite { folder: from.to_owned(), source })?
        .into_iter()
        .filter(|(key, _)| wanted(key))
        .collect();
    let (source, target) = (Files::at(from), Files::open(to).map_err(io)?);

    let mut contents: HashMap<[u8; 32], Content> =
        target.contents().map_err(io)?.into_iter().map(|it| (it, Content::Copied)).collect();
    let (mut copied, mut kept) = (Copied::default(), vec![]);
    for (key, info) in rows {
        let content = match contents.get(&info.sha256) {
            Some(content) => *content,
            None => copy_content(&source, &target, &info).map_err(io)?,
        };
        contents.insert(info.sha256, content);
        match content {
            Content::Copied => {
                copied.objects.push(key.clone());
                kept.push((key, info));
            }
            Content::Absent => copied.broken.push(key),
        }
    }
    Rows::write_all(to, &kept)?;
    let used: HashSet<[u8; 32]> = kept.iter().map(|(_, info)| info.sha256).collect();
    for unused in contents.keys().filter(|content| !used.contains(*content)) {
        target.remove(unused).map_err(io)?;
    }
    Ok(copied)
}

/// Copies one content, unless it is gone or is not what its name says.
fn copy_content(source: &Files, target: &Files, info: &ObjectInfo) -> io::Result<Content> {
    let Some(mut file) = source.read(&info.sha256)? else { return Ok(Content::Absent) };
    let mut draft = target.draft()?;
    let mut piece = vec![0; 256 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            n => draft.write(&piece[..n])?,
        }
    }
    let finished = draft.finish()?;
    if finished.sha256 != info.sha256 {
        return Ok(Content::Absent);
    }
    target.keep(finished)?;
    Ok(Content::Copied)
}

/// Whether the file of an object is there and as long as its row says.
pub(crate) fn whole(files: &Files, info: &ObjectInfo) -> io::Result<bool> {
    let Some(file) = files.read(&info.sha256)? else { return Ok(false) };
    Ok(file.metadata()?.len() == info.length)
}

/// Makes what a folder holds durable, files in it apart.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes a file, if it is there.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
