//! Words by their letters: what a slip of the finger or of the ear changes.
//!
//! A Hangul syllable is two to four letters. Who writes one wrong writes one letter wrong, not the
//! syllable: 뷴석기 is 분석기 with one letter of eight changed.

use std::sync::LazyLock;

use crate::pronunciation::syllable::{NONE, Syllable};

/// What one wrong, missing or superfluous letter counts. Letters that are easily taken for each other
/// count half of it.
pub const SLIP: u8 = 2;

const CONSONANTS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS: &str = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";

/// Consonants are numbered from here, vowels behind them. Below are Latin letters, digits and signs.
const FIRST: u8 = 0x80;
const FIRST_VOWEL: u8 = FIRST + 19;
/// Begins a character of another script, which follows in UTF-8.
const FOREIGN: u8 = 0xff;

/// Vowels and consonants that sound or look alike.
const ALIKE: [&str; 9] =
    ["ㅐㅔ", "ㅒㅖ", "ㅔㅖ", "ㅙㅚㅞ", "ㅢㅣ", "ㄱㄲㅋ", "ㄷㄸㅌ", "ㅂㅃㅍ", "ㅈㅉㅊ"];

/// Vowels, and what they become when another is typed behind them.
const GROWING: [(&str, &str); 3] = [("ㅗ", "ㅘㅙㅚ"), ("ㅜ", "ㅝㅞㅟ"), ("ㅡ", "ㅢ")];

/// Two finals of one syllable.
const CLUSTERS: [(char, [char; 2]); 11] = [
    ('ㄳ', ['ㄱ', 'ㅅ']),
    ('ㄵ', ['ㄴ', 'ㅈ']),
    ('ㄶ', ['ㄴ', 'ㅎ']),
    ('ㄺ', ['ㄹ', 'ㄱ']),
    ('ㄻ', ['ㄹ', 'ㅁ']),
    ('ㄼ', ['ㄹ', 'ㅂ']),
    ('ㄽ', ['ㄹ', 'ㅅ']),
    ('ㄾ', ['ㄹ', 'ㅌ']),
    ('ㄿ', ['ㄹ', 'ㅍ']),
    ('ㅀ', ['ㄹ', 'ㅎ']),
    ('ㅄ', ['ㅂ', 'ㅅ']),
];

/// A word as letters, in lower case, one byte each; never the byte 0.
///
/// A consonant is the same letter wherever it stands, so that 형탯, as a keyboard shows it while 형태소 is
/// typed, begins like it.
pub fn letters(word: &str) -> Vec<u8> {
    let mut letters = Vec::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        if let Some(Syllable { onset, vowel, last }) = Syllable::of(c) {
            letters.extend(letter(onset));
            letters.extend(letter(vowel));
            if last != NONE {
                push_final(&mut letters, last);
            }
        } else if c.is_ascii() {
            letters.push((c as u8).max(1));
        } else if let Some(letter) = letter(c) {
            letters.push(letter);
        } else {
            letters.push(FOREIGN);
            letters.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    letters
}

/// What it counts to write one letter for another: 0 for the same, half a slip for what is alike.
pub fn difference(one: u8, other: u8) -> u8 {
    if one == other {
        return 0;
    }
    let groups = |letter: u8| SOUNDS.alike[usize::from(letter)];
    if groups(one) & groups(other) == 0 { SLIP } else { SLIP / 2 }
}

/// Whether `whole` is what the vowel `typed` becomes when another is typed behind it: ㅗ becomes ㅘ.
pub fn grows_into(typed: u8, whole: u8) -> bool {
    SOUNDS.growing[usize::from(typed)] & SOUNDS.grown[usize::from(whole)] != 0
}

/// Which rows of the tables above a letter is in, one bit for each row: a search compares letters by the
/// hundred thousand.
struct Sounds {
    alike: [u16; 256],
    growing: [u16; 256],
    grown: [u16; 256],
}

static SOUNDS: LazyLock<Sounds> = LazyLock::new(|| Sounds {
    alike: rows(ALIKE.iter().copied()),
    growing: rows(GROWING.iter().map(|(typed, _)| *typed)),
    grown: rows(GROWING.iter().map(|(_, whole)| *whole)),
});

fn rows(table: impl Iterator<Item = &'static str>) -> [u16; 256] {
    let mut rows = [0; 256];
    for (nth, row) in table.enumerate() {
        for letter in row.chars().filter_map(letter) {
            rows[usize::from(letter)] |= 1 << nth;
        }
    }
    rows
}

/// How many slips a word of these letters may have, in units of which [`SLIP`] is one: none in short
/// words, where each slip makes another word.
pub fn forgiven(word: &str) -> u8 {
    let syllables = word.chars().filter(|c| Syllable::of(*c).is_some()).count();
    let others = word.chars().filter(|c| c.is_alphanumeric()).count() - syllables;
    // Numbers are right or wrong.
    if word.chars().all(|c| !c.is_alphabetic()) {
        return 0;
    }
    // A syllable tells as much as two Latin letters.
    match syllables * 2 + others {
        0..=3 => 0,
        4..=5 => SLIP,
        6..=7 => SLIP + SLIP / 2 * u8::from(syllables > 0),
        _ => 2 * SLIP,
    }
}

fn push_final(letters: &mut Vec<u8>, last: char) {
    match CLUSTERS.iter().find(|(cluster, _)| *cluster == last) {
        Some((_, two)) => letters.extend(two.iter().filter_map(|c| letter(*c))),
        None => letters.extend(letter(last)),
    }
}

fn letter(c: char) -> Option<u8> {
    let place = |all: &str| all.chars().zip(0..).find(|(one, _)| *one == c).map(|(_, at)| at);
    let consonant = place(CONSONANTS).map(|at: u8| FIRST + at);
    consonant.or_else(|| place(VOWELS).map(|at| FIRST_VOWEL + at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(one: &str, other: &str) -> usize {
        letters(one).iter().zip(letters(other)).take_while(|(a, b)| **a == *b).count()
    }

    #[test]
    fn a_half_typed_syllable_begins_like_the_word_it_becomes() {
        for (typed, word) in [("형탯", "형태소"), ("ㅎ", "형태소"), ("갑", "값"), ("rU", "Rust")]
        {
            assert_eq!(shared(typed, word), letters(typed).len(), "{typed} {word}");
        }
        let (typed, whole) = (letters("고"), letters("과"));
        assert!(grows_into(typed[1], whole[1]) && !grows_into(whole[1], typed[1]));
    }

    #[test]
    fn what_sounds_alike_differs_by_half() {
        let of = |one, other| difference(letters(one)[1], letters(other)[1]);
        assert_eq!((of("개", "게"), of("개", "개"), of("개", "가")), (1, 0, 2));
        assert_eq!(difference(b'a', b'b'), SLIP);
    }

    #[test]
    fn short_words_and_numbers_are_not_forgiven() {
        for word in ["솜", "cat", "2026", "a", ""] {
            assert_eq!(forgiven(word), 0, "{word}");
        }
        assert_eq!((forgiven("서버"), forgiven("분석기"), forgiven("데이터베이스")), (2, 3, 4));
        assert_eq!((forgiven("rust"), forgiven("docker"), forgiven("kubernetes")), (2, 2, 4));
    }

    #[test]
    fn letters_hold_no_zero() {
        assert!(!letters("\0a한漢é").contains(&0));
    }
}
