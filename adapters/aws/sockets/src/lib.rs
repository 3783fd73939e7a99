//! The port `Courier` on API Gateway, which holds the sockets of the AWS home.
//!
//! It brings frames and closes: what is sent to whom, the room `sockets` decides.

use std::time::Duration;

use async_trait::async_trait;
use aws_connections::{Bounds, settings};
pub use aws_credential_types::Credentials;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::http::HttpResponse;
use aws_sdk_apigatewaymanagement::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_apigatewaymanagement::primitives::Blob;
use domain::ports::PortError;
use sockets::{Courier, Sent};

const GATEWAY: &str = "API Gateway";

/// A frame takes milliseconds. What a socket cannot take now is left to who goes round.
const BOUNDS: Bounds = Bounds {
    tries: 4,
    first_wait: Duration::from_millis(50),
    longest_wait: Duration::from_secs(1),
    connect: Duration::from_secs(3),
    first_byte: None,
    attempt: Duration::from_secs(3),
    call: Duration::from_secs(10),
};

/// How the gateway is reached. The caller says all of it: nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region of the API, e.g. `ap-northeast-2`.
    pub region: String,
    /// As whom: `execute-api:ManageConnections` on the API's connections is all it takes.
    pub credentials: Credentials,
    /// The address of the API's stage, e.g. `https://abc.execute-api.ap-northeast-2.amazonaws.com/live`.
    pub endpoint: String,
}

/// The sockets of one WebSocket API.
#[derive(Clone, Debug)]
pub struct ApiGatewaySockets(Client);

impl ApiGatewaySockets {
    /// Connects when something is sent.
    pub fn new(config: &Config) -> Self {
        let Config { region, credentials, endpoint } = config;
        ApiGatewaySockets(Client::new(&settings(region, credentials, Some(endpoint), &BOUNDS)))
    }
}

#[async_trait]
impl Courier for ApiGatewaySockets {
    async fn send(&self, socket: &str, frame: String) -> Result<Sent, PortError> {
        let call = self.0.post_to_connection().connection_id(socket);
        match call.data(Blob::new(frame.into_bytes())).send().await {
            Ok(_) => Ok(Sent::Taken),
            Err(error) if gone(&error) => Ok(Sent::Gone),
            Err(error) => Err(port_error(error)),
        }
    }

    async fn close(&self, socket: &str) -> Result<(), PortError> {
        match self.0.delete_connection().connection_id(socket).send().await {
            Ok(_) => Ok(()),
            Err(error) if gone(&error) => Ok(()),
            Err(error) => Err(port_error(error)),
        }
    }
}

/// 410: the socket is closed. 400 is what the gateway says of a name that no socket ever had.
fn gone<E>(error: &SdkError<E, HttpResponse>) -> bool {
    error.raw_response().is_some_and(|answer| matches!(answer.status().as_u16(), 400 | 410))
}

fn port_error<E>(error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error.raw_response().map(|answer| answer.status().as_u16()) {
        None | Some(429 | 500..) => PortError::Unavailable(GATEWAY),
        Some(401 | 403) => PortError::Denied(
            "API Gateway forbids to send to its sockets: allow execute-api:ManageConnections on them"
                .to_owned(),
        ),
        Some(_) => PortError::backend(GATEWAY, error),
    }
}
