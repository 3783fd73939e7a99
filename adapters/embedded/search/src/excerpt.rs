//! The best place of a text, as pieces.

use std::ops::Range;

use domain::ports::TextPiece;

/// Characters of an excerpt, roughly: it begins and ends between words.
const LENGTH: usize = 160;
/// Matches further apart than this are not shown together.
const REACH: usize = 120;

/// A match: bytes of the text, and which word of the query it answers.
pub(crate) type Match = (Range<usize>, u32);

/// The whole text in pieces.
pub(crate) fn whole(text: &str, matches: &[Match]) -> Vec<TextPiece> {
    pieces(text, 0..text.len(), matches)
}

/// About 160 characters around the place where most words of the query stand close together; the
/// beginning where none does. White space is folded; `…` marks what was cut.
pub(crate) fn best(text: &str, matches: &[Match]) -> Vec<TextPiece> {
    if text.char_indices().nth(LENGTH).is_none() {
        return whole(text, matches);
    }
    let core = densest(text, matches).unwrap_or(0..0);
    let taken = text[core.clone()].chars().count();
    let spare = LENGTH.saturating_sub(taken);
    let start = begin(text, core.start, spare / 3);
    let before = text[start..core.start].chars().count();
    let end = finish(text, core.end, spare.saturating_sub(before));
    let mut pieces = pieces(text, start..end, matches);
    if !text[..start].trim().is_empty() {
        mark_cut(&mut pieces, 0);
    }
    if !text[end..].trim().is_empty() {
        let last = pieces.len();
        mark_cut(&mut pieces, last);
    }
    pieces
}

/// From the first to the last match of the window with most different words, then most matches.
fn densest(text: &str, matches: &[Match]) -> Option<Range<usize>> {
    // A common word matches in thousands of places; the first ones will do.
    const LOOKED_AT: usize = 1_000;
    let matches = &matches[..matches.len().min(LOOKED_AT)];
    let mut best: Option<((usize, usize), Range<usize>)> = None;
    for (index, (first, _)) in matches.iter().enumerate() {
        let reach = text[first.start..]
            .char_indices()
            .nth(REACH)
            .map_or(text.len(), |(offset, _)| first.start + offset);
        let window: Vec<&Match> =
            matches[index..].iter().take_while(|(range, _)| range.end <= reach).collect();
        let mut words: Vec<u32> = window.iter().map(|(_, word)| *word).collect();
        words.sort_unstable();
        words.dedup();
        let score = (words.len(), window.len());
        let end = window.iter().map(|(range, _)| range.end).max().unwrap_or(first.end);
        if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
            best = Some((score, first.start..end));
        }
    }
    best.map(|(_, range)| range)
}

/// Goes back from `at` by at most `room` characters, to the beginning of the sentence or of a word.
fn begin(text: &str, at: usize, room: usize) -> usize {
    let mut earliest = at;
    let mut word = at;
    for (n, (index, c)) in text[..at].char_indices().rev().enumerate() {
        if c == '\n' || (c.is_whitespace() && ends_sentence(&text[..index])) {
            return index + c.len_utf8();
        }
        if n == room {
            return if word == at { earliest } else { word };
        }
        if c.is_whitespace() {
            word = index + c.len_utf8();
        }
        earliest = index;
    }
    0
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', '。'])
}

/// Goes on from `at` by at most `room` characters, to the end of a word.
fn finish(text: &str, at: usize, room: usize) -> usize {
    let rest = &text[at..];
    let Some((cut, _)) = rest.char_indices().nth(room) else { return text.len() };
    match rest[..cut].rfind(char::is_whitespace) {
        Some(space) if space > 0 => at + space,
        // A word longer than the room, or the match itself: cut here.
        _ => at + cut,
    }
}

fn pieces(text: &str, window: Range<usize>, matches: &[Match]) -> Vec<TextPiece> {
    let mut pieces = Vec::new();
    let mut done = window.start;
    for (range, _) in matches {
        let (start, end) = (range.start.max(done), range.end.min(window.end));
        if start >= end || range.start >= window.end {
            continue;
        }
        push(&mut pieces, &text[done..start], false);
        push(&mut pieces, &text[start..end], true);
        done = end;
    }
    push(&mut pieces, &text[done..window.end], false);
    trim(&mut pieces);
    pieces
}

