//! The SDK's client, with everything bounded.

use std::time::Duration;

use aws_connections::connections;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Region};

use crate::config::Config;

/// Tries of one call. Only what was refused or did not arrive is tried again.
const TRIES: u32 = 3;
const LONGEST_WAIT: Duration = Duration::from_secs(4);
const CONNECT: Duration = Duration::from_secs(3);
/// A few hundred tokens take seconds; so long takes only a model that is stuck.
const TRY: Duration = Duration::from_secs(60);
/// All tries of a call, the waits between them with it.
const CALL: Duration = Duration::from_secs(150);

/// Connects when it is first asked.
pub(crate) fn client(config: &Config) -> Client {
    let settings = aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.region.clone()))
        .credentials_provider(config.credentials.clone())
        .http_client(connections(config.endpoint.as_deref()))
        .retry_config(
            RetryConfig::standard().with_max_attempts(TRIES).with_max_backoff(LONGEST_WAIT),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .operation_attempt_timeout(TRY)
                .operation_timeout(CALL)
                .build(),
        );
    let settings = match &config.endpoint {
        Some(endpoint) => settings.endpoint_url(endpoint),
        None => settings,
    };
    Client::from_conf(settings.build())
}
