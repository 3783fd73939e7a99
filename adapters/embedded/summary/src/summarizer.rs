//! The port, without anybody's help.

use std::sync::Arc;

use domain::ports::{PortError, Summarizer, Summary, SummaryInput};
use domain::text::Language;
use korean::{Analyzer, Dictionary};

use crate::choice;
use crate::keywords;
use crate::words::Words;

/// Changes with every change that makes another summary of the same text.
const METHOD_VERSION: u32 = 1;

/// Sums a post up by its own sentences.
///
/// Deterministic; some tens of milliseconds for a Korean post of 20 KB. Headings, lines of code and what
/// announces them are never chosen.
pub struct ExtractiveSummarizer {
    analyzer: Option<Analyzer>,
}

impl ExtractiveSummarizer {
    /// Without a dictionary only English is summed up; for Korean the call says what to install.
    pub fn new(dictionary: Option<Arc<Dictionary>>) -> Self {
        Self { analyzer: dictionary.map(Analyzer::new) }
    }

    fn words(&self, language: Language) -> Result<Words, PortError> {
        match (language, &self.analyzer) {
            (Language::English, _) => Ok(Words::English),
            (Language::Korean, Some(analyzer)) => Ok(Words::Korean(analyzer.clone())),
            (Language::Korean, None) => Err(PortError::Denied(
                "summaries of Korean posts need the Korean dictionary, which is not installed: run \
                 `cargo xtask setup` and start again"
                    .into(),
            )),
        }
    }
}

#[async_trait::async_trait]
impl Summarizer for ExtractiveSummarizer {
    fn version(&self) -> String {
        let dictionary =
            self.analyzer.as_ref().map_or_else(|| "none".into(), Analyzer::fingerprint);
        format!("extractive-{METHOD_VERSION}-{dictionary}")
    }

    async fn summarize(&self, input: &SummaryInput) -> Result<Summary, PortError> {
        let words = self.words(input.language)?;
        let input = input.clone();
        tokio::task::spawn_blocking(move || summarize(&words, &input))
            .await
            .map_err(|error| PortError::backend("summary", error))?
    }
}

fn summarize(words: &Words, input: &SummaryInput) -> Result<Summary, PortError> {
    let sentences: Vec<&str> = input.sentences().collect();
    if sentences.is_empty() {
        return Err(PortError::Rejected("there are no sentences to sum up".into()));
    }
    Ok(Summary {
        sentences: choice::choose(words, &input.title, &sentences),
        keywords: keywords::keywords(words, &input.title, &sentences),
    })
}

#[cfg(test)]
mod tests;
