//! Where sentences end, in Korean and English technical prose.

use std::ops::Range;

/// Longest sentence in characters; a longer one is cut at words.
pub(crate) const LONGEST: usize = 1_500;

/// Finds the sentences of a block's text, in order, without the blanks around them. Pieces without a
/// letter or digit are no sentences. `breaks` are places where a sentence ends in any case (hard line
/// breaks), in ascending order.
pub(crate) fn sentences(text: &str, breaks: &[usize]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut breaks = breaks.iter().copied().peekable();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        while breaks.next_if(|&place| place <= at).is_some() {
            push(&mut found, text, start..at);
            start = at;
        }
        if !is_terminator(c) {
            continue;
        }
        let mut marks = at..at + c.len_utf8();
        while let Some((next, mark)) = chars.next_if(|&(_, c)| is_terminator(c)) {
            marks.end = next + mark.len_utf8();
        }
        let mut end = marks.end;
        while let Some((next, closer)) = chars.next_if(|&(_, c)| is_closer(c)) {
            end = next + closer.len_utf8();
        }
        if ends_here(&text[start..], start, &marks, end, text) {
            push(&mut found, text, start..end);
            start = end;
        }
    }
    push(&mut found, text, start..text.len());
    found
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')
}

fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | ']' | '}' | '”' | '’' | '」' | '』' | '》' | '〉')
}

/// Decides about the terminators at `marks`, with closing quotes up to `end`, of a sentence that begins
/// at `start`.
fn ends_here(sentence: &str, start: usize, marks: &Range<usize>, end: usize, text: &str) -> bool {
    let after = &text[end..];
    let Some(next) = after.chars().next() else { return true };
    let mark = &text[marks.clone()];
    if mark.contains(['。', '！', '？']) {
        return true;
    }
    let before = &sentence[..marks.start - start];
    if !next.is_whitespace() {
        // "했다.그리고": written without the blank, but only after a verb's ending.
        return mark == "."
            && end == marks.end
            && is_hangul(next)
            && before.ends_with(['다', '요', '죠', '까']);
    }
    let Some(next) = after.trim_start().chars().next() else { return true };
    let quoted = end > marks.end;
    if next.is_ascii_lowercase() && (quoted || mark.contains('…') || mark.starts_with("..")) {
        return false;
    }
    mark != "." || !is_part_of_a_word(before, next)
}

/// Whether a full stop after `before` belongs to an abbreviation or a number.
fn is_part_of_a_word(before: &str, next: char) -> bool {
    let word_at = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    let first_word = before[..word_at].trim().is_empty();
    let word = before[word_at..].trim_start_matches(['(', '[', '"', '\'', '“', '‘']);
    if word.is_empty() {
        return false;
    }
    if word.bytes().all(|byte| byte.is_ascii_digit()) {
        // "1. 설치" counts; "2024. 5. 3." is a date.
        return first_word || next.is_ascii_digit();
    }
    let lower = word.to_ascii_lowercase();
    match lower.as_str() {
        "e.g" | "i.e" | "eg" | "ie" | "mr" | "mrs" | "ms" | "dr" | "prof" | "st" | "fig" | "eq"
        | "cf" | "vs" | "approx" | "resp" | "viz" | "vol" | "pp" | "ca" | "incl" | "excl"
        | "al" => true,
        "etc" | "inc" | "ltd" | "co" | "corp" | "jr" | "sr" | "a.m" | "p.m" | "a.k.a" | "u.s"
        | "no" | "sec" | "ch" | "ver" | "ed" => {
            next.is_ascii_lowercase() || (lower.len() <= 3 && next.is_ascii_digit())
        }
        // An initial: "J. Smith".
        _ => {
            word.len() == 1
                && word.bytes().all(|byte| byte.is_ascii_uppercase())
                && next.is_ascii_uppercase()
                && word != "I"
        }
    }
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}')
}

/// Adds a range without its outer blanks, cut at words where it is too long.
fn push(found: &mut Vec<Range<usize>>, text: &str, range: Range<usize>) {
    let piece = &text[range.clone()];
    let start = range.start + (piece.len() - piece.trim_start().len());
    let mut rest = piece.trim();
    let mut at = start;
    while !rest.is_empty() {
        let limit = rest.char_indices().nth(LONGEST).map_or(rest.len(), |(at, _)| at);
        let cut = if limit == rest.len() {
            limit
        } else {
            rest[..limit].rfind(char::is_whitespace).filter(|&at| at > 0).unwrap_or(limit)
        };
        if rest[..cut].chars().any(char::is_alphanumeric) {
            found.push(at..at + rest[..cut].trim_end().len());
        }
        let left = rest[cut..].trim_start();
        at += rest.len() - left.len();
        rest = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text, &[]).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn korean_sentences_end_at_their_verbs() {
        check(
            "소유권은 중요합니다. 정말요? 네! 그렇다… 다음으로 가죠.",
            &["소유권은 중요합니다.", "정말요?", "네!", "그렇다…", "다음으로 가죠."],
        );
        check("했다.그리고 갔다.", &["했다.", "그리고 갔다."]);
        check("그는 \"갑니다.\" 라고 했다. 끝.", &["그는 \"갑니다.\"", "라고 했다.", "끝."]);
    }

    #[test]
    fn a_full_stop_inside_a_word_ends_nothing() {
        check(
            "Use v0.23 or 1.5 of main.rs, e.g. this. Done.",
            &["Use v0.23 or 1.5 of main.rs, e.g. this.", "Done."],
        );
        check("2024. 5. 3. 발표했다. 1. 설치", &["2024. 5. 3.", "발표했다.", "1. 설치"]);
        check("버전은 1.5. 다음은 2.0이다.", &["버전은 1.5.", "다음은 2.0이다."]);
        check(
            "Dr. J. Smith et al. wrote it, etc. and more. See Fig. 3.",
            &["Dr. J. Smith et al. wrote it, etc. and more.", "See Fig. 3."],
        );
        check("example.com을 보라. www.a.kr도.", &["example.com을 보라.", "www.a.kr도."]);
    }

    #[test]
    fn a_sentence_may_begin_with_a_lower_case_name() {
        check("It works. cargo is next. npm too.", &["It works.", "cargo is next.", "npm too."]);
        check(
            "Wait... what? \"No?\" he said. (Yes.) Then.",
            &["Wait... what?", "\"No?\" he said.", "(Yes.)", "Then."],
        );
    }

    #[test]
    fn pieces_without_words_are_no_sentences() {
        check("  ... !!! ", &[]);
        check("", &[]);
        check("👍 좋다.", &["👍 좋다."]);
    }

    #[test]
    fn a_hard_break_ends_a_sentence() {
        let text = "one\ntwo";
        let found: Vec<&str> =
            sentences(text, &[3]).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["one", "two"]);
    }

    #[test]
    fn an_endless_sentence_is_cut_at_words_and_loses_none() {
        let text = "낱말 ".repeat(2_000);
        let found = sentences(&text, &[]);
        assert!(found.iter().all(|range| text[range.clone()].chars().count() <= LONGEST));
        let words: usize = found.iter().map(|range| text[range.clone()].split(' ').count()).sum();
        assert_eq!(words, 2_000);
        check(&"x".repeat(3_001), &[&"x".repeat(1_500), &"x".repeat(1_500), "x"]);
    }
}
