//! Log lines, as JSON on standard error, which Lambda keeps.

use tracing_subscriber::EnvFilter;

/// A filter that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no log filter; write something like info or warn,api=debug")]
pub struct NotAFilter(String);

/// Starts logging. The second call in a process changes nothing.
///
/// # Errors
/// [`NotAFilter`] - when the filter cannot be understood.
pub fn start(filter: &str) -> Result<(), NotAFilter> {
    let filter = EnvFilter::try_new(filter).map_err(|_| NotAFilter(filter.to_owned()))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Already started: tests in one process share the first.
    drop(builder.json().flatten_event(true).try_init());
    Ok(())
}
