//! Invoking functions of AWS Lambda, without waiting for what they do.
//!
//! It invokes: what an event says and who has to hear it, the home decides. Start at [`Functions`].

use std::time::Duration;

use aws_connections::connections;
pub use aws_credential_types::Credentials;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::config::{BehaviorVersion, Region};
use aws_sdk_lambda::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;

/// Tries of one call. An event that was taken twice does no harm: it only says "look".
const TRIES: u32 = 3;
const LONGEST_WAIT: Duration = Duration::from_secs(1);
const CONNECT: Duration = Duration::from_secs(3);
/// Lambda puts the event away, and answers.
const TRY: Duration = Duration::from_secs(5);
/// All tries of a call, the waits between them with it.
const CALL: Duration = Duration::from_secs(15);

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
    /// What Lambda calls it, or nothing when it did not answer.
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
        let settings = aws_sdk_lambda::Config::builder()
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
        Functions(Client::from_conf(settings.build()))
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
