//! The connections that clients of AWS's SDKs call through: one kind for all of them.
//!
//! Nothing of a service is here, and nothing is read from the environment: who calls says where to.

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// Connections of a client's own, for a service at `endpoint`, or at Amazon's own address. They are
/// encrypted unless the endpoint begins with `http:`, which an emulator's does: only an encrypted one needs
/// the machine's certificates, which take a moment to read. TLS is rustls on ring, as mail's is.
pub fn connections(endpoint: Option<&str>) -> SharedHttpClient {
    if endpoint.is_some_and(|address| address.starts_with("http:")) {
        Builder::new().build_http()
    } else {
        Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
    }
}
