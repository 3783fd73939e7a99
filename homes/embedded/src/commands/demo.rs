//! `deepdive demo`.

use std::io::Write;

use crate::cli::DemoFlags;
use crate::commands::CommandError;
use crate::compose::{Records, Upkeep, make_demo, remove_demo};

/// Makes the demo blog, or removes it, while no server has the folder.
///
/// # Errors
/// [`CommandError`].
pub async fn demo(flags: DemoFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let data_dir = flags.data.decide()?;
    if flags.remove {
        let removed = remove_demo(&Upkeep::open(&data_dir).await?).await?;
        writeln!(out, "removed {removed} demo posts")?;
        return Ok(());
    }
    // As the first start would, this makes a folder that is not there.
    drop(Records::open(&data_dir).await?);
    let published = make_demo(&Upkeep::open(&data_dir).await?).await?;
    writeln!(out, "published {published} demo posts; the next start speaks and indexes them")?;
    Ok(())
}
