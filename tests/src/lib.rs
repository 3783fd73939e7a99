//! The product from outside: a server process, an API client, a socket.
//!
//! Nothing here knows the server's code: what it does is what a user or a third party can do. The
//! program under test is `DEEPDIVE_BIN`, or `target/release/deepdive`; where `DEEPDIVE_DEPLOYED` names the
//! emulator to which the blog is deployed, the same suites drive that blog.

#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod api;
pub mod browser;
mod deployed;
pub mod operator;
pub mod photo;
pub mod server;
pub mod socket;
pub mod voice;

pub use api::Api;
pub use browser::Browser;
pub use deployed::is_deployed;
pub use server::Server;
pub use socket::Socket;

use std::time::{Duration, Instant};

/// The password of all accounts that suites make.
pub const PASSWORD: &str = "correct horse battery";

/// What every wait of the suites ends with, met or not. In the AWS home, what is tried again is found by the sweeper,
/// which looks once a minute.
pub fn patience() -> Duration {
    Duration::from_secs(if is_deployed() { 150 } else { 30 })
}

/// Asks until `condition` gives something; names `what` when it never does.
pub async fn eventually<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(patience(), what, condition).await
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
