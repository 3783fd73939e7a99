//! The summary of the AWS home: a model on Bedrock reads a post and writes three sentences and keywords.
//!
//! What the model says is read as strictly as anything from outside: it has a schema, and each line of it is
//! looked at before it is believed. What a post says is text to the model, never an instruction. This crate
//! holds no budget (the runner reserves tokens before it calls) and tries nothing that costs money twice,
//! but for what Bedrock itself did not begin. Start at [`BedrockSummarizer`].

mod answer;
mod client;
mod config;
mod error;
mod request;
mod summarizer;

pub use answer::AnswerError;
pub use aws_credential_types::Credentials;
pub use config::{Config, DEFAULT_MODEL};
pub use summarizer::BedrockSummarizer;
