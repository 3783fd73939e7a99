//! Words of Latin and other spaced scripts: where they are, their stems, which say nothing.

use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};

/// The words of a text that are not Korean, Chinese or Japanese, numbers included, in order.
///
/// `snake_case` and `a::b` are several words, `don't` and `0.27` are one, and `C++`, `C#`, `F#` keep
/// their signs.
pub fn words(text: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut from = 0;
    while let Some(offset) = text[from..].find(word_char) {
        let start = from + offset;
        let end = word_end(text, start);
        words.push(start..end);
        from = end;
    }
    words
}

/// The form under which a word is indexed: lower case, without `'s`, stemmed.
pub fn term(word: &str) -> String {
    let lower = word.to_lowercase().replace('\u{2019}', "'");
    let bare = lower.strip_suffix("'s").unwrap_or(&lower);
    stem(bare)
}

/// The stem of a lower-case English word; words with other letters or digits stay as they are.
pub fn stem(word: &str) -> String {
    if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'\'') {
        Stemmer::create(Algorithm::English).stem(word).into_owned()
    } else {
        word.to_owned()
    }
}

/// Whether a lower-case word only holds sentences together. Searches keep such words; summaries do not
/// weigh them.
pub fn stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// A letter or digit of a script whose words are set apart by spaces.
fn word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric() && !east_asian(c))
}

fn east_asian(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}'
        | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}')
}

fn word_end(text: &str, start: usize) -> usize {
    let mut end = start;
    loop {
        end += text[end..].find(|c| !word_char(c)).unwrap_or(text.len() - end);
        let word = &text[start..end];
        let rest = &text[end..];
        if matches!(word, "C" | "c") && rest.starts_with("++") {
            return end + 2;
        }
        if matches!(word, "C" | "c" | "F" | "f") && rest.starts_with('#') {
            return end + 1;
        }
        let mut next = rest.chars();
        let (Some(joint), Some(after), Some(before)) =
            (next.next(), next.next(), word.chars().last())
        else {
            return end;
        };
        let joins = match joint {
            '.' => before.is_ascii_digit() && after.is_ascii_digit(),
            '\'' | '\u{2019}' => before.is_alphabetic() && after.is_ascii_alphabetic(),
            _ => false,
        };
        // Combining marks that no letter took up stay within their word.
        if !joins {
            return end;
        }
        end += joint.len_utf8();
    }
}

/// Sorted.
const STOP_WORDS: &[&str] = &[
    "a", "about", "above", "after", "again", "against", "all", "also", "always", "am", "an", "and",
    "any", "are", "aren't", "as", "at", "be", "because", "been", "before", "being", "below",
    "between", "both", "but", "by", "can", "can't", "cannot", "could", "did", "didn't", "do",
    "does", "doesn't", "doing", "don't", "down", "during", "each", "even", "every", "few", "for",
    "from", "further", "get", "gets", "had", "has", "hasn't", "have", "haven't", "having", "he",
    "her", "here", "hers", "him", "his", "how", "however", "i", "i'll", "i'm", "i've", "if", "in",
    "into", "is", "isn't", "it", "it's", "its", "itself", "just", "less", "let", "let's", "like",
    "made", "make", "makes", "many", "may", "me", "might", "more", "most", "much", "must", "my",
    "need", "needs", "never", "no", "nor", "not", "now", "of", "off", "often", "on", "once", "one",
    "only", "or", "other", "our", "ours", "out", "over", "own", "same", "see", "she", "should",
    "since", "so", "some", "still", "such", "than", "that", "that's", "the", "their", "theirs",
    "them", "then", "there", "these", "they", "thing", "things", "this", "those", "through", "to",
    "too", "two", "under", "until", "up", "upon", "us", "use", "used", "uses", "using", "very",
    "want", "was", "wasn't", "way", "we", "we'll", "we're", "well", "were", "what", "when",
    "where", "whether", "which", "while", "who", "whom", "why", "will", "with", "within",
    "without", "won't", "would", "you", "you'll", "you're", "your", "yours",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = words(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_of_code_and_prose_are_found() {
        check("tokio::spawn(read_line)", &["tokio", "spawn", "read", "line"]);
        check("C++ and C# at v0.27.1.", &["C++", "and", "C#", "at", "v0.27.1"]);
        check("don't panic, Rust's way", &["don't", "panic", "Rust's", "way"]);
        check("Rust의 웹소켓 99%", &["Rust", "99"]);
    }

    #[test]
    fn inflected_words_share_a_term() {
        assert_eq!(term("Indexing"), term("indexes"));
        assert_eq!(term("Rust's"), "rust");
        assert_eq!(term("utf8"), "utf8");
    }

    #[test]
    fn stop_words_are_sorted_for_the_search() {
        assert!(STOP_WORDS.is_sorted());
        assert!(stop_word("the") && !stop_word("index"));
    }
}
