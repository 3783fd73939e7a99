//! Why the server changed nothing: one type for all refusals of all mutations.

use super::schema;

#[derive(cynic::Enum, Clone, PartialEq, Eq, Debug)]
#[cynic(non_exhaustive)]
pub(crate) enum ErrorCode {
    InvalidInput,
    Incomplete,
    NotFound,
    Unauthenticated,
    Forbidden,
    StaleRevision,
    PostDeleted,
    SlugTaken,
    IdempotencyKeyReused,
    InvalidCredentials,
    TooManyAttempts,
    AlreadySetUp,
    NotRetryable,
    NotHeld,
    LinkNotValid,
    SignUpClosed,
    /// A newer server may know more.
    #[cynic(fallback)]
    Other(String),
}

/// An expected "no", with the part of the input that it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    /// For people.
    pub(crate) message: String,
    /// The last step of the path, such as `title`.
    pub(crate) field: Option<String>,
}

impl Refusal {
    /// For an answer that this client is too old to know.
    pub(crate) fn unknown() -> Self {
        Self {
            code: ErrorCode::Other(String::new()),
            message: "the server gave an answer that this page does not know; reload it".to_owned(),
            field: None,
        }
    }

    /// Whether signing in again would help.
    pub(crate) fn signed_out(&self) -> bool {
        self.code == ErrorCode::Unauthenticated
    }
}

/// A fragment for each refusing type, since a union is told apart by the type's name.
macro_rules! refusals {
    ($($name:ident),* $(,)?) => {$(
        #[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
        pub(crate) struct $name {
            pub(crate) code: ErrorCode,
            pub(crate) message: String,
            pub(crate) path: Option<Vec<String>>,
        }

        impl From<$name> for Refusal {
            fn from(refused: $name) -> Self {
                let field = refused.path.and_then(|mut path| path.pop());
                Self { code: refused.code, message: refused.message, field }
            }
        }
    )*};
}

refusals!(
    InvalidInputError,
    NotFoundError,
    NotAllowedError,
    PostDeletedError,
    SlugTakenError,
    IdempotencyKeyReusedError,
    InvalidCredentialsError,
    TooManyAttemptsError,
    NotRetryableError,
    NotHeldError,
);
