//! The product from outside: a server process, an API client, a socket.
//!
//! Nothing here knows the server's code: what it does is what a user or a third party can do. The
//! program under test is `DEEPDIVE_BIN`, or `target/release/deepdive`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod api;
pub mod browser;
pub mod photo;
pub mod server;
pub mod socket;

pub use api::Api;
pub use browser::Browser;
pub use server::Server;
pub use socket::Socket;

use std::time::{Duration, Instant};

/// What every wait of the suites ends with, met or not.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until `condition` gives something; names `what` when it never does.
pub async fn eventually<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, what, condition).await
}

/// The same with another patience.
pub async fn eventually_within<T>(
    patience: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(met) = condition().await {
            return met;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
