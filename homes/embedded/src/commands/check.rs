//! `deepdive check`.

use std::io::Write;

use crate::cli::CheckFlags;
use crate::commands::CommandError;
use crate::compose::Upkeep;

/// Prints what is wrong, a line for each thing, and mends it when asked.
///
/// # Errors
/// `Findings` - when something remains wrong; else [`CommandError`].
pub async fn check(flags: CheckFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let upkeep = Upkeep::open(&flags.data.decide()?).await?;
    let told = upkeep.check(flags.repair).await?;
    let mut remain = 0;
    for (finding, mended) in &told {
        let mended = match (mended, flags.repair, finding.repairable()) {
            (true, ..) => " (repaired)",
            (false, false, true) => "",
            (false, ..) => " (cannot be repaired)",
        };
        remain += usize::from(mended != " (repaired)");
        writeln!(out, "{finding}{mended}")?;
    }
    match remain {
        0 if told.is_empty() => writeln!(out, "nothing to repair")?,
        0 => writeln!(out, "repaired {}", told.len())?,
        remain => return Err(CommandError::Findings(remain)),
    }
    Ok(())
}
