//! The SDK's client, with everything bounded.

use std::time::Duration;

use aws_addresses::Credentials;
use aws_connections::{Bounds, settings};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation};

/// S3 is near; an image takes a while.
const BOUNDS: Bounds = Bounds {
    tries: 4,
    first_wait: Duration::from_secs(1),
    longest_wait: Duration::from_secs(2),
    connect: Duration::from_secs(3),
    first_byte: Some(Duration::from_secs(20)),
    attempt: Duration::from_secs(60),
    call: Duration::from_secs(150),
};

/// Connects when it is first asked.
pub(crate) fn client(region: &str, credentials: &Credentials, endpoint: Option<&str>) -> Client {
    let settings = settings(region, credentials, endpoint, &BOUNDS);
    let settings = Builder::from(&settings)
        // Every put brings its own checksum, which S3 keeps.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .force_path_style(endpoint.is_some());
    Client::from_conf(settings.build())
}