fn push(pieces: &mut Vec<TextPiece>, text: &str, matched: bool) {
    if text.is_empty() {
        return;
    }
    if pieces.last().is_none_or(|last| last.matched != matched) {
        pieces.push(TextPiece { text: String::with_capacity(text.len()), matched });
    }
    let before_ends_in_space = pieces
        .iter()
        .rev()
        .find_map(|piece| piece.text.chars().last())
        .is_none_or(char::is_whitespace);
    let Some(piece) = pieces.last_mut() else { return };
    let mut space = before_ends_in_space;
    for c in text.chars() {
        if c.is_whitespace() {
            if !space {
                piece.text.push(' ');
            }
            space = true;
        } else {
            piece.text.push(c);
            space = false;
        }
    }
}

fn trim(pieces: &mut Vec<TextPiece>) {
    if let Some(last) = pieces.last_mut() {
        last.text.truncate(last.text.trim_end().len());
    }
    pieces.retain(|piece| !piece.text.is_empty());
}

fn mark_cut(pieces: &mut Vec<TextPiece>, at: usize) {
    let first = at == 0;
    let edge = if first { pieces.first_mut() } else { pieces.last_mut() };
    match edge {
        Some(piece) if !piece.matched && first => piece.text.insert(0, '…'),
        Some(piece) if !piece.matched => piece.text.push('…'),
        _ => pieces.insert(at, TextPiece { text: "…".into(), matched: false }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn show(pieces: &[TextPiece]) -> String {
        pieces
            .iter()
            .map(
                |piece| {
                    if piece.matched { format!("[{}]", piece.text) } else { piece.text.clone() }
                },
            )
            .collect()
    }

    fn matches(text: &str, words: &[&str]) -> Vec<Match> {
        let mut found: Vec<Match> = words
            .iter()
            .zip(0..)
            .flat_map(|(word, n)| {
                text.match_indices(word).map(move |(at, _)| (at..at + word.len(), n))
            })
            .collect();
        found.sort_by_key(|(range, _)| range.start);
        found
    }

    #[test]
    fn adjacent_and_overlapping_matches_are_one_piece() {
        let text = "형태소분석기를 만든다";
        assert_eq!(
            show(&whole(text, &matches(text, &["형태소", "분석기", "소분"]))),
            "[형태소분석기]를 만든다"
        );
    }

    #[test]
    fn the_place_with_most_words_of_the_query_is_shown() {
        let filler = "서버에서 데이터를 읽는다. ".repeat(40);
        let text = format!("{filler}여기서는 형태소 분석기로 색인을 만든다. {filler}");
        let words = matches(&text, &["데이터", "형태소", "색인"]);
        let shown = show(&best(&text, &words));
        assert!(shown.contains("[형태소] 분석기로 [색인]을 만든다."), "{shown}");
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        let length = shown.chars().filter(|c| !"[]".contains(*c)).count();
        assert!((120..=165).contains(&length), "{length}: {shown}");
    }

    #[test]
    fn without_a_match_the_beginning_is_shown() {
        assert_eq!(show(&best("짧은 글.\n\n둘째  문단.", &[])), "짧은 글. 둘째 문단.");
    }

    proptest! {
        #[test]
        fn any_text_is_shown_whole_words_or_not_without_panic(
            text in "([가-힣]{1,8}|[a-z]{1,30}|[ \\n.!]|\\PC{0,3}){0,80}",
        ) {
            let found = matches(&text, &["가", "a", "다"]);
            let excerpt = best(&text, &found);
            let length: usize = excerpt.iter().map(|piece| piece.text.chars().count()).sum();
            prop_assert!(length <= LENGTH + 2);
            prop_assert!(excerpt.windows(2).all(|pair| pair[0].matched != pair[1].matched));
            let all: String = whole(&text, &found).into_iter().map(|piece| piece.text).collect();
            let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(squeeze(&all), squeeze(&text));
        }
    }
}
