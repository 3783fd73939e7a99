//! Hits, as OpenSearch gives them, into hits of the port.

use domain::PostId;
use domain::ports::{PortError, SearchHit, SearchHits, TextPiece};
use serde_json::{Value, json};

use crate::entry::{MARK_BEGINS, MARK_ENDS};
use crate::error::Failure;
use crate::question::Question;

/// Characters of an excerpt, roughly.
const LENGTH: u32 = 160;

/// What is asked to be marked: the whole title, and the best part of the body.
pub(crate) fn marks(question: &Question) -> Value {
    json!({
        "type": "unified",
        "order": "score",
        "pre_tags": [MARK_BEGINS.to_string()],
        "post_tags": [MARK_ENDS.to_string()],
        "boundary_scanner_locale": "ko-KR",
        "fields": {
            question.title: { "number_of_fragments": 0 },
            question.body: {
                "number_of_fragments": 1, "fragment_size": LENGTH, "no_match_size": LENGTH,
            },
        },
    })
}

/// All hits of an answer.
///
/// # Errors
/// `Unavailable` when the answer is not whole; `Corrupt` when a hit is not of our making.
pub(crate) fn hits(
    answer: &Value,
    question: &Question,
    similar: bool,
) -> Result<SearchHits, PortError> {
    let whole = answer["timed_out"] == false && answer["_shards"]["failed"] == 0;
    if !whole {
        return Err(PortError::Unavailable("search index"));
    }
    let total = answer["hits"]["total"]["value"].as_u64();
    let total = total.ok_or(Failure::Unreadable("the number of hits"))?;
    let hits = answer["hits"]["hits"].as_array().ok_or(Failure::Unreadable("hits"))?;
    let hits = hits.iter().map(|found| hit(found, question)).collect::<Result<_, _>>()?;
    Ok(SearchHits { hits, total, similar: similar && total > 0 })
}

fn hit(found: &Value, question: &Question) -> Result<SearchHit, PortError> {
    let id = found["_id"].as_str().unwrap_or_default();
    let corrupt = |field| PortError::Corrupt { table: "search index", field, id: id.to_owned() };
    let post = PostId::parse(id).map_err(|_| corrupt("post"))?;
    let source = |field: &'static str| found["_source"][field].as_str().ok_or(corrupt(field));
    let marked = |field: &str| found["highlight"][field][0].as_str();
    Ok(SearchHit {
        post,
        score: found["_score"].as_f64().unwrap_or_default() as f32,
        title: pieces(marked(question.title).unwrap_or(source("title")?)),
        excerpt: excerpt(
            marked(question.body).unwrap_or_default(),
            source("beginning")?,
            source("ending")?,
        ),
    })
}

/// A part of a body; `…` marks what was cut.
fn excerpt(marked: &str, beginning: &str, ending: &str) -> Vec<TextPiece> {
    let mut pieces = pieces(marked);
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    if text.is_empty() {
        return pieces;
    }
    if !text.starts_with(beginning) && !beginning.starts_with(&text) {
        match pieces.first_mut() {
            Some(first) if !first.matched => first.text.insert(0, '…'),
            _ => pieces.insert(0, cut()),
        }
    }
    if !text.ends_with(ending) && !ending.ends_with(&text) {
        match pieces.last_mut() {
            Some(last) if !last.matched => last.text.push('…'),
            _ => pieces.push(cut()),
        }
    }
    pieces
}

fn cut() -> TextPiece {
    TextPiece { text: "…".to_owned(), matched: false }
}

/// Marked text in pieces, with single blanks for white space. Marks that touch are one: OpenSearch marks
/// each part of a compound, and each pair of letters.
fn pieces(marked: &str) -> Vec<TextPiece> {
    let mut pieces: Vec<TextPiece> = Vec::new();
    let mut matched = false;
    // A blank that waits for what follows it, and whether it stood in a mark.
    let mut blank = None;
    for c in marked.chars() {
        match c {
            MARK_BEGINS => matched = true,
            MARK_ENDS => matched = false,
            c if c.is_whitespace() => blank = blank.or(Some(matched)),
            c => {
                if let Some(within) = blank.take()
                    && !pieces.is_empty()
                {
                    push(&mut pieces, ' ', within && matched);
                }
                push(&mut pieces, c, matched);
            }
        }
    }
    pieces
}

fn push(pieces: &mut Vec<TextPiece>, c: char, matched: bool) {
    match pieces.last_mut() {
        Some(last) if last.matched == matched => last.text.push(c),
        _ => pieces.push(TextPiece { text: c.to_string(), matched }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(pieces: &[TextPiece]) -> String {
        let mark = |piece: &TextPiece| match piece.matched {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        };
        pieces.iter().map(mark).collect()
    }

    /// With brackets for marks.
    fn marked(text: &str) -> String {
        text.replace('[', &MARK_BEGINS.to_string()).replace(']', &MARK_ENDS.to_string())
    }

    #[test]
    fn marks_that_touch_are_one() {
        let shown = |text: &str| show(&pieces(&marked(text)));
        assert_eq!(shown("[형태소][분석기]를  만든다\n"), "[형태소분석기]를 만든다");
        assert_eq!(shown("[형태소] [분석기]"), "[형태소] [분석기]");
        assert_eq!(shown("  [형태][소 분][석]"), "[형태소 분석]");
        assert_eq!(shown("끝 [cat ]and"), "끝 [cat] and");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn an_excerpt_shows_where_it_was_cut() {
        let shown =
            |text: &str, beginning, ending| show(&excerpt(&marked(text), beginning, ending));
        assert_eq!(shown("둘째 [문장].", "첫 문장.", "셋째 문장."), "…둘째 [문장].…");
        assert_eq!(shown("[글] 전부.", "글 전부.", "글 전부."), "[글] 전부.");
        assert_eq!(shown("[첫] 문장.", "첫 문장. 둘째", "셋째 문장."), "[첫] 문장.…");
        assert_eq!(shown("셋째 [글]", "첫 문장.", "문장. 셋째 글"), "…셋째 [글]");
        assert_eq!(shown("", "", ""), "");
    }
}
