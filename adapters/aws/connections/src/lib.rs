//! How services of AWS are reached, for all that call them by an SDK: as whom, over which connections, for how
//! long, and how often.
//!
//! Nothing of a service is here, and nothing is read from the environment: who calls says where to.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

/// How long a call may take, and how often it is tried. Only what was refused for a moment or did not arrive is
/// tried again, and all calls of a client share a budget of repetitions.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Tries of one call.
    pub tries: u32,
    /// The longest wait before the second try; it doubles with each, and is drawn at random from zero on.
    pub first_wait: Duration,
    /// The longest wait of all.
    pub longest_wait: Duration,
    /// A connection that is not there after so long is not going to be.
    pub connect: Duration,
    /// The first byte of an answer, where that is bounded apart.
    pub first_byte: Option<Duration>,
    /// One try, the bodies of request and answer with it.
    pub attempt: Duration,
    /// All tries of a call, the waits between them with it.
    pub call: Duration,
}

/// The settings of a client with connections of its own, for the service at `endpoint`, or at Amazon's own
/// address of the region. It calls nothing yet.
pub fn settings(
    region: &str,
    credentials: &Credentials,
    endpoint: Option<&str>,
    bounds: &Bounds,
) -> SdkConfig {
    let mut timeouts = TimeoutConfig::builder()
        .connect_timeout(bounds.connect)
        .operation_attempt_timeout(bounds.attempt)
        .operation_timeout(bounds.call);
    timeouts.set_read_timeout(bounds.first_byte);
    let retries = RetryConfig::standard()
        .with_max_attempts(bounds.tries)
        .with_initial_backoff(bounds.first_wait)
        .with_max_backoff(bounds.longest_wait);
    let mut settings = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
        .http_client(connections(endpoint))
        .timeout_config(timeouts.build())
        .retry_config(retries);
    settings.set_endpoint_url(endpoint.map(str::to_owned));
    settings.build()
}

/// Connections of a client's own. They are encrypted unless the endpoint begins with `http:`, which an
/// emulator's does: only an encrypted one needs the machine's certificates, which take a moment to read. TLS is
/// rustls on ring, as mail's is.
pub fn connections(endpoint: Option<&str>) -> SharedHttpClient {
    if endpoint.is_some_and(|address| address.starts_with("http:")) {
        Builder::new().build_http()
    } else {
        Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
    }
}
