//! Invoking functions of AWS Lambda, without waiting for what they do.
//!
//! It invokes: what an event says and who has to hear it, the home decides. Start at [`Functions`].

use std::time::Duration;

use aws_connections::{Bounds, settings};
pub use aws_credential_types::Credentials;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;

/// Lambda puts the event away, and answers. An event that was taken twice does no harm: it only says "look".
const BOUNDS: Bounds = Bounds {
    tries: 3,
    first_wait: Duration::from_millis(100),
    longest_wait: Duration::from_secs(1),
    connect: Duration::from_secs(3),
    first_byte: None,
    attempt: Duration::from_secs(5),
    call: Duration::from_secs(15),
};

/// How Lambda is reached. The caller says all of it: nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// The region of the functions, e.g. `ap-northeast-2`.
    pub region: String,
    /// As whom they are invoked: `lambda:InvokeFunction` on them is all it takes.
    pub credentials: Credentials,
    /// Where Lambda answers, if not at Amazon's own address of the region.
    pub endpoint: Option<String>,
}

/// An event was not taken.
#[derive(Debug, thiserror::Error)]
#[error("the function {function} was not invoked ({code}): {message}")]
pub struct NotInvoked {
    /// Name of the function.
    pub function: String,
    /// What Lambda calls it, or `no answer`.
    pub code: String,
    /// What happened.
    pub message: String,
}

/// The functions of a region.
#[derive(Clone, Debug)]
pub struct Functions(Client);

impl Functions {
    /// Connects when it is first asked.
    pub fn new(config: &Config) -> Self {
        let Config { region, credentials, endpoint } = config;
        Functions(Client::new(&settings(region, credentials, endpoint.as_deref(), &BOUNDS)))
    }

    /// Hands an event, a document of JSON, to a function. When this returns, Lambda has it, and invokes the
    /// function once or more often.
    ///
    /// # Errors
    /// Lambda did not take it: it is away, has no such function, or this role may not invoke it.
    pub async fn invoke(&self, function: &str, event: String) -> Result<(), NotInvoked> {
        let call = self.0.invoke().function_name(function).invocation_type(InvocationType::Event);
        let sent = call.payload(Blob::new(event.into_bytes())).send().await;
        sent.map(drop).map_err(|error| NotInvoked {
            function: function.to_owned(),
            code: error.code().unwrap_or("no answer").to_owned(),
            message: DisplayErrorContext(&error).to_string(),
        })
    }
}
