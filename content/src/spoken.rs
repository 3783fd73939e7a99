//! What a person would read aloud.

use domain::text::{Language, Section, Sentence};

use crate::sentence::LONGEST;

/// Sections are collected here in document order, each at most as long as the port allows.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) sections: Vec<Section>,
    next: u32,
}

impl Script {
    /// Takes the sentences of one block; returns the number of the first, the others follow it.
    pub(crate) fn push_block(&mut self, heading: bool, sentences: &[&str]) -> u32 {
        let first = self.next;
        let mut section = Section { heading, sentences: Vec::new() };
        let mut n_chars = 0;
        for sentence in sentences {
            let text = speakable(sentence);
            let length = text.chars().count() + 1;
            if n_chars + length > LONGEST + 1 && !section.sentences.is_empty() {
                let full = Section { heading, sentences: std::mem::take(&mut section.sentences) };
                self.sections.push(full);
                n_chars = 0;
            }
            n_chars += length;
            section.sentences.push(Sentence { number: self.next, text });
            self.next += 1;
        }
        if !section.sentences.is_empty() {
            self.sections.push(section);
        }
        first
    }

    /// Takes the word that stands for a block that cannot be read aloud; returns its number.
    pub(crate) fn push_word(&mut self, word: &str) -> u32 {
        self.push_block(false, &[word])
    }
}

/// The words of the house, in the language of the post.
pub(crate) struct Words {
    pub(crate) code: &'static str,
    pub(crate) table: &'static str,
    pub(crate) done: &'static str,
    pub(crate) open: &'static str,
    pub(crate) back: &'static str,
    pub(crate) footnotes: &'static str,
    /// Note, tip, important, warning, caution.
    pub(crate) alerts: [&'static str; 5],
}

pub(crate) fn words(language: Language) -> Words {
    match language {
        Language::Korean => Words {
            code: "코드 예제.",
            table: "표.",
            done: "완료",
            open: "미완료",
            back: "본문으로",
            footnotes: "각주",
            alerts: ["참고", "도움말", "중요", "경고", "주의"],
        },
        Language::English => Words {
            code: "Code example.",
            table: "Table.",
            done: "done",
            open: "to do",
            back: "back to the text",
            footnotes: "Footnotes",
            alerts: ["Note", "Tip", "Important", "Warning", "Caution"],
        },
    }
}

/// Joins blanks, and leaves of an address what a person would say: its host.
fn speakable(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    for word in sentence.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        match word.find("https://").or_else(|| word.find("http://")) {
            Some(at) => {
                text.push_str(&word[..at]);
                push_host(&mut text, &word[at..]);
            }
            None => text.push_str(word),
        }
    }
    text
}

/// Appends the host of an address, and the marks and the particle behind the address.
fn push_host(text: &mut String, address: &str) {
    let Some((_, rest)) = address.split_once("://") else { return text.push_str(address) };
    let end = rest
        .find(|c: char| !c.is_ascii() || matches!(c, ')' | ']' | '>' | '"' | '\'' | '<' | ','))
        .unwrap_or(rest.len());
    let (address, behind) = rest.split_at(end);
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    text.push_str(host.strip_prefix("www.").unwrap_or(host).trim_end_matches(['.', '!', '?']));
    let mark = address.trim_end_matches(['.', '!', '?']).len();
    text.push_str(&address[mark..]);
    text.push_str(behind);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_spoken_by_their_host() {
        assert_eq!(
            speakable("보라\n  (https://www.rust-lang.org/learn?x=1)를, http://a.kr."),
            "보라 (rust-lang.org)를, a.kr."
        );
    }

    #[test]
    fn long_blocks_are_split_between_sentences_and_numbers_run_on() {
        let sentence = "가".repeat(700);
        let mut script = Script::default();
        assert_eq!(script.push_word("x"), 0);
        assert_eq!(script.push_block(false, &[&sentence, &sentence, &sentence]), 1);
        assert_eq!(script.push_block(true, &["끝"]), 4);
        let numbers: Vec<Vec<u32>> = script
            .sections
            .iter()
            .map(|section| section.sentences.iter().map(|sentence| sentence.number).collect())
            .collect();
        assert_eq!(numbers, [vec![0], vec![1, 2], vec![3], vec![4]]);
    }
}
