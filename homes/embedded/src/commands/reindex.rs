//! `deepdive reindex`.

use std::io::Write;

use crate::cli::ReindexFlags;
use crate::commands::CommandError;
use crate::compose;
use crate::config::{Flags, Settings};

/// Drops the search index and fills it from the posts.
///
/// # Errors
/// [`CommandError`].
pub async fn reindex(flags: ReindexFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let ReindexFlags { data, dictionary } = flags;
    let flags = Flags { data_dir: data.data_dir, dictionary, ..Flags::default() };
    let settings = Settings::decide(flags)?;
    let posts = compose::reindex(&settings.data_dir, settings.dictionary.as_deref()).await?;
    writeln!(out, "{posts} posts are in the index")?;
    Ok(())
}
