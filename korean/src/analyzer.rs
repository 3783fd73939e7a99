//! Text in, morphemes and search terms out.

use std::sync::Arc;

use crate::lattice::{self, Origin};
use crate::terms;
use crate::{Dictionary, Kind, Morpheme, NormalForm, Term};

/// Analyses text by a dictionary. Cheap to clone; safe to share.
#[derive(Clone)]
pub struct Analyzer {
    dictionary: Arc<Dictionary>,
}

impl Analyzer {
    /// Analyses by this dictionary.
    pub fn new(dictionary: Arc<Dictionary>) -> Self {
        Self { dictionary }
    }

    /// See [`Dictionary::fingerprint`].
    pub fn fingerprint(&self) -> String {
        self.dictionary.fingerprint()
    }

    /// Splits any text into morphemes, in order, spaces left out. Linear in the text's length;
    /// deterministic.
    pub fn analyze(&self, text: &str) -> Vec<Morpheme<'_>> {
        self.analyze_normal(&NormalForm::of(text))
    }

    /// Makes the terms under which a text is found and with which one searches: equal for both, so
    /// that what is meant alike meets. Nouns as they are, compounds in their parts, predicates as
    /// stems, particles and endings left out; Latin words in lower case, stemmed.
    pub fn index_terms(&self, text: &str) -> Vec<Term> {
        let form = NormalForm::of(text);
        terms::terms(&form, &self.analyze_raw(form.text()))
            .into_iter()
            .map(|term| Term { range: form.original(term.range), ..term })
            .collect()
    }

    fn analyze_normal(&self, form: &NormalForm<'_>) -> Vec<Morpheme<'_>> {
        let mut morphemes = self.analyze_raw(form.text());
        for morpheme in &mut morphemes {
            morpheme.range = form.original(morpheme.range.clone());
        }
        morphemes
    }

    /// Ranges count in `text` itself, which is in normal form.
    fn analyze_raw(&self, text: &str) -> Vec<Morpheme<'_>> {
        let dictionary = &*self.dictionary;
        let mut morphemes = Vec::with_capacity(text.len() / 5);
        for line in lattice::lines(text) {
            for step in lattice::split(dictionary, &text[line.clone()]) {
                let range = line.start + step.start as usize..line.start + step.end as usize;
                let surface = text[range.clone()].to_owned();
                let feature = match step.origin {
                    Origin::Dictionary => dictionary.words.feature(step.feature),
                    Origin::Unknown => dictionary.unknown.feature(step.feature),
                    Origin::User => dictionary.user.feature(step.feature),
                };
                let mut morpheme = Morpheme::from_feature(surface, range, feature);
                if step.origin == Origin::Unknown {
                    morpheme.kind = Kind::Unknown;
                }
                morphemes.push(morpheme);
            }
        }
        morphemes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::testing;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let analyzer = testing::analyzer();
        let found: Vec<_> = analyzer
            .analyze(text)
            .into_iter()
            .map(|morpheme| format!("{}/{}", morpheme.surface, morpheme.tag))
            .collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn a_sentence_becomes_morphemes() {
        check(
            "아버지가 방에 들어가신다.",
            "아버지/NNG 가/JKS 방/NNG 에/JKB 들어가/VV 신다/EP+EF ./SF",
        );
        check("검색했습니다", "검색/NNG 했/XSV+EP 습니다/EF");
        check("Rust의 소유권", "Rust/SL 의/JKG 소유권/NNG");
    }

    #[test]
    fn a_particle_leans_on_the_word_before_it_and_not_across_a_space() {
        check("나는 집에 간다", "나/NP 는/JX 집/NNG 에/JKB 간다/VV+EC");
        check("서버가 멈췄다", "서버/NNG 가/JKS 멈췄/VV+EP 다/EC");
        check("서버 가 본 사람", "서버/NNG 가/VV+EC 본/VX+ETM 사람/NNG");
    }

    #[test]
    fn ranges_are_those_of_the_decomposed_original() {
        let analyzer = testing::analyzer();
        let decomposed: String =
            unicode_normalization::UnicodeNormalization::nfd("형태소를").collect();
        let morphemes = analyzer.analyze(&decomposed);
        assert_eq!(morphemes[0].surface, "형태소");
        let original = &decomposed[morphemes[0].range.clone()];
        assert_eq!(
            unicode_normalization::UnicodeNormalization::nfc(original).collect::<String>(),
            "형태소"
        );
    }

    #[test]
    fn a_very_long_word_is_analysed_in_linear_time() {
        let analyzer = testing::analyzer();
        for text in ["가".repeat(30_000), "a".repeat(100_000), "=".repeat(100_000)] {
            let covered: usize =
                analyzer.analyze(&text).iter().map(|morpheme| morpheme.range.len()).sum();
            assert_eq!(covered, text.len());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_covered_in_order_at_char_boundaries(
            text in "([가-힣ㄱ-ㅎ]{0,5}|\\PC{0,6}|[ \\n\\t]|[a-zA-Z0-9_.+#']{0,5}){0,12}",
        ) {
            let analyzer = testing::analyzer();
            let mut end = 0;
            for morpheme in analyzer.analyze(&text) {
                prop_assert!(text.get(morpheme.range.clone()).is_some());
                prop_assert!(morpheme.range.end >= end);
                end = morpheme.range.end;
            }
            let mut position = None;
            for term in analyzer.index_terms(&text) {
                prop_assert!(text.get(term.range.clone()).is_some_and(|source| !source.is_empty()));
                prop_assert!(!term.text.is_empty());
                prop_assert!(position.is_none_or(|before| before < term.position));
                position = Some(term.position);
            }
        }
    }
}
