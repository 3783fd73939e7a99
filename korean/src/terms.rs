//! Morphemes into search terms.

use std::ops::Range;

use crate::english;
use crate::{Morpheme, NormalForm, Part};

/// A word to be found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Lower case, in dictionary form.
    pub text: String,
    /// What it was in the text, in bytes; both ends are char boundaries. Parts of a contracted word
    /// share the range of the whole.
    pub range: Range<usize>,
    /// Counts terms, from 0, without gaps: what was left out does not keep neighbours apart.
    pub position: u32,
}

/// Terms of a text in normal form, ranges counting in it.
pub(crate) fn terms(form: &NormalForm<'_>, morphemes: &[Morpheme<'_>]) -> Vec<Term> {
    let text = form.text();
    let mut found: Vec<(String, Range<usize>)> = Vec::with_capacity(morphemes.len());
    let mut latin = english::words(text).into_iter().peekable();
    for morpheme in morphemes {
        // Latin words are taken whole, however the dictionary splits them.
        while let Some(word) = latin.next_if(|word| word.start <= morpheme.range.start) {
            push(&mut found, english::term(&text[word.clone()]), word);
        }
        let within_latin = found.last().is_some_and(|(_, before)| before.end >= morpheme.range.end);
        if !within_latin && !english_only(&morpheme.surface) {
            push_korean(&mut found, morpheme);
        }
    }
    for word in latin {
        push(&mut found, english::term(&text[word.clone()]), word);
    }
    found
        .into_iter()
        .zip(0..)
        .map(|((text, range), position)| Term { text, range, position })
        .collect()
}

fn push(found: &mut Vec<(String, Range<usize>)>, text: String, range: Range<usize>) {
    // Longer ones are data, not words; the index refuses terms of more than 64 KB.
    const LONGEST: usize = 255;
    if !text.is_empty() && text.len() <= LONGEST {
        found.push((text, range));
    }
}

fn indexed(text: &str, tag: &str) -> String {
    let stem = if tag.starts_with("VV") { one_stem(text) } else { text };
    stem.to_lowercase()
}

/// One form for the verbs whose ㄷ becomes ㄹ before a vowel: the dictionary gives now one, now the
/// other, at equal cost.
fn one_stem(text: &str) -> &str {
    const TWO_STEMS: &[(&str, &str)] = &[
        ("듣", "들"),
        ("깨닫", "깨달"),
        ("걷", "걸"),
        ("묻", "물"),
        ("싣", "실"),
        ("일컫", "일컬"),
        ("긷", "길"),
        ("붇", "불"),
    ];
    TWO_STEMS.iter().find(|(stem, _)| *stem == text).map_or(text, |(_, other)| other)
}

fn push_korean(found: &mut Vec<(String, Range<usize>)>, morpheme: &Morpheme<'_>) {
    let parts = morpheme.parts();
    if parts.is_empty() {
        if !stopped(&morpheme.surface, morpheme.tag) {
            push(found, indexed(&morpheme.surface, morpheme.tag), morpheme.range.clone());
        }
        return;
    }
    // The parts of a compound lie side by side; those of a contracted word share its syllables.
    let side_by_side = joined(&parts, &morpheme.surface);
    let mut start = morpheme.range.start;
    for part in parts {
        let range = if side_by_side {
            let range = start..start + part.text.len();
            start = range.end;
            range
        } else {
            morpheme.range.clone()
        };
        if !stopped(part.text, part.tag) {
            push(found, indexed(part.text, part.tag), range);
        }
    }
}

