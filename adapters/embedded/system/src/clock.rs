//! The wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::Timestamp;
use domain::ports::Clock;

/// Tells the machine's time, with all its jumps.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock that stands before 1970 counts as 1970: nothing of the blog is older.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::default().plus(since)
    }
}
