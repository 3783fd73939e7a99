//! What DynamoDB says no with, as what a caller can do about it.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId;
use store::table::{Key, TableError};

const ADAPTER: &str = "DynamoDB";

/// What is nobody's fault who calls, and does not pass by waiting.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Set up wrongly.
    #[error(
        "the table {0} or its index is not there, not in this account and region, or not ready"
    )]
    NoTable(String),
    /// No permission, expired keys, and whatever else it may say.
    #[error("it refused with {code}: {message} (request {request})")]
    Refused {
        /// Its name of the error.
        code: String,
        /// Its words.
        message: String,
        /// By which its operators find the call.
        request: String,
    },
    /// The call could not even be made.
    #[error("the call could not be made")]
    Unmade(#[source] Box<dyn Error + Send + Sync>),
    /// Somebody else wrote into the table.
    #[error("the attribute {attribute} of the item {} {} is of no kind that is written here", key.pk, key.sk)]
    Damaged {
        /// The item.
        key: Key,
        /// Its attribute.
        attribute: String,
    },
    /// As little an item of this table.
    #[error("an item has no text {0}")]
    NoKey(&'static str),
    /// It ended a transaction for no reason that is known here.
    #[error("it canceled a transaction: {0}")]
    Canceled(String),
}

impl From<Fault> for TableError {
    fn from(fault: Fault) -> Self {
        TableError::Backend { adapter: ADAPTER, source: Box::new(fault) }
    }
}

/// Why a call failed that has no condition, or whose condition is not why.
///
/// `Unavailable` is also said of a call that was made and whose outcome is not known: an answer that did not
/// come, or no whole one, an error of the service, a transaction of which an earlier attempt is under way.
pub fn failed<E>(table: &str, error: SdkError<E>) -> TableError
where
    E: ProvideErrorMetadata + RequestId + Error + Send + Sync + 'static,
{
    let error = match error {
        SdkError::ServiceError(error) => error,
        SdkError::ConstructionFailure(_) => return Fault::Unmade(error.into()).into(),
        _ => return TableError::Unavailable,
    };
    let (said, status) = (error.err(), error.raw().status().as_u16());
    let message = said.message().unwrap_or_default().to_owned();
    match said.code().unwrap_or_default() {
        "ValidationException" | "ItemCollectionSizeLimitExceededException" => {
            TableError::Invalid(message)
        }
        "TransactionConflictException" | "ReplicatedWriteConflictException" => TableError::Conflict,
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "TransactionInProgressException"
        | "InternalServerError" => TableError::Unavailable,
        "ResourceNotFoundException" => Fault::NoTable(table.to_owned()).into(),
        // Without a name it is no answer of DynamoDB's, but of something in between.
        _ if status >= 500 || said.code().is_none() => TableError::Unavailable,
        code => {
            let request = said.request_id().unwrap_or("unknown").to_owned();
            Fault::Refused { code: code.to_owned(), message, request }.into()
        }
    }
}

/// A call whose parts do not fit together: a fault of this adapter.
pub fn unmade(error: impl Error + Send + Sync + 'static) -> TableError {
    Fault::Unmade(Box::new(error)).into()
}
