//! A post as it is put into the index.

use domain::ports::SearchDocument;
use serde_json::{Value, json};

/// Where a mark begins and ends in what comes back: no characters, for no text holds these. (OpenSearch
/// trims control characters off as if they were blanks.)
pub(crate) const MARK_BEGINS: char = '\u{fdd0}';
pub(crate) const MARK_ENDS: char = '\u{fdd1}';

/// So much of both ends of a body tells whether an excerpt reaches them.
const EDGE: usize = 40;

pub(crate) fn entry(document: &SearchDocument) -> Value {
    let body = clean(&document.body);
    let folded = fold(&body);
    let from = folded.char_indices().rev().nth(EDGE - 1).map_or(0, |(at, _)| at);
    json!({
        "post": document.post.as_str(),
        "title": clean(&document.title),
        "body": body,
        "tags": document.tags.iter().map(|tag| clean(tag)).collect::<Vec<_>>(),
        "author": clean(&document.author),
        "beginning": folded.chars().take(EDGE).collect::<String>(),
        "ending": folded[from..],
    })
}

/// What stays of a post that was taken out: its version, by which OpenSearch knows a late change for what
/// it is. (Of what was deleted it knows the version for a minute only.)
pub(crate) fn tombstone() -> Value {
    json!({})
}

/// With single blanks for white space.
pub(crate) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clean(text: &str) -> String {
    text.replace([MARK_BEGINS, MARK_ENDS], "")
}
