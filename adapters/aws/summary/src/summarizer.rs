//! The port, by a model.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::converse::ConverseOutput;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, InferenceConfiguration, JsonSchemaDefinition, Message,
    OutputConfig, OutputFormat, OutputFormatStructure, OutputFormatType, SystemContentBlock,
};
use domain::ports::{PortError, Summarizer, Summary, SummaryInput};

use crate::answer::{self, AnswerError};
use crate::client::client;
use crate::config::Config;
use crate::error::{BEDROCK, port_error};
use crate::request;

/// Changes with every change that makes another summary of the same text.
const METHOD_VERSION: u32 = 2;
/// Tokens of an answer: three sentences and keywords in Korean take half of them.
const ANSWER_TOKENS: i32 = 1000;

/// Has a model on Bedrock sum posts up.
///
/// One call a post, of a bounded part of its text. Not deterministic.
#[derive(Clone)]
pub struct BedrockSummarizer {
    config: Config,
    client: Client,
}

impl BedrockSummarizer {
    /// Connects when it is first asked.
    pub fn new(config: Config) -> Self {
        Self { client: client(&config), config }
    }

    async fn ask(
        &self,
        lines: usize,
        input: &SummaryInput,
        post: &str,
    ) -> Result<ConverseOutput, PortError> {
        let unbuilt = |error: BuildError| PortError::backend(BEDROCK, error);
        let message = Message::builder()
            .role(ConversationRole::User)
            .content(ContentBlock::Text(post.to_owned()))
            .build()
            .map_err(unbuilt)?;
        self.client
            .converse()
            .model_id(&self.config.model)
            .system(SystemContentBlock::Text(request::task(lines, input.language)))
            .messages(message)
            .inference_config(InferenceConfiguration::builder().max_tokens(ANSWER_TOKENS).build())
            .output_config(form().map_err(unbuilt)?)
            .send()
            .await
            .map_err(|error| port_error(error, &self.config))
    }

    /// The text of an answer that the model ended by itself.
    fn text(&self, answer: ConverseOutput) -> Result<String, PortError> {
        match answer.stop_reason.as_str() {
            "refusal" | "content_filtered" | "guardrail_intervened" => {
                let model = &self.config.model;
                let message = format!("the model {model} declined to sum this post up");
                return Err(PortError::Rejected(message));
            }
            "max_tokens" => return Err(PortError::unusable(BEDROCK, AnswerError::Cut)),
            _ => {}
        }
        let message = answer.output.as_ref().and_then(|output| output.as_message().ok());
        let blocks = message.map(Message::content).unwrap_or_default();
        Ok(blocks.iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect())
    }
}

fn form() -> Result<OutputConfig, BuildError> {
    let schema = JsonSchemaDefinition::builder().name("summary").schema(request::SCHEMA).build()?;
    let format = OutputFormat::builder()
        .r#type(OutputFormatType::JsonSchema)
        .structure(OutputFormatStructure::JsonSchema(schema))
        .build()?;
    Ok(OutputConfig::builder().text_format(format).build())
}

#[async_trait::async_trait]
impl Summarizer for BedrockSummarizer {
    fn version(&self) -> String {
        format!("bedrock-{METHOD_VERSION}-{}", self.config.model)
    }

    /// As the port says; `Rejected` also where the model declines, and `Unusable` with an [`AnswerError`]
    /// where its answer is no summary.
    async fn summarize(&self, input: &SummaryInput) -> Result<Summary, PortError> {
        let lines = request::lines(input);
        if lines == 0 {
            return Err(PortError::Rejected("there are no sentences to sum up".into()));
        }
        let post = request::post(input);
        let answer = self.ask(lines, input, &post).await?;
        let text = self.text(answer)?;
        answer::read(&text, lines, input, &post)
            .map_err(|error| PortError::unusable(BEDROCK, error))
    }
}
