//! Trying again what may pass.

use std::time::Duration;

use domain::ports::{IdSource, PortError};

/// An operator's program is in no hurry: a table that was just made is slow to take many writes.
const TRIES: u32 = 10;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Calls until it is done, or fails with what does not pass by waiting. What is called may be done twice.
///
/// # Errors
/// What the last call failed with.
pub async fn persist<T>(
    ids: &dyn IdSource,
    call: impl AsyncFn() -> Result<T, PortError>,
) -> Result<T, PortError> {
    let mut longest = FIRST_WAIT;
    for _ in 1..TRIES {
        match call().await {
            Err(PortError::Unavailable(_) | PortError::Conflict) => {}
            done => return done,
        }
        // Between half of it and all of it, so that those who were refused together do not come together.
        let part = (ids.secret() % 512 + 512) as u32;
        tokio::time::sleep(longest * part / 1024).await;
        longest = (longest * 2).min(LONGEST_WAIT);
    }
    call().await
}
