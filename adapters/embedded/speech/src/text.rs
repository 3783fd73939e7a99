//! What is read: the words of a sentence as a voice should see them.

use domain::text::Language;

use crate::number;

/// Prepares one sentence: one line, no marks that espeak takes for commands, identifiers as words, and
/// for Korean numbers written out and spelling as it sounds.
pub(crate) fn prepare(sentence: &str, language: Language) -> String {
    let plain = words_of_identifiers(&without_commands(sentence));
    match language {
        Language::English => plain,
        Language::Korean => korean::pronunciation::respell(&number::write_out(&signs(&plain))),
    }
}

/// espeak reads `[[...]]` as phonemes, and a line break as the end of a clause.
fn without_commands(sentence: &str) -> String {
    let mut plain = String::with_capacity(sentence.len());
    for c in sentence.chars() {
        match c {
            '[' | ']' | '{' | '}' | '`' | '|' => plain.push(' '),
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

/// `read_line` and `readLine` are two words, `std::fs` too.
fn words_of_identifiers(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let inside = before.is_ascii_alphanumeric() && next.is_ascii_alphanumeric();
        if before.is_ascii_lowercase() && c.is_ascii_uppercase() {
            words.push(' ');
            words.push(c);
        } else if (c == '_' && (inside || next == '_'))
            || (c == ':' && (before == ':' || next == ':'))
        {
            words.push(' ');
        } else {
            words.push(c);
        }
        before = c;
    }
    words
}

/// Signs that a Korean reader says in words.
fn signs(text: &str) -> String {
    const SIGNS: [(&str, &str); 7] = [
        ("C++", "C 플러스플러스"),
        ("C#", "C 샵"),
        ("F#", "F 샵"),
        ("->", " "),
        ("=>", " "),
        ("→", " "),
        ("&", " 앤드 "),
    ];
    SIGNS.iter().fold(text.to_owned(), |text, (sign, word)| {
        if text.contains(sign) { text.replace(sign, word) } else { text }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_the_voice_are_only_text() {
        let prepared = prepare("a[[hello]]b\n--help {x} `y`", Language::English);
        assert!(!prepared.contains(['[', '{', '`', '\n']), "{prepared}");
    }

    #[test]
    fn identifiers_are_read_as_words() {
        assert_eq!(prepare("Call readLine or read_line of std::fs.", Language::English), {
            "Call read Line or read line of std  fs."
        });
    }

    #[test]
    fn korean_is_written_as_it_sounds() {
        assert_eq!(
            prepare("값이 1.5배 늘었습니다.", Language::Korean),
            "갑씨 일 쩜 오배 느럳씀니다."
        );
        assert_eq!(prepare("C++의 문법", Language::Korean), "C 플러스플러스의 문뻡");
    }
}
