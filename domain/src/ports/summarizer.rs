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

    /// The sentences that can be summed up, in the order of the text: no headings, nothing that is said in the place of
    /// code and tables, and no marks alone.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        self.sections
            .iter()
            .filter(|section| !section.heading)
            .flat_map(|section| &section.sentences)
            .map(|sentence| sentence.text.trim())
            .filter(|text| !placeholder(text))
            .filter(|text| text.chars().any(char::is_alphanumeric))
    }
}

/// What the spoken text has in place of code and tables, in either language.
fn placeholder(text: &str) -> bool {
    let bare = text.trim_end_matches(['.', '。']).trim();
    [
        "코드",
        "코드 블록",
        "코드 예제",
        "예제 코드",
        "표",
        "code",
        "code block",
        "code example",
        "table",
    ]
    .iter()
    .any(|word| bare.eq_ignore_ascii_case(word))
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
    /// `Rejected` for a text without sentences that can be summed up; `Denied` when something must be installed or
    /// allowed; `Unavailable` when a later try may succeed; `Unusable` when what was made is no summary.
    async fn summarize(&self, input: &SummaryInput) -> Result<Summary, PortError>;
}
