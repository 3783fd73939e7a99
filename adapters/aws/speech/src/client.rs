//! The SDK's clients, with everything bounded.

use std::time::Duration;

use aws_connections::{Bounds, settings};
use aws_sdk_s3::config::Builder;

use crate::config::Config;

/// A task is begun at once or not at all. Some ten a second may be begun in an account: who comes too soon
/// waits.
const POLLY: Bounds = Bounds {
    tries: 5,
    first_wait: Duration::from_millis(500),
    longest_wait: Duration::from_secs(5),
    connect: Duration::from_secs(3),
    first_byte: None,
    attempt: Duration::from_secs(15),
    call: Duration::from_secs(60),
};

/// A section is a megabyte at most.
const S3: Bounds = Bounds {
    tries: 4,
    first_wait: Duration::from_secs(1),
    longest_wait: Duration::from_secs(2),
    connect: Duration::from_secs(3),
    first_byte: Some(Duration::from_secs(20)),
    attempt: Duration::from_secs(60),
    call: Duration::from_secs(150),
};

/// Connects when it is first asked.
pub(crate) fn polly(config: &Config) -> aws_sdk_polly::Client {
    let Config { region, credentials, endpoint, .. } = config;
    aws_sdk_polly::Client::new(&settings(region, credentials, endpoint.as_deref(), &POLLY))
}

/// Connects when it is first asked.
pub(crate) fn s3(config: &Config) -> aws_sdk_s3::Client {
    let Config { region, credentials, bucket_endpoint: endpoint, .. } = config;
    let settings = settings(region, credentials, endpoint.as_deref(), &S3);
    let settings = Builder::from(&settings).force_path_style(endpoint.is_some());
    aws_sdk_s3::Client::from_conf(settings.build())
}
