//! Which model, and as whom it is asked.

use aws_credential_types::Credentials;

/// Claude Haiku 4.5, in whichever region has room. A post never needs a larger model for three sentences.
pub const DEFAULT_MODEL: &str = "global.anthropic.claude-haiku-4-5-20251001-v1:0";

/// How Bedrock is reached. The caller says all of it: nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Id of an inference profile or a model that knows structured output, e.g. [`DEFAULT_MODEL`].
    pub model: String,
    /// The region that is asked, e.g. `ap-northeast-2`.
    pub region: String,
    /// As whom Bedrock is asked: `bedrock:InvokeModel` on the model and its profile is all it takes.
    pub credentials: Credentials,
    /// Where Bedrock answers, if not at Amazon's own address of the region.
    pub endpoint: Option<String>,
}
