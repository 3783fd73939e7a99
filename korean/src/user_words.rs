//! Technical words that mecab-ko-dic lacks, splits, or takes for names of people.

use yada::DoubleArray;
use yada::builder::DoubleArrayBuilder;

use crate::lexicon::Token;

/// One word a line, then its parts where it has any.
pub(crate) const SOURCE: &str = include_str!("user_words.txt");

/// The words, each with its parts where it has any: for analysers that are not ours.
pub fn user_words() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    lines(SOURCE)
}

/// How user words connect: like a common noun with a final consonant, and without one.
#[derive(Clone, Copy)]
pub(crate) struct NounIds {
    pub(crate) closed: Token,
    pub(crate) open: Token,
}

struct Entry {
    token: Token,
    feature: String,
}

pub(crate) struct UserWords {
    trie: Option<DoubleArray<Vec<u8>>>,
    entries: Vec<Entry>,
}

impl UserWords {
    pub(crate) fn new(source: &str, ids: NounIds) -> Self {
        let mut lines: Vec<(&str, Vec<&str>)> = lines(source).collect();
        lines.sort_unstable();
        lines.dedup_by_key(|(word, _)| *word);
        let entries = lines.iter().map(|(word, parts)| entry(word, parts, ids)).collect();
        let keys: Vec<(&str, u32)> = lines.iter().map(|(word, _)| *word).zip(0..).collect();
        let trie =
            DoubleArrayBuilder::build(&keys).ok().and_then(|bytes| DoubleArray::new(bytes).ok());
        Self { trie, entries }
    }

    /// Calls `found` with each word that `text` begins with: its bytes, its number, its token.
    pub(crate) fn prefixes(&self, text: &[u8], mut found: impl FnMut(usize, u32, Token)) {
        let Some(trie) = &self.trie else { return };
        for (number, length) in trie.common_prefix_search(text) {
            if let Some(entry) = self.entries.get(number as usize) {
                found(length, number, entry.token);
            }
        }
    }

    /// The feature of the word with this number.
    pub(crate) fn feature(&self, number: u32) -> &str {
        self.entries.get(number as usize).map_or("", |entry| &entry.feature)
    }
}

/// Words and their parts, without comments and empty lines.
pub(crate) fn lines(source: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    source.lines().filter_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        let mut columns = line.split_whitespace();
        Some((columns.next()?, columns.collect()))
    })
}

fn entry(word: &str, parts: &[&str], ids: NounIds) -> Entry {
    let closed = word.chars().last().is_some_and(has_final_consonant);
    let like = if closed { ids.closed } else { ids.open };
    // The longer a word, the surer that its letters do not stand together by chance: a short one must
    // not tear longer words apart, a long one must win over its own parts.
    let letters = i16::try_from(word.chars().count().min(8)).unwrap_or(8);
    let token = Token { cost: 1_800 - 1_300 * letters, ..like };
    let (kind, expression) = if parts.is_empty() {
        ("*", String::from("*"))
    } else {
        ("Compound", parts.iter().map(|part| format!("{part}/NNG/*")).collect::<Vec<_>>().join("+"))
    };
    let feature =
        format!("NNG,*,{},{word},{kind},*,*,{expression}", if closed { "T" } else { "F" });
    Entry { token, feature }
}

fn has_final_consonant(c: char) -> bool {
    matches!(c, '가'..='힣') && !(c as u32 - '가' as u32).is_multiple_of(28)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_words_are_many_and_their_parts_make_them_up() {
        let words: Vec<_> = lines(SOURCE).collect();
        assert!(words.len() >= 200, "{}", words.len());
        for (word, parts) in &words {
            assert!(parts.is_empty() || parts.concat() == *word, "{word}: {parts:?}");
            assert!(word.chars().all(|c| matches!(c, '가'..='힣')), "{word}");
        }
        let mut unique: Vec<_> = words.iter().map(|(word, _)| word).collect();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), words.len(), "a word is there twice");
    }
}
