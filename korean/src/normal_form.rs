//! Text in the form that the dictionary knows, and the way back to the original's bytes.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use unicode_segmentation::UnicodeSegmentation;

/// A text composed (NFC), with compatibility forms folded (NFKC) except Korean letters that stand
/// alone: NFKC would make conjoining ones of them, which no dictionary has.
pub struct NormalForm<'a> {
    text: Cow<'a, str>,
    /// Empty when the text was in normal form already. Else for each byte of the normal form the
    /// original's character cluster it came from.
    origins: Vec<(u32, u32)>,
}

impl<'a> NormalForm<'a> {
    /// Brings a text into normal form.
    pub fn of(original: &'a str) -> Self {
        let foldable = original.chars().filter(|c| !lone_letter(*c));
        if original.is_ascii() || is_nfkc_quick(foldable) == IsNormalized::Yes {
            return Self { text: Cow::Borrowed(original), origins: Vec::new() };
        }
        let mut text = String::with_capacity(original.len());
        let mut origins = Vec::with_capacity(original.len());
        for (start, cluster) in original.grapheme_indices(true) {
            for c in cluster.nfc() {
                if lone_letter(c) { text.push(c) } else { text.extend(std::iter::once(c).nfkc()) }
            }
            let origin = (start as u32, (start + cluster.len()) as u32);
            origins.resize(text.len(), origin);
        }
        Self { text: Cow::Owned(text), origins }
    }

    /// The text in normal form.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a range of the normal form came from: whole character clusters of the original.
    pub fn original(&self, range: Range<usize>) -> Range<usize> {
        if self.origins.is_empty() {
            return range;
        }
        let at = |byte: usize| self.origins.get(byte).copied();
        let end = range.end.checked_sub(1).and_then(at).map_or(0, |(_, end)| end as usize);
        let start = at(range.start).map_or(end, |(start, _)| start as usize);
        start..end.max(start)
    }
}

/// Compatibility jamo, full and half width: `ㅋ`.
fn lone_letter(c: char) -> bool {
    matches!(c, '\u{3131}'..='\u{318e}' | '\u{ffa0}'..='\u{ffdc}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decomposed_hangul_is_composed_and_leads_back_to_its_bytes() {
        let decomposed: String = "가 한글".nfd().collect();
        let form = NormalForm::of(&decomposed);
        assert_eq!(form.text(), "가 한글");
        let word = form.text().find('한').unwrap();
        let range = form.original(word..form.text().len());
        assert_eq!(decomposed[range].nfc().collect::<String>(), "한글");
    }

    #[test]
    fn wide_forms_are_folded_and_lone_letters_kept() {
        assert_eq!(NormalForm::of("Ｒｕｓｔ ㅋㅋ ①").text(), "Rust ㅋㅋ 1");
    }

    proptest! {
        #[test]
        fn every_char_range_leads_back_to_char_boundaries(text in "\\PC*") {
            let form = NormalForm::of(&text);
            for (at, c) in form.text().char_indices() {
                let range = form.original(at..at + c.len_utf8());
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
