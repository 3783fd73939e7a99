//! The telling words of a sentence, in Korean or English.

use korean::{Analyzer, english};

/// Finds words the way a language needs.
pub(crate) enum Words {
    Korean(Analyzer),
    English,
}

/// A word that may be a keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noun {
    /// What makes two forms the same word.
    pub(crate) key: String,
    /// As it stands in the text.
    pub(crate) shown: String,
}

impl Words {
    /// Words in the form under which they count as the same; without those that only hold sentences
    /// together.
    pub(crate) fn terms(&self, text: &str) -> Vec<String> {
        match self {
            Words::Korean(analyzer) => analyzer
                .index_terms(text)
                .into_iter()
                .filter(|term| !english::stop_word(&text[term.range.clone()].to_lowercase()))
                .map(|term| term.text)
                .collect(),
            Words::English => {
                telling(text).map(english::term).filter(|term| !term.is_empty()).collect()
            }
        }
    }

    /// Nouns; in English, where a word does not show what it is, any telling word.
    pub(crate) fn nouns(&self, text: &str) -> Vec<Noun> {
        let latin = telling(text)
            .filter(|word| word.chars().count() > 1 && word.starts_with(char::is_alphabetic))
            .map(|word| {
                let shown = word.trim_end_matches("'s").trim_end_matches("\u{2019}s").to_owned();
                Noun { key: english::term(word), shown }
            });
        match self {
            Words::English => latin.collect(),
            Words::Korean(analyzer) => {
                let korean = analyzer
                    .analyze(text)
                    .into_iter()
                    .filter(|morpheme| matches!(morpheme.tag, "NNG" | "NNP"))
                    .filter(|morpheme| morpheme.surface.chars().count() > 1)
                    .filter(|morpheme| !COMMON_NOUNS.contains(&morpheme.surface.as_str()))
                    .map(|morpheme| Noun {
                        key: morpheme.surface.clone(),
                        shown: morpheme.surface,
                    });
                korean.chain(latin).collect()
            }
        }
    }
}

fn telling(text: &str) -> impl Iterator<Item = &str> {
    english::words(text)
        .into_iter()
        .map(|range| &text[range])
        .filter(|word| !english::stop_word(&word.to_lowercase().replace('\u{2019}', "'")))
}

/// Nouns that every post has and none is about.
const COMMON_NOUNS: &[&str] = &[
    "가지",
    "결과",
    "경우",
    "과정",
    "관련",
    "글자",
    "내용",
    "다음",
    "대신",
    "때문",
    "마지막",
    "문제",
    "방법",
    "방식",
    "부분",
    "사용",
    "사이",
    "상황",
    "생각",
    "설명",
    "시간",
    "시작",
    "예제",
    "오늘",
    "위치",
    "이번",
    "이상",
    "이용",
    "이유",
    "이전",
    "이후",
    "자신",
    "자체",
    "정도",
    "정리",
    "존재",
    "종류",
    "중요",
    "지금",
    "처음",
    "추가",
    "코드",
    "필요",
    "하나",
    "확인",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_words_are_stems_without_stop_words() {
        assert_eq!(Words::English.terms("We are indexing the posts"), ["index", "post"]);
    }
}
