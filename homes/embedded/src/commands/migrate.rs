//! `deepdive migrate`.

use std::io::Write;

use crate::cli::MigrateFlags;
use crate::commands::CommandError;
use crate::compose::{Look, Upkeep, look};

/// Prints in which form the data is; with `--finish` lets this release write its newest form, which
/// an older release then refuses.
///
/// # Errors
/// [`CommandError`] - also when a newer release wrote the folder.
pub async fn migrate(flags: MigrateFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let data_dir = flags.data.decide()?;
    let Look { folder, table, survey, .. } = look(&data_dir).await?;
    let newest = store::FORM;
    writeln!(out, "folder of format {folder}, table of format {table}")?;
    for (form, rows) in &survey.forms {
        writeln!(out, "{rows} rows of form {form}; this release writes form {newest}")?;
    }
    if flags.finish {
        let upkeep = Upkeep::open(&data_dir).await?;
        upkeep.records().blog.finish_migration().await?;
        writeln!(out, "finished: rows are written in form {newest}, older releases refuse them")?;
    }
    Ok(())
}
