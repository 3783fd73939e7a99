//! `deepdive backup` and `deepdive restore`.

use std::io::Write;

use crate::cli::{BackupFlags, RestoreFlags};
use crate::commands::CommandError;
use crate::compose;

/// Copies a blog, whether it runs or not.
///
/// # Errors
/// [`CommandError`].
pub async fn backup(flags: BackupFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let manifest = compose::backup(&flags.data.decide()?, &flags.to).await?;
    let (objects, bytes) = (manifest.objects, manifest.bytes());
    writeln!(out, "backed up {objects} objects, {bytes} bytes in all, to {}", flags.to.display())?;
    if manifest.missing_objects > 0 {
        let missing = manifest.missing_objects;
        writeln!(out, "{missing} objects are missing in the blog itself: see deepdive check")?;
    }
    Ok(())
}

/// Makes a blog of a backup.
///
/// # Errors
/// [`CommandError`]; a folder that is not empty is left as it is.
pub async fn restore(flags: RestoreFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let data_dir = flags.data.decide()?;
    let manifest = compose::restore(&flags.from, &data_dir).await?;
    let (objects, bytes) = (manifest.objects, manifest.bytes());
    writeln!(out, "restored {objects} objects, {bytes} bytes in all, to {}", data_dir.display())?;
    writeln!(out, "the next start fills the search index")?;
    Ok(())
}
