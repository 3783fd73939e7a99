//! How DynamoDB is called: over which connections, for how long, and what is tried again.
//!
//! | what went wrong | reads, transactions | single writes |
//! |---|---|---|
//! | throttled | again | again: nothing was done |
//! | no connection, an answer lost or late, an error of the service | again | `Unavailable` |
//! | an answer that is none of DynamoDB's | `Unavailable` | `Unavailable` |
//! | another transaction was at the item | `Conflict` | `Conflict` |
//!
//! A transaction carries a token that stays the same in all attempts of a call, by which DynamoDB knows one
//! that it has done already. A single write has no such thing. Done twice, an addition would count twice; a
//! condition would see the first attempt and call it somebody else's; even a plain put would cover what was
//! written in between. So it is tried again only where DynamoDB says that it did nothing, and else its caller
//! is told that it may have happened.
//!
//! Between attempts is an exponential delay, drawn at random from zero on. All calls of a process share a
//! budget of repetitions, which successes fill: a service that is down is not also stormed.

use std::time::Duration;

use aws_connections::{Bounds, settings};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction};
use aws_sdk_dynamodb::config::{self, Config};
use aws_smithy_runtime_api::client::retries::classifiers::{RetryClassifierPriority, RetryReason};
use aws_smithy_types::retry::ErrorKind;

use crate::config::DynamoTableConfig;

/// A client with connections of its own. It calls nothing yet.
pub fn client(config: &DynamoTableConfig) -> Client {
    let bounds = Bounds {
        tries: 4,
        first_wait: Duration::from_millis(50),
        longest_wait: Duration::from_secs(1),
        connect: Duration::from_secs(1),
        first_byte: None,
        attempt: config.attempt,
        call: config.call,
    };
    let DynamoTableConfig { region, credentials, endpoint, .. } = config;
    Client::new(&settings(region, credentials, endpoint.as_deref(), &bounds))
}

/// The settings of a single write beside those of the client.
pub fn done_once() -> config::Builder {
    Config::builder().retry_classifier(OnlyWhenThrottled)
}

/// Lets a call be tried again when it was throttled, and for no other reason.
#[derive(Debug)]
struct OnlyWhenThrottled;

impl ClassifyRetry for OnlyWhenThrottled {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, _: &InterceptorContext, so_far: &RetryAction) -> RetryAction {
        match so_far {
            RetryAction::RetryIndicated(RetryReason::RetryableError {
                kind: ErrorKind::ThrottlingError,
                ..
            }) => RetryAction::NoActionIndicated,
            _ => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "only when throttled"
    }

    /// After all that find a reason.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
