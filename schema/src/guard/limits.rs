//! How much one document may ask for.

/// The bounds of one operation. Each is checked before the executor sees the document.
///
/// | limit | default | what it stops |
/// |---|---|---|
/// | `bytes` | 16 KiB | long documents; texts belong into variables |
/// | `tokens` | 1,000 | work of the parser |
/// | `nesting` | 64 | recursion of the parser: brackets of any kind inside each other |
/// | `depth` | 10 | fields inside fields, introspection apart |
/// | `aliases` | 15 | the same field many times |
/// | `root_fields` | 10 | many operations in one |
/// | `directives` | 50 | work of the validator |
/// | `selections` | 2,000 | fragments that multiply each other |
/// | `cost` | 2,500 | large pages inside large pages |
/// | `schema_depth` | 20 | introspection; the usual one needs 16 |
/// | `schema_lists` | 2 | introspection that walks from field to type to field |
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the document.
    pub bytes: usize,
    /// Lexical tokens of the document.
    pub tokens: usize,
    /// Brackets, braces and parentheses that are open at once.
    pub nesting: usize,
    /// Fields inside fields, leaves included; `__schema` and `__type` are measured apart.
    pub depth: u64,
    /// Aliases in the document.
    pub aliases: u64,
    /// Fields at the root of an operation, fragments unfolded.
    pub root_fields: u64,
    /// Directives in the document.
    pub directives: u64,
    /// Fields, spreads and inline fragments of all operations, fragments unfolded.
    pub selections: u64,
    /// Cost of the chosen operation, as [`Checked::cost`](super::Checked::cost) tells it.
    pub cost: u64,
    /// Fields inside fields below `__schema` and `__type`.
    pub schema_depth: u64,
    /// `fields`, `interfaces`, `possibleTypes` and `inputFields` inside each other.
    pub schema_lists: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 16 * 1024,
            tokens: 1_000,
            nesting: 64,
            depth: 10,
            aliases: 15,
            root_fields: 10,
            directives: 50,
            selections: 2_000,
            cost: 2_500,
            schema_depth: 20,
            schema_lists: 2,
        }
    }
}
