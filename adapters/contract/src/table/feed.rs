//! A feed of committed keys that loses and doubles, as every feed may.

use store::table::Key;
use tokio::sync::broadcast;

use crate::Seeded;

/// How unreliable a feed is. Chances are in a thousand keys.
#[derive(Clone, Copy, Debug)]
pub struct Unreliable {
    /// Decides which keys.
    pub seed: u64,
    /// Keys that never come.
    pub lost: u32,
    /// Keys that come twice.
    pub doubled: u32,
}

/// Passes a feed on, less reliably. Ends with the feed; must be called inside a runtime.
pub fn unreliable_feed(
    mut feed: broadcast::Receiver<Key>,
    config: Unreliable,
) -> broadcast::Receiver<Key> {
    let (passed_on, listener) = broadcast::channel(4096);
    let chance = Seeded::new(config.seed);
    tokio::spawn(async move {
        loop {
            let key = match feed.recv().await {
                Ok(key) => key,
                Err(broadcast::error::RecvError::Lagged(_)) => continue,
                Err(broadcast::error::RecvError::Closed) => return,
            };
            if chance.happens(config.lost) {
                continue;
            }
            if chance.happens(config.doubled) && passed_on.send(key.clone()).is_err() {
                return;
            }
            if passed_on.send(key).is_err() {
                return;
            }
        }
    });
    listener
}
