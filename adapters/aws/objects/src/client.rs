//! The SDK's client, with everything bounded.

use std::time::Duration;

use aws_addresses::Config;
use aws_connections::connections;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region, RequestChecksumCalculation};

/// Tries of one call; between them it waits twice as long each time, by chance up to `LONGEST_WAIT`.
const TRIES: u32 = 4;
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// S3 is near: who does not answer by then is not going to.
const CONNECT: Duration = Duration::from_secs(3);
/// The first byte of an answer.
const FIRST_BYTE: Duration = Duration::from_secs(20);
/// One try, the body of a put with it.
const TRY: Duration = Duration::from_secs(60);
/// All tries of a call, the waits between them with it.
const CALL: Duration = Duration::from_secs(150);

/// Connects when it is first asked.
pub(crate) fn client(config: &Config) -> Client {
    let settings = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.region.clone()))
        .credentials_provider(config.credentials.clone())
        .http_client(connections(config.endpoint.as_deref()))
        // Every put brings its own checksum, which S3 keeps.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .retry_config(
            RetryConfig::standard().with_max_attempts(TRIES).with_max_backoff(LONGEST_WAIT),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT)
                .read_timeout(FIRST_BYTE)
                .operation_attempt_timeout(TRY)
                .operation_timeout(CALL)
                .build(),
        );
    let settings = match &config.endpoint {
        Some(endpoint) => settings.endpoint_url(endpoint).force_path_style(true),
        None => settings,
    };
    Client::from_conf(settings.build())
}
