use std::env;
use std::path::PathBuf;

use domain::text::{Section, Sentence};
use proptest::prelude::*;

use super::*;

/// `DEEPDIVE_DICTIONARY`, else where setup installs it.
fn dictionary() -> Arc<Dictionary> {
    let installed = || {
        let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from).unwrap_or_else(|| {
            PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".local/share")
        });
        data.join("deepdive/mecab-ko-dic")
    };
    let folder = env::var_os("DEEPDIVE_DICTIONARY").map_or_else(installed, PathBuf::from);
    match Dictionary::open(&folder) {
        Ok(dictionary) => Arc::new(dictionary),
        Err(error) => panic!(
            "this test needs the Korean dictionary; `cargo xtask setup` installs it: {error}"
        ),
    }
}

/// Paragraphs of sentences, one a line; a line that begins with `#` is a heading.
fn input(title: &str, text: &str) -> SummaryInput {
    let mut number = 0;
    let sections = text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
        .map(|paragraph| Section {
            heading: paragraph.trim_start().starts_with('#'),
            sentences: paragraph
                .lines()
                .map(|line| {
                    number += 1;
                    Sentence { number, text: line.trim_start_matches(['#', ' ']).to_owned() }
                })
                .collect(),
        })
        .collect();
    SummaryInput { title: title.into(), sections, language: Language::of(text) }
}

const KOREAN: &str = "# 형태소 분석기란

형태소 분석기는 문장을 형태소로 나누는 프로그램이다.
한국어 검색의 품질은 형태소 분석기가 정한다.
오늘 점심은 김치찌개였다.

# 사전 읽기

코드 예제.

사전을 메모리에 매핑하면 서버가 바로 시작된다.
형태소 분석기는 사전의 단어로 격자를 만들고 가장 싼 경로를 찾는다.
다음과 같이 실행한다:

# 결과

검색 결과는 띄어쓰기가 틀린 문장에서도 좋았다.
형태소 분석기 덕분에 조사가 붙은 단어도 검색된다.
읽어 주셔서 감사합니다.";

const ENGLISH: &str = "# Why an index

A search index maps every term to the posts that contain it.
I wrote this on a train.
Without an index each search would read every post.

Code example.

The index is split into segments, and a merge joins small segments.
Each segment of the index is immutable.

# Ranking

BM25 ranks posts by how often a term of the search occurs in them.
Thanks for reading.
Rare terms weigh more when the index ranks posts.";

#[tokio::test]
async fn three_whole_sentences_are_chosen_one_of_each_third_in_order() {
    let summarizer = ExtractiveSummarizer::new(Some(dictionary()));
    let summary = summarizer.summarize(&input("형태소 분석기를 만들며", KOREAN)).await.unwrap();
    assert_eq!(summary.sentences.len(), 3, "{summary:#?}");
    let places: Vec<_> =
        summary.sentences.iter().map(|sentence| KOREAN.find(sentence).unwrap()).collect();
    assert!(places.is_sorted(), "{summary:#?}");
    for sentence in &summary.sentences {
        assert!(KOREAN.lines().any(|line| line == sentence), "{sentence}");
        assert!(!sentence.contains("김치찌개") && !sentence.contains("감사"), "{sentence}");
    }
    assert!(summary.sentences[0].contains("형태소 분석기"), "{summary:#?}");
    assert_eq!(summary.keywords.len(), 3);
    assert!(summary.keywords[..2].contains(&"형태소".to_owned()), "{:?}", summary.keywords);
    assert!(summary.keywords[..2].contains(&"분석기".to_owned()), "{:?}", summary.keywords);
}

