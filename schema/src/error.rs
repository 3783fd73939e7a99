//! The codes under `errors[].extensions.code`: all of them, from this one list.
//!
//! What an author or reader did not do right is an answer of the mutation (see `refusals`), not an
//! error. Errors are for requests that cannot be answered, for limits and for faults.

use std::error::Error as _;

use async_graphql::{Error, ErrorExtensionValues, Response, ServerError, Value};
use domain::ports::PortError;

use crate::guard::RefusalCode;

/// What an error says to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The document does not fit the schema.
    ValidationFailed,
    /// An argument or variable is out of its bounds.
    BadUserInput,
    /// A cursor that was not given out here, or for another list or viewer.
    BadCursor,
    /// Nobody is signed in.
    Unauthenticated,
    /// The role or the key's scope does not allow it.
    Forbidden,
    /// There is no such thing, or it may not be seen.
    NotFound,
    /// A subscription came where none is served.
    NeedsSocket,
    /// More than one operation may ask for; the guard says the same of a document, in advance.
    TooCostly,
    /// This blog has no such part, or it is not installed: no later try helps before its operator does something.
    NotSetUp,
    /// A later try may succeed.
    Unavailable,
    /// Nothing can be saved until the server has room again.
    StorageFull,
    /// A fault of the server; its log tells more under the request's id.
    Internal,
}

impl Code {
    /// All of them.
    pub const ALL: [Code; 12] = [
        Code::ValidationFailed,
        Code::BadUserInput,
        Code::BadCursor,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::NeedsSocket,
        Code::TooCostly,
        Code::NotSetUp,
        Code::Unavailable,
        Code::StorageFull,
        Code::Internal,
    ];

    /// The text under `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Code::BadUserInput => "BAD_USER_INPUT",
            Code::BadCursor => "BAD_CURSOR",
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::Forbidden => "FORBIDDEN",
            Code::NotFound => "NOT_FOUND",
            Code::NeedsSocket => "SUBSCRIPTION_NEEDS_SOCKET",
            Code::TooCostly => RefusalCode::TooCostly.as_str(),
            Code::NotSetUp => "NOT_SET_UP",
            Code::Unavailable => "UNAVAILABLE",
            Code::StorageFull => "STORAGE_FULL",
            Code::Internal => "INTERNAL",
        }
    }

    /// An error of a resolver.
    pub(crate) fn error(self, message: impl Into<String>) -> Error {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.as_str());
        Error { message: message.into(), source: None, extensions: Some(extensions) }
    }

    /// An error of a whole request.
    pub(crate) fn server_error(self, message: impl Into<String>) -> ServerError {
        let Error { message, source, extensions } = self.error(message);
        ServerError { message, source, extensions, locations: vec![], path: vec![] }
    }

    fn mark(self, error: &mut ServerError) {
        let extensions = error.extensions.get_or_insert_with(Default::default);
        extensions.set("code", self.as_str());
    }
}

/// Gives a code to each error that has none: those that the executor itself raises.
pub(crate) fn code_all(response: &mut Response) {
    for error in &mut response.errors {
        let coded = error.extensions.as_ref().is_some_and(|values| values.get("code").is_some());
        if coded {
            continue;
        }
        // The executor checks documents before it has any path, and values while it has one.
        let code = match error.path.is_empty() {
            true if valid_but_elsewhere(error) => Code::NeedsSocket,
            true => Code::ValidationFailed,
            false => Code::BadUserInput,
        };
        code.mark(error);
    }
}

/// What the executor says of a subscription that it finds valid: it runs none itself.
pub(crate) fn valid_but_elsewhere(error: &ServerError) -> bool {
    error.message == "Subscriptions are not supported on this transport."
}

/// The code of an error, if it has one.
pub fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// Logs a failure of the world, once and with all its causes, and says to the client no more than what
/// it can do about it.
pub(crate) fn fault(request_id: &str, error: &PortError) -> Error {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain = format!("{chain}: {cause}");
        source = cause.source();
    }
    match error {
        PortError::Rejected(reason) => Code::BadUserInput.error(reason),
        PortError::OverAllowance { .. } => Code::TooCostly.error(error.to_string()),
        PortError::Full => {
            tracing::error!(request.id = request_id, "the storage is full");
            Code::StorageFull.error("the server's storage is full: nothing was saved")
        }
        PortError::Conflict | PortError::Unavailable(_) => {
            tracing::warn!(request.id = request_id, error = chain, "not available for a moment");
            Code::Unavailable.error("this is not available for a moment; try again")
        }
        PortError::Denied(_) => {
            tracing::warn!(request.id = request_id, error = chain, "something is not set up");
            Code::NotSetUp.error("this part of the blog is not set up")
        }
        PortError::Corrupt { .. } | PortError::Unusable { .. } | PortError::Backend { .. } => {
            tracing::error!(request.id = request_id, error = chain, "a request failed");
            Code::Internal.error("something went wrong; it was logged")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_another_text() {
        let texts: std::collections::HashSet<_> = Code::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
    }

    #[test]
    fn a_fault_tells_no_detail() {
        let error = fault("r1", &PortError::backend("sqlite", "no such column: secret"));
        assert!(!error.message.contains("secret") && !error.message.contains("sqlite"));
    }
}
