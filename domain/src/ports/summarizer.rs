//! The port through which posts become three lines.

use crate::ports::PortError;
use crate::text::{Language, Section};

/// What is summarised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryInput {
    /// Title.
    pub title: String,
    /// The text, headings included.
    pub sections: Vec<Section>,
    /// Of most of the text; the summary is in the same.
    pub language: Language,
}

impl SummaryInput {
    /// About how many tokens it is to a model: one for each four bytes of title and text, which is near
    /// for English words and Korean syllables alike.
    pub fn tokens(&self) -> u64 {
        let sentences = self.sections.iter().flat_map(|section| &section.sentences);
        let bytes: usize = sentences.map(|sentence| sentence.text.len()).sum();
        ((self.title.len() + bytes) as u64).div_ceil(4)
    }
}

/// A summary.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// One to three whole sentences, in the order of the text.
    pub sentences: Vec<String>,
    /// At most three, the weightiest first.
    pub keywords: Vec<String>,
}

/// Summarises a post.
///
/// Implementations: `ExtractiveSummarizer` (embedded), `BedrockSummarizer` (AWS).
#[async_trait::async_trait]
pub trait Summarizer: Send + Sync {
    /// Names engine and settings; part of what decides whether to run again.
    fn version(&self) -> String;

    /// Summarises. Three sentences where the text has as many.
    ///
    /// # Errors
    /// `Rejected` for a text without sentences; `Denied` when something must be installed or allowed;
    /// `Unavailable` when a later try may succeed.
    async fn summarize(&self, input: &SummaryInput) -> Result<Summary, PortError>;
}
