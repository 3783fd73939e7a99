//! `deepdive export` and `deepdive import`.

use std::io::Write;

use moving::told::{self, Lines};

use crate::cli::{ExportFlags, ImportFlags};
use crate::commands::CommandError;
use crate::compose;

/// Writes a blog into a folder, for another home.
///
/// # Errors
/// [`CommandError`].
pub async fn export(flags: ExportFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let manifest = compose::export(&flags.data.decide()?, &flags.folder).await?;
    Ok(told::exported(out, &manifest, &flags.folder)?)
}

/// Makes a blog of what another home exported.
///
/// # Errors
/// [`CommandError`]; a folder in which something else is, is left as it is.
pub async fn import(flags: ImportFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let settings = flags.data.settings()?;
    let lines = Lines::to(std::io::stderr());
    let hearer = |progress| lines.tell(progress);
    let arrived = compose::import(&flags.folder, &settings.data_dir, &hearer).await?;
    Ok(told::imported(out, &arrived, &settings.prices)?)
}
