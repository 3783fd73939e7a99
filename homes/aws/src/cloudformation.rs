//! A resource of a stack that a function of ours makes: what CloudFormation wishes, and what it is told.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{self, Uri};
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::json;

/// CloudFormation is told within this time, or learns by itself that it was not.
const TELLING: Duration = Duration::from_secs(20);

/// What is to become of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Wish {
    /// It is new.
    Create,
    /// Something of it is another.
    Update,
    /// It goes.
    Delete,
}

/// What CloudFormation asks.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    /// What is to become of it.
    #[serde(rename = "RequestType")]
    pub wish: Wish,
    /// Where it is told: an address that is good for this one answer.
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    physical_resource_id: Option<String>,
}

/// Why CloudFormation was not told.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// The address is none.
    #[error("CloudFormation's address cannot be asked")]
    Address(#[from] http::Error),
    /// The machine has no certificates.
    #[error("the machine's certificates cannot be read")]
    Certificates(#[from] std::io::Error),
    /// It could not be reached.
    #[error("CloudFormation cannot be reached")]
    Unreachable(#[from] hyper_util::client::legacy::Error),
    /// It took too long.
    #[error("CloudFormation did not answer in time")]
    Late,
    /// It did not take the answer.
    #[error("CloudFormation answered with status {0}")]
    Refused(u16),
}

impl Request {
    /// Tells that it is done, or why it is not. A new resource is called after its place in the stack: there is
    /// one of it.
    ///
    /// # Errors
    /// [`TellError`]
    pub async fn tell(&self, done: Result<(), String>) -> Result<(), TellError> {
        let name = self.physical_resource_id.as_deref().unwrap_or(&self.logical_resource_id);
        let answer = json!({
            "Status": if done.is_ok() { "SUCCESS" } else { "FAILED" },
            "Reason": done.err().unwrap_or_default(),
            "PhysicalResourceId": name,
            "StackId": self.stack_id,
            "RequestId": self.request_id,
            "LogicalResourceId": self.logical_resource_id,
        });
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        // Without TLS in a test alone: CloudFormation's addresses are encrypted.
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let address: Uri = self.response_url.parse().map_err(http::Error::from)?;
        // No type of content: the address is signed without one.
        let request =
            http::Request::put(address).body(Full::new(Bytes::from(answer.to_string())))?;
        let asked = Client::builder(TokioExecutor::new()).build(connector).request(request);
        let status = match tokio::time::timeout(TELLING, asked).await {
            Ok(response) => response?.status(),
            Err(_late) => return Err(TellError::Late),
        };
        if status.is_success() { Ok(()) } else { Err(TellError::Refused(status.as_u16())) }
    }
}
