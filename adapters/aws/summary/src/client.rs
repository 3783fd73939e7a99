//! The SDK's client, with everything bounded.

use std::time::Duration;

use aws_connections::{Bounds, settings};
use aws_sdk_bedrockruntime::Client;

use crate::config::Config;

/// A few hundred tokens take seconds; a minute takes only a model that is stuck.
const BOUNDS: Bounds = Bounds {
    tries: 3,
    first_wait: Duration::from_secs(1),
    longest_wait: Duration::from_secs(4),
    connect: Duration::from_secs(3),
    first_byte: None,
    attempt: Duration::from_secs(60),
    call: Duration::from_secs(150),
};

/// Connects when it is first asked.
pub(crate) fn client(config: &Config) -> Client {
    let Config { region, credentials, endpoint, .. } = config;
    Client::new(&settings(region, credentials, endpoint.as_deref(), &BOUNDS))
}
