//! A word of the text, as the dictionary describes it.

use std::ops::Range;

/// How a word is made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One morpheme.
    Simple,
    /// Nouns joined to one.
    Compound,
    /// Contracted: stem and ending in one syllable, as in `했`.
    Inflected,
    /// Analysed beforehand as a whole.
    Preanalysed,
    /// In no dictionary.
    Unknown,
}

/// A word of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Morpheme<'a> {
    /// As it stands in the text, composed (NFC) and with compatibility forms folded.
    pub surface: String,
    /// Bytes in the text that was analysed; both ends are char boundaries.
    pub range: Range<usize>,
    /// Part of speech in Sejong tags, several joined by `+` for a contracted word: `NNG`, `XSV+EP`.
    pub tag: &'a str,
    /// How it is made up.
    pub kind: Kind,
    /// Reading in Hangul, where the dictionary has one.
    pub reading: Option<&'a str>,
    /// The parts of a word that has any, as the dictionary writes them; see [`Self::parts`].
    pub(crate) expression: &'a str,
}

/// A part of a compound or contracted word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// In dictionary form: the stem of a predicate, the full form of an ending.
    pub text: &'a str,
    /// Part of speech.
    pub tag: &'a str,
}

impl<'a> Morpheme<'a> {
    /// Reads a dictionary feature: part of speech, class, final consonant, reading, kind, first and
    /// last part of speech, expression.
    pub(crate) fn from_feature(surface: String, range: Range<usize>, feature: &'a str) -> Self {
        let mut fields = feature.splitn(8, ',');
        let mut field = |n: usize| fields.nth(n).filter(|text| !matches!(*text, "*" | ""));
        let tag = field(0).unwrap_or("UNKNOWN");
        let reading = field(2);
        let kind = match field(0) {
            Some("Compound") => Kind::Compound,
            Some("Inflect") => Kind::Inflected,
            Some("Preanalysis") => Kind::Preanalysed,
            _ => Kind::Simple,
        };
        let expression = field(2).unwrap_or_default();
        Self { surface, range, tag, kind, reading, expression }
    }

    /// The parts of a compound or contracted word, first to last; empty for a simple one.
    pub fn parts(&self) -> Vec<Part<'a>> {
        if self.expression.is_empty() {
            return Vec::new();
        }
        let parts: Option<Vec<Part<'a>>> = self
            .expression
            .split('+')
            .map(|part| {
                let (text, rest) = part.split_once('/')?;
                let tag = rest.split('/').next().filter(|tag| !tag.is_empty())?;
                if text.is_empty() { None } else { Some(Part { text, tag }) }
            })
            .collect();
        parts.unwrap_or_default()
    }

    /// Whether any part of it is a noun: common, proper, or a foreign word.
    pub fn noun(&self) -> bool {
        self.tag.split('+').any(|tag| matches!(tag, "NNG" | "NNP" | "SL" | "SH"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(feature: &str, expected: &[(&str, &str)]) {
        let morpheme = Morpheme::from_feature(String::new(), 0..0, feature);
        let parts: Vec<_> =
            morpheme.parts().into_iter().map(|part| (part.text, part.tag)).collect();
        assert_eq!(parts, expected, "{feature}");
    }

    #[test]
    fn parts_are_read_from_the_expression() {
        check("XSV+EP,*,T,했,Inflect,XSV,EP,하/XSV/*+았/EP/*", &[("하", "XSV"), ("았", "EP")]);
        check(
            "NNG,*,F,분석기,Compound,*,*,분석/NNG/행위+기/NNG/*",
            &[("분석", "NNG"), ("기", "NNG")],
        );
        check("NNG,*,T,사람,*,*,*,*", &[]);
    }

    #[test]
    fn a_broken_feature_is_a_word_without_parts() {
        check("", &[]);
        check("NNG,*,F,분석기,Compound,*,*,//+기", &[]);
        assert_eq!(Morpheme::from_feature(String::new(), 0..0, "").tag, "UNKNOWN");
    }
}
