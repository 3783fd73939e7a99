//! A Hangul syllable taken apart.

/// Leading consonants in Unicode order.
const ONSETS: [char; 19] = [
    'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ',
    'ㅌ', 'ㅍ', 'ㅎ',
];

/// Vowels in Unicode order.
const VOWELS: [char; 21] = [
    'ㅏ', 'ㅐ', 'ㅑ', 'ㅒ', 'ㅓ', 'ㅔ', 'ㅕ', 'ㅖ', 'ㅗ', 'ㅘ', 'ㅙ', 'ㅚ', 'ㅛ', 'ㅜ', 'ㅝ', 'ㅞ',
    'ㅟ', 'ㅠ', 'ㅡ', 'ㅢ', 'ㅣ',
];

/// Final consonants in Unicode order; the first is none.
const FINALS: [char; 28] = [
    ' ', 'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ',
    'ㅁ', 'ㅂ', 'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
];

/// No final consonant.
pub(crate) const NONE: char = ' ';

const FIRST: u32 = 0xac00;
const LAST: u32 = 0xd7a3;

/// Onset, vowel and final, as letters of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syllable {
    pub(crate) onset: char,
    pub(crate) vowel: char,
    /// [`NONE`] for an open syllable.
    pub(crate) last: char,
}

impl Default for Syllable {
    fn default() -> Self {
        Self { onset: 'ㅇ', vowel: 'ㅡ', last: NONE }
    }
}

impl Syllable {
    /// Takes a composed syllable apart; `None` for every other character.
    pub(crate) fn of(c: char) -> Option<Self> {
        let code = u32::from(c);
        if !(FIRST..=LAST).contains(&code) {
            return None;
        }
        let index = (code - FIRST) as usize;
        Some(Self {
            onset: ONSETS[index / (21 * 28)],
            vowel: VOWELS[index / 28 % 21],
            last: FINALS[index % 28],
        })
    }

    /// Puts it together again.
    pub(crate) fn to_char(self) -> char {
        let place =
            |letters: &[char], letter| letters.iter().position(|&l| l == letter).unwrap_or(0);
        let index = (place(&ONSETS, self.onset) * 21 + place(&VOWELS, self.vowel)) * 28
            + place(&FINALS, self.last);
        u32::try_from(index).ok().and_then(|index| char::from_u32(FIRST + index)).unwrap_or('으')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_syllable_is_put_together_as_it_was() {
        for code in FIRST..=LAST {
            let c = char::from_u32(code).unwrap();
            assert_eq!(Syllable::of(c).map(Syllable::to_char), Some(c));
        }
        assert_eq!(Syllable::of('ㄱ'), None);
        assert_eq!(Syllable::of('a'), None);
    }
}