fn joined(parts: &[Part<'_>], surface: &str) -> bool {
    let mut rest = surface;
    parts.iter().all(|part| match rest.strip_prefix(part.text) {
        Some(after) => {
            rest = after;
            true
        }
        None => false,
    }) && rest.is_empty()
}

fn english_only(surface: &str) -> bool {
    english::words(surface).first().is_some_and(|word| word.len() == surface.len())
}

/// What is no term: Nori's default stop tags, with three differences. Prefixes and noun suffixes stay
/// (비동기 is not 동기). The copula, auxiliary verbs and bound nouns go, and so do the verbs that only
/// carry a noun (하다, 되다, 있다), which else would keep "검색을 하다" from finding "검색했습니다".
fn stopped(text: &str, tag: &str) -> bool {
    let tag = tag.split('+').next().unwrap_or_default();
    match tag {
        "EC" | "EF" | "EP" | "ETM" | "ETN" | "E" => true,
        "JC" | "JKB" | "JKC" | "JKG" | "JKO" | "JKQ" | "JKS" | "JKV" | "JX" | "J" => true,
        "IC" | "MAG" | "MAJ" | "MM" => true,
        "SF" | "SP" | "SSC" | "SSO" | "SC" | "SE" | "SY" => true,
        "XSA" | "XSV" | "UNA" | "NA" | "VSV" => true,
        "VCP" | "VX" | "NNB" => true,
        "VV" | "VA" => matches!(text, "하" | "되" | "있"),
        _ => !text.chars().any(char::is_alphanumeric),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let terms = testing::analyzer().index_terms(text);
        let found: Vec<_> = terms.iter().map(|term| term.text.as_str()).collect();
        assert_eq!(found, expected, "{text}");
    }

    /// Every term of the query is a term of the text.
    #[track_caller]
    fn finds(query: &str, text: &str) {
        let analyzer = testing::analyzer();
        let there = analyzer.index_terms(text);
        let asked = analyzer.index_terms(query);
        assert!(!asked.is_empty(), "{query} has no terms");
        for term in asked {
            assert!(
                there.iter().any(|t| t.text == term.text),
                "{query}: {} not in {there:?}",
                term.text
            );
        }
    }

    #[test]
    fn particles_and_endings_are_left_out() {
        check("형태소 분석기를", &["형태소", "분석기"]);
        check("검색했습니다", &["검색"]);
        check("서버에서는 데이터를 저장한다.", &["서버", "데이터", "저장"]);
    }

    #[test]
    fn predicates_become_stems() {
        check("빠르게 먹었다", &["빠르", "먹"]);
        check("아름다운", &["아름답"]);
        finds("검색하다", "검색했습니다");
        finds("깨닫다", "그제야 깨달았다");
        finds("듣다", "음악을 들었다");
        finds("돕다", "서로 도와주었다");
        finds("만들다", "서버를 만들었습니다");
        finds("쓰다", "글을 썼다");
    }

    #[test]
    fn spacing_does_not_matter_for_known_compounds() {
        finds("형태소 분석기", "형태소분석기를 만들었다");
        finds("형태소분석기", "형태소 분석기를 만들었다");
        finds("데이터 웨어하우스", "데이터웨어하우스에서");
        finds("단위 테스트", "단위테스트를 돌린다");
    }

    #[test]
    fn user_words_meet_their_parts_written_apart() {
        let analyzer = testing::analyzer();
        let terms = |text: &str| -> Vec<String> {
            analyzer.index_terms(text).into_iter().map(|term| term.text).collect()
        };
        let mut wrong = Vec::new();
        for (word, parts) in crate::user_words::lines(crate::user_words::SOURCE) {
            let expected =
                if parts.is_empty() { vec![word.to_owned()] } else { terms(&parts.join(" ")) };
            for text in [word.to_owned(), format!("{word}에서"), format!("이 {word}를 쓴다")]
            {
                let found = terms(&text);
                if !found.windows(expected.len()).any(|window| window == expected) {
                    wrong.push((text, found, expected.clone()));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn technical_words_are_not_torn_apart() {
        check("웹어셈블리는 러스트로", &["웹", "어셈블리", "러스트"]);
        check("데이터로더를 구독한다", &["데이터로더", "구독"]);
        check("비동기", &["비동기"]);
    }

    #[test]
    fn latin_words_are_lower_case_stems_with_their_signs() {
        check("Tokio's Indexes, C++ and utf8", &["tokio", "index", "c++", "and", "utf8"]);
        check("Rust의 async/await를", &["rust", "async", "await"]);
        check("tantivy 0.27로", &["tantivi", "0.27"]);
    }

    #[test]
    fn ranges_name_what_stands_in_the_text() {
        let text = "우리는 Rust로 검색했습니다";
        let terms = testing::analyzer().index_terms(text);
        let found: Vec<_> = terms.iter().map(|term| &text[term.range.clone()]).collect();
        assert_eq!(found, ["우리", "Rust", "검색"]);
    }
}
