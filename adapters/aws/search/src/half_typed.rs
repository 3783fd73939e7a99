//! What a word that is half typed may become, as a pattern of OpenSearch.
//!
//! Hangul is typed by letters, and a syllable takes the next consonant in until it is known to begin
//! another: 형탯 is 형태ㅅ, on the way to 형태소.

const FIRST: u32 = '가' as u32;
const LAST: u32 = '힣' as u32;
const VOWELS: u32 = 21;
const FINALS: u32 = 28;

/// The consonants that begin a syllable, and those that end one (0 is none), in the order of Unicode.
const ONSETS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const ENDINGS: &str = "-ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// Finals of two consonants: each, and the two.
const CLUSTERS: [(char, char, char); 11] = [
    ('ㄳ', 'ㄱ', 'ㅅ'),
    ('ㄵ', 'ㄴ', 'ㅈ'),
    ('ㄶ', 'ㄴ', 'ㅎ'),
    ('ㄺ', 'ㄹ', 'ㄱ'),
    ('ㄻ', 'ㄹ', 'ㅁ'),
    ('ㄼ', 'ㄹ', 'ㅂ'),
    ('ㄽ', 'ㄹ', 'ㅅ'),
    ('ㄾ', 'ㄹ', 'ㅌ'),
    ('ㄿ', 'ㄹ', 'ㅍ'),
    ('ㅀ', 'ㄹ', 'ㅎ'),
    ('ㅄ', 'ㅂ', 'ㅅ'),
];

/// A regular expression of all words that begin with these letters. `None` where there are none, or signs
/// among them.
pub(crate) fn pattern(typed: &str) -> Option<String> {
    if !typed.chars().all(char::is_alphanumeric) {
        return None;
    }
    let (at, last) = typed.char_indices().next_back()?;
    let before = typed[..at].to_lowercase();
    let last = match (syllable(last), place(ONSETS, last)) {
        (Some(syllable), _) => growing(syllable),
        (None, Some(onset)) => beginning_with(onset),
        (None, None) => last.to_lowercase().collect(),
    };
    Some(format!("{before}{last}.*"))
}

/// Numbers of onset, vowel and final.
fn syllable(c: char) -> Option<(u32, u32, u32)> {
    let number = (c as u32).checked_sub(FIRST).filter(|_| c as u32 <= LAST)?;
    Some((number / FINALS / VOWELS, number / FINALS % VOWELS, number % FINALS))
}

fn composed(onset: u32, vowel: u32, last: u32) -> char {
    char::from_u32(FIRST + (onset * VOWELS + vowel) * FINALS + last).unwrap_or('가')
}

fn place(letters: &str, letter: char) -> Option<u32> {
    letters.chars().zip(0..).find(|(own, _)| *own == letter).map(|(_, place)| place)
}

/// Syllables with this onset.
fn beginning_with(onset: u32) -> String {
    format!("[{}-{}]", composed(onset, 0, 0), composed(onset, VOWELS - 1, FINALS - 1))
}

/// What a syllable may become: one with more letters, or one that gives its last consonant to the next.
fn growing((onset, vowel, last): (u32, u32, u32)) -> String {
    if last == 0 {
        // ㅗ is on the way to ㅘㅙㅚ, ㅜ to ㅝㅞㅟ, ㅡ to ㅢ.
        let longest = match vowel {
            8 | 13 => vowel + 3,
            18 => vowel + 1,
            _ => vowel,
        };
        return format!("[{}-{}]", composed(onset, vowel, 0), composed(onset, longest, FINALS - 1));
    }
    let ending = ENDINGS.chars().nth(last as usize).unwrap_or_default();
    let mut whole = vec![composed(onset, vowel, last)];
    let grown = CLUSTERS.iter().filter(|(_, one, _)| *one == ending);
    whole.extend(
        grown.filter_map(|(two, ..)| place(ENDINGS, *two).map(|last| composed(onset, vowel, last))),
    );
    let mut ways: Vec<String> = vec![format!("[{}]", whole.iter().collect::<String>())];
    let (stays, goes) = match CLUSTERS.iter().find(|(two, ..)| *two == ending) {
        Some((_, one, other)) => (place(ENDINGS, *one).unwrap_or_default(), *other),
        None => (0, ending),
    };
    if let Some(next) = place(ONSETS, goes) {
        ways.push(format!("{}{}", composed(onset, vowel, stays), beginning_with(next)));
    }
    format!("({})", ways.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        assert_eq!(pattern(typed).as_deref(), Some(expected), "{typed}");
    }

    #[test]
    fn a_syllable_may_grow_or_give_its_last_consonant_away() {
        check("형태", "형[태-탷].*");
        check("형탯", "형([탯]|태[사-싷]).*");
        check("갑", "([갑값]|가[바-빟]).*");
        check("값", "([값]|갑[사-싷]).*");
        check("고", "[고-굏].*");
        check("유니ㅋ", "유니[카-킿].*");
        check("까", "[까-깧].*");
    }

    #[test]
    fn latin_is_lower_case_and_signs_are_no_pattern() {
        check("GraphQ", "graphq.*");
        assert_eq!(pattern("a.*"), None);
        assert_eq!(pattern(""), None);
    }
}
