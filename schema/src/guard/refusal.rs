//! Why a document is not executed.

use async_graphql_parser::Pos;

/// A document that is refused before anything is executed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Which rule it breaks.
    pub code: RefusalCode,
    /// For people; do not parse it.
    pub message: String,
    /// Where in the document, when one place is to blame.
    pub position: Option<Pos>,
}

/// The rule that a document breaks, as `extensions.code` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// More bytes than allowed.
    TooLarge,
    /// More tokens than allowed.
    TooManyTokens,
    /// Brackets or fields too deep inside each other.
    TooDeep,
    /// More aliases than allowed.
    TooManyAliases,
    /// More root fields than allowed.
    TooManyRootFields,
    /// More directives than allowed.
    TooManyDirectives,
    /// More selections than allowed once fragments are unfolded.
    TooManySelections,
    /// Costs more than one operation may.
    TooCostly,
    /// Not a GraphQL document.
    Syntax,
    /// A document that no schema could answer: a fragment that contains itself.
    Invalid,
    /// The document does not hold the operation that the request names, or names none of several.
    UnknownOperation,
}

impl RefusalCode {
    /// The text in `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalCode::TooLarge => "QUERY_TOO_LARGE",
            RefusalCode::TooManyTokens => "QUERY_TOO_MANY_TOKENS",
            RefusalCode::TooDeep => "QUERY_TOO_DEEP",
            RefusalCode::TooManyAliases => "QUERY_TOO_MANY_ALIASES",
            RefusalCode::TooManyRootFields => "QUERY_TOO_MANY_ROOT_FIELDS",
            RefusalCode::TooManyDirectives => "QUERY_TOO_MANY_DIRECTIVES",
            RefusalCode::TooManySelections => "QUERY_TOO_MANY_SELECTIONS",
            RefusalCode::TooCostly => "QUERY_TOO_COSTLY",
            RefusalCode::Syntax => "GRAPHQL_PARSE_FAILED",
            RefusalCode::Invalid => "GRAPHQL_VALIDATION_FAILED",
            RefusalCode::UnknownOperation => "OPERATION_RESOLUTION_FAILURE",
        }
    }
}

impl Refusal {
    pub(super) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Refusal { code, message: message.into(), position: None }
    }
}
