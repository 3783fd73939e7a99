//! What every `Summarizer` promises.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::{PortError, Summarizer, Summary, SummaryInput};
use domain::text::{Language, Section, Sentence};

/// How a clause gets at an adapter.
#[async_trait]
pub trait TestSummarizer: Send + Sized {
    /// Makes one; none, with a word on standard error, where something that it needs is not installed.
    async fn fresh() -> Option<Self>;

    /// The summarizer.
    fn summarizer(&self) -> Arc<dyn Summarizer>;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestSummarizer`](crate::summarizer::TestSummarizer).
#[macro_export]
macro_rules! summarizer_contract {
    ($adapter:ty) => {
        $crate::summarizer_contract!($adapter:
            a_korean_post_becomes_three_korean_lines,
            an_english_post_becomes_three_english_lines,
            a_post_of_few_sentences_has_no_more_lines_than_these,
            a_text_without_sentences_is_rejected,
            a_post_of_any_form_is_summarised,
            the_version_names_something_and_stays,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $clause() {
            let place = <$adapter as $crate::summarizer::TestSummarizer>::fresh().await;
            if let Some(place) = place {
                $crate::summarizer::$clause(place).await;
            }
        })+
    };
}

const KOREAN: [&str; 8] = [
    "러스트로 블로그 엔진을 만들면서 형태소 분석기를 직접 구현했다.",
    "처음에는 기존 라이브러리를 쓰려고 했지만 빌드가 오프라인에서 실패했다.",
    "그래서 사전 파일을 직접 읽는 분석기를 작성하기로 결정했다.",
    "분석기는 비터비 알고리즘으로 가장 비용이 낮은 경로를 찾는다.",
    "사전은 메모리에 올려 두므로 검색 한 번에 몇 마이크로초면 충분하다.",
    "복합어는 나누어 색인해야 부분 검색이 가능하다.",
    "실험 결과 재현율은 구십육 퍼센트를 넘었다.",
    "다음 글에서는 색인 구조와 검색 순위를 다룰 예정이다.",
];

const ENGLISH: [&str; 7] = [
    "We moved our blog engine from many small services to a single binary.",
    "The old deployment needed a queue, a cache and three databases.",
    "Each of them failed at least once during the last year.",
    "The new engine keeps all of its state in one table.",
    "A transaction changes the state and sets the work to do at the same time.",
    "Nothing can be lost between the two, because there is only one write.",
    "Latency fell from two hundred milliseconds to twelve.",
];

fn input(title: &str, sentences: &[&str], language: Language) -> SummaryInput {
    let sections = sentences
        .chunks(2)
        .zip(0..)
        .map(|(pair, section)| Section {
            heading: false,
            sentences: pair
                .iter()
                .zip(section * 2..)
                .map(|(text, number)| Sentence { number, text: (*text).to_owned() })
                .collect(),
        })
        .collect();
    SummaryInput { title: title.to_owned(), sections, language }
}

#[track_caller]
fn check(summary: &Summary, lines: usize, language: Language) {
    assert_eq!(summary.sentences.len(), lines, "{summary:?}");
    assert!(summary.keywords.len() <= 3, "{summary:?}");
    for line in summary.sentences.iter().chain(&summary.keywords) {
        assert!(!line.trim().is_empty() && !line.contains('\n'), "{summary:?}");
    }
    assert_eq!(Language::of(&summary.sentences.join(" ")), language, "{summary:?}");
    let mut distinct = summary.sentences.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), lines, "a line twice: {summary:?}");
}

/// In the language of the post.
pub async fn a_korean_post_becomes_three_korean_lines(place: impl TestSummarizer) {
    let input = input("형태소 분석기 만들기", &KOREAN, Language::Korean);
    check(&place.summarizer().summarize(&input).await.unwrap(), 3, Language::Korean);
}

/// In the language of the post.
pub async fn an_english_post_becomes_three_english_lines(place: impl TestSummarizer) {
    let input = input("One table", &ENGLISH, Language::English);
    check(&place.summarizer().summarize(&input).await.unwrap(), 3, Language::English);
}

/// One sentence has one line.
pub async fn a_post_of_few_sentences_has_no_more_lines_than_these(place: impl TestSummarizer) {
    for count in 1..=3 {
        let input = input("One table", &ENGLISH[..count], Language::English);
        let summary = place.summarizer().summarize(&input).await.unwrap();
        check(&summary, summary.sentences.len().clamp(1, count), Language::English);
    }
}

/// There is nothing to say, and asking again does not help.
pub async fn a_text_without_sentences_is_rejected(place: impl TestSummarizer) {
    let empty = input("A title alone", &[], Language::English);
    let refused = place.summarizer().summarize(&empty).await;
    assert!(matches!(refused, Err(PortError::Rejected(_))), "{refused:?}");
}

/// Equal sentences, one word, emoji, very long: no text is too odd.
pub async fn a_post_of_any_form_is_summarised(place: impl TestSummarizer) {
    let long = "word ".repeat(250);
    let many = vec!["A sentence that is said again and again."; 200];
    for sentences in
        [vec!["Yes."; 5], vec!["\u{1f511}", "!", "1 + 1 = 2", "ㅋㅋㅋ"], vec![&*long], many]
    {
        let odd = input("", &sentences, Language::English);
        let summary = place.summarizer().summarize(&odd).await.unwrap();
        assert!((1..=3).contains(&summary.sentences.len()), "{summary:?}");
    }
}

/// It decides whether to run again.
pub async fn the_version_names_something_and_stays(place: impl TestSummarizer) {
    let version = place.summarizer().version();
    assert!(!version.is_empty());
    assert_eq!(place.summarizer().version(), version);
}
