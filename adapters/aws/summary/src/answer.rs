//! What a model says, before it is believed.

use std::collections::HashSet;

use domain::ports::{Summary, SummaryInput};
use domain::text::Language;

use crate::request::{LINE_CHARS, LINES};

/// Characters of a sentence that is taken.
const LONGEST_LINE: usize = 2 * LINE_CHARS;
/// Characters of a keyword.
const LONGEST_KEYWORD: usize = 60;
/// Keywords of a summary. A model that gives more has put the weightiest first.
const KEYWORDS: usize = 3;

/// Why an answer of a model is no summary. Another try may give one.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// It was still speaking.
    #[error("the model's answer was cut off")]
    Cut,
    /// Not of the form that it was told.
    #[error("the model's answer is not of the form that was asked for")]
    Form(#[source] serde_json::Error),
    /// More or fewer than asked for.
    #[error("the model answered {found} sentences where {wanted} were asked for")]
    Count {
        /// What it gave.
        found: usize,
        /// What it was asked for.
        wanted: usize,
    },
    /// Empty, too long, or with characters that no line has.
    #[error("a line of the model's answer is empty, too long or no plain line")]
    Line,
    /// It says the same again.
    #[error("the model's answer has a line twice")]
    Twice,
    /// Not that of the post.
    #[error("the model's answer is not in the language of the post")]
    Language,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    sentences: Vec<String>,
    keywords: Vec<String>,
}

/// Reads an answer to a request for so many lines.
pub(crate) fn read(
    text: &str,
    lines: usize,
    input: &SummaryInput,
    post: &str,
) -> Result<Summary, AnswerError> {
    let answer: Answer = serde_json::from_str(text).map_err(AnswerError::Form)?;
    let sentences = plain(answer.sentences, LONGEST_LINE)?;
    let mut keywords = answer.keywords;
    keywords.truncate(KEYWORDS);
    let keywords = plain(keywords, LONGEST_KEYWORD)?;
    // A text of one or two sentences may say one thing only.
    let enough = if lines < LINES { 1 } else { lines };
    if !(enough..=lines).contains(&sentences.len()) {
        return Err(AnswerError::Count { found: sentences.len(), wanted: lines });
    }
    // Of a text with hardly a letter, one cannot be sure.
    if ![input.language, Language::of(post)].contains(&Language::of(&sentences.join(" "))) {
        return Err(AnswerError::Language);
    }
    Ok(Summary { sentences, keywords })
}

fn plain(lines: Vec<String>, longest: usize) -> Result<Vec<String>, AnswerError> {
    let lines: Vec<String> = lines.iter().map(|line| line.trim().to_owned()).collect();
    let odd = |line: &String| {
        line.is_empty() || line.chars().count() > longest || line.chars().any(char::is_control)
    };
    if lines.iter().any(odd) {
        return Err(AnswerError::Line);
    }
    if lines.iter().collect::<HashSet<_>>().len() < lines.len() {
        return Err(AnswerError::Twice);
    }
    Ok(lines)
}
