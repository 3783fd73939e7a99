//! Pairs of neighbouring letters: how a word is found that no dictionary knows, or half of one.

use std::ops::Range;

use korean::NormalForm;

/// Stands before the first letter of a Latin word, so that `cat` finds `category` but not `locate`.
const WORD_START: char = '^';

/// Two neighbouring letters of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Lower case.
    pub(crate) text: String,
    /// Bytes of the original.
    pub(crate) range: Range<usize>,
}

/// All pairs, as if there were neither spaces nor signs between Korean words: what is spaced otherwise
/// is found all the same.
pub(crate) fn pairs(text: &str) -> Vec<Pair> {
    let form = NormalForm::of(text);
    let letters = letters(form.text());
    letters
        .windows(2)
        .map(|pair| Pair {
            text: [pair[0].0, pair[1].0].iter().collect(),
            range: form.original(pair[0].1.start..pair[1].1.end),
        })
        .collect()
}

/// Where the query's pairs stand one after the other.
pub(crate) fn find(pairs: &[Pair], query: &[Pair]) -> Vec<Range<usize>> {
    if query.is_empty() {
        return Vec::new();
    }
    pairs
        .windows(query.len())
        .filter(|window| window.iter().zip(query).all(|(there, asked)| there.text == asked.text))
        .filter_map(|window| Some(window.first()?.range.start..window.last()?.range.end))
        .collect()
}

fn letters(text: &str) -> Vec<(char, Range<usize>)> {
    let mut letters = Vec::with_capacity(text.len() / 2);
    let mut within_latin = false;
    for (at, c) in text.char_indices() {
        let latin = c.is_ascii_alphanumeric();
        if latin && !within_latin {
            letters.push((WORD_START, at..at));
        }
        within_latin = latin;
        if c.is_alphanumeric() {
            let lower = c.to_lowercase().next().unwrap_or(c);
            letters.push((lower, at..at + c.len_utf8()));
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, text: &str, expected: &[&str]) {
        let found: Vec<_> =
            find(&pairs(text), &pairs(query)).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn korean_is_found_within_words_and_across_spaces() {
        check("웹어셈", "러스트 웹어셈블리", &["웹어셈"]);
        check("형태소분석", "이 형태소 분석기는", &["형태소 분석"]);
    }

    #[test]
    fn latin_is_found_at_the_beginning_of_words() {
        check("cat", "A Category, located", &["Cat"]);
        check("cat", "located", &[]);
    }
}
