//! What is read: the words of a sentence as a voice should see them.
//!
//! `phrases.txt` shows what becomes of a hundred hard ones.

use domain::text::Language;

use crate::korean_numbers::JOINT;
use crate::scan::{Rule, rewrite};
use crate::{address, english, korean_numbers, signs};

const ENGLISH: &[Rule] = &[
    address::url,
    english::abbreviation,
    signs::sign,
    english::date,
    english::time,
    english::telephone,
    english::currency,
    english::version,
    english::number,
    address::path,
    address::name,
    signs::word,
];

const KOREAN: &[Rule] = &[
    address::url,
    signs::sign,
    korean_numbers::date,
    korean_numbers::time,
    korean_numbers::telephone,
    korean_numbers::currency,
    korean_numbers::version,
    korean_numbers::number,
    address::path,
    address::name,
    signs::word,
];

/// Prepares one sentence: its words, and for Korean their spelling as they sound.
pub(crate) fn prepare(sentence: &str, language: Language) -> String {
    let words = words(sentence, language);
    match language {
        Language::English => words,
        // What is counted sounds as one word with its numeral: 십년 as 심년.
        Language::Korean => korean::pronunciation::respell(&words.replace(JOINT, "")),
    }
}

/// The words that are said for a sentence, in one line: no marks that espeak takes for commands, no
/// pictures, and numbers, abbreviations, addresses and signs as a person would say them.
pub(crate) fn words(sentence: &str, language: Language) -> String {
    let rules = match language {
        Language::English => ENGLISH,
        Language::Korean => KOREAN,
    };
    let said = rewrite(&plain(sentence), language, rules);
    tidy(&said, language)
}

/// Without pictures, and without what a voice takes for commands: espeak reads `[[...]]` as phonemes, and
/// a line break as the end of a clause.
fn plain(sentence: &str) -> String {
    sentence
        .chars()
        .filter(|c| *c != '`')
        .map(|c| match c {
            '[' | ']' | '{' | '}' | '^' | '\\' => ' ',
            c if c.is_control() || picture(c) => ' ',
            c => c,
        })
        .collect()
}

/// Emoji, and what makes them up.
fn picture(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}'..='\u{2b55}'
        | '\u{fe0f}' | '\u{200d}' | '\u{20e3}' | '\u{e0020}'..='\u{e007f}')
}

/// Takes out what is left of signs, and blanks where none belongs.
fn tidy(said: &str, language: Language) -> String {
    let mut words = String::with_capacity(said.len());
    let mut chars = said.chars().peekable();
    while let Some(c) = chars.next() {
        let before = words.chars().last().unwrap_or(' ');
        let next = chars.peek().copied().unwrap_or(' ');
        let within = before.is_alphanumeric() && next.is_alphanumeric();
        match c {
            // "TCP/IP", "and/or", "std::fs".
            '/' | '_' | '|' => push_blank(&mut words),
            ':' if next == ':' || before == ' ' => push_blank(&mut words),
            '-' | '~' if language == Language::Korean && within => push_blank(&mut words),
            '*' | '<' | '>' | '=' | '~' | '#' => push_blank(&mut words),
            ' ' | '\t' => push_blank(&mut words),
            '.' | ',' | '!' | '?' | ')' | ';' if before == ' ' => {
                words.truncate(words.trim_end_matches(' ').len());
                words.push(c);
            }
            c => words.push(c),
        }
    }
    words.truncate(words.trim_end().len());
    words
}

fn push_blank(words: &mut String) {
    if !words.is_empty() && !words.ends_with(' ') {
        words.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Language, what is written, what is said.
    const PHRASES: &str = include_str!("../phrases.txt");

    fn phrases() -> impl Iterator<Item = (Language, &'static str, &'static str)> {
        PHRASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
            let mut columns = line.split(" | ").map(str::trim);
            let language = match columns.next() {
                Some("ko") => Language::Korean,
                Some("en") => Language::English,
                other => panic!("{other:?} is no language: {line}"),
            };
            (language, columns.next().unwrap(), columns.next().unwrap())
        })
    }

    #[test]
    fn hard_phrases_are_said_as_a_person_would() {
        let mut wrong = String::new();
        for (language, written, said) in phrases() {
            let words = words(written, language).replace(JOINT, " ");
            if words != said {
                wrong += &format!("{written}\n  is      {words}\n  and not {said}\n");
            }
        }
        assert!(wrong.is_empty(), "\n{wrong}");
    }

    #[test]
    fn there_are_fifty_hard_phrases_of_each_language() {
        for language in [Language::Korean, Language::English] {
            assert!(phrases().filter(|(of, ..)| *of == language).count() >= 50, "{language:?}");
        }
    }

    #[test]
    fn commands_of_the_voice_are_only_text() {
        for language in [Language::Korean, Language::English] {
            let prepared = prepare("a[[hello]]b\n--help {x} `y` <voice>", language);
            assert!(!prepared.contains(['[', '{', '`', '\n', '<']), "{prepared}");
        }
    }

    #[test]
    fn any_text_is_prepared_and_prepared_text_stays() {
        for text in [
            "",
            " ",
            "~",
            "3",
            "-",
            "1.",
            "v",
            "$",
            "#",
            "1~",
            "https://",
            "/",
            "./.",
            "é漢",
            "1/0",
            "99999999999999999999개",
        ] {
            for language in [Language::Korean, Language::English] {
                let once = words(text, language);
                assert!(!once.starts_with(' ') && !once.contains("  "), "{text:?}: {once:?}");
            }
        }
    }

    #[test]
    fn korean_is_written_as_it_sounds() {
        assert_eq!(
            prepare("값이 1.5배 늘었습니다.", Language::Korean),
            "갑씨 일 쩜 오배 느럳씀니다."
        );
        assert_eq!(prepare("C++의 문법", Language::Korean), "씨 플러스 플러스의 문뻡");
        assert_eq!(prepare("10년", Language::Korean), "심년");
    }
}