#[tokio::test]
async fn english_needs_no_dictionary() {
    let summarizer = ExtractiveSummarizer::new(None);
    let summary = summarizer.summarize(&input("How a search index works", ENGLISH)).await.unwrap();
    assert_eq!(summary.sentences.len(), 3, "{summary:#?}");
    assert!(summary.sentences.iter().all(|sentence| ENGLISH.lines().any(|line| line == sentence)));
    assert!(summary.sentences.iter().all(|sentence| !sentence.contains("train")), "{summary:#?}");
    assert_eq!(summary.keywords[0], "index");
    assert!(!summary.keywords.contains(&"the".to_owned()));
}

#[tokio::test]
async fn headings_and_code_are_never_chosen() {
    let text = "# 형태소 형태소 분석기 색인\n\n코드 예제.\n\n짧다.\n\nCode example.";
    let summarizer = ExtractiveSummarizer::new(Some(dictionary()));
    let summary = summarizer.summarize(&input("형태소 분석기", text)).await.unwrap();
    assert_eq!(summary.sentences, ["짧다."]);
}

#[tokio::test]
async fn a_text_without_sentences_is_rejected() {
    let summarizer = ExtractiveSummarizer::new(Some(dictionary()));
    for text in ["", "# 제목뿐", "코드 예제.", "…"] {
        let outcome = summarizer.summarize(&input("제목", text)).await;
        assert!(matches!(outcome, Err(PortError::Rejected(_))), "{text}: {outcome:?}");
    }
}

#[tokio::test]
async fn korean_without_a_dictionary_says_what_to_install() {
    let error =
        ExtractiveSummarizer::new(None).summarize(&input("제목", KOREAN)).await.unwrap_err();
    assert!(matches!(error, PortError::Denied(_)), "{error}");
    assert!(error.to_string().contains("cargo xtask setup"), "{error}");
}

#[tokio::test]
async fn the_same_thing_is_not_said_twice() {
    let same = "트랜잭션은 모든 쓰기를 한꺼번에 반영하거나 전부 취소한다.";
    let text = [
        same,
        "격리 수준이 낮으면 다른 쓰기가 중간에 보인다.",
        same,
        "잠금은 순서를 지켜야 교착 상태가 생기지 않는다.",
        same,
        "긴 트랜잭션은 다른 트랜잭션의 쓰기를 기다리게 한다.",
    ];
    let summarizer = ExtractiveSummarizer::new(Some(dictionary()));
    let summary = summarizer.summarize(&input("트랜잭션", &text.join("\n"))).await.unwrap();
    let n_same = summary.sentences.iter().filter(|sentence| *sentence == same).count();
    assert!(n_same <= 1, "{summary:#?}");
}

#[tokio::test]
async fn a_very_long_text_is_summed_up_in_bounded_time_and_always_alike() {
    let text: Vec<String> = (0..4_000)
        .map(|n| format!("서버 {n}번은 요청을 {}개 받아 큐에 넣었다.", n * 7 % 13))
        .collect();
    let input = input("서버와 큐", &text.join("\n"));
    let summarizer = ExtractiveSummarizer::new(Some(dictionary()));
    let first = summarizer.summarize(&input).await.unwrap();
    assert_eq!(first.sentences.len(), 3);
    assert_eq!(first, summarizer.summarize(&input).await.unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_gives_up_to_three_of_its_sentences(
        lines in prop::collection::vec("([가-힣]{1,5}|[a-z]{1,8}|\\PC{0,3}| ){0,12}", 0..12),
    ) {
        let dictionary = dictionary();
        for language in [Language::Korean, Language::English] {
            let input = SummaryInput { language, ..input("제목 title", &lines.join("\n")) };
            let words = ExtractiveSummarizer::new(Some(dictionary.clone())).words(language).unwrap();
            if let Ok(summary) = summarize(&words, &input) {
                prop_assert!((1..=3).contains(&summary.sentences.len()));
                prop_assert!(summary.keywords.len() <= 3);
                for sentence in &summary.sentences {
                    let there = input.sections.iter().flat_map(|section| &section.sentences);
                    prop_assert!(there.into_iter().any(|s| s.text.trim() == sentence));
                }
            }
        }
    }
}
