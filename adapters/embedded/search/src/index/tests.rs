use std::fs;

use proptest::prelude::*;

use super::*;
use crate::testing::{TestIndex, dictionary, document, query, show};

fn id(post: u128) -> PostId {
    PostId::from_bits(post)
}

#[tokio::test]
async fn korean_is_found_whatever_its_particles_and_endings() {
    let index = TestIndex::new();
    index.put(1, 1, "형태소 분석기를 만들며", "러스트로 사전을 읽고 문장을 나누었다.").await;
    index.put(2, 1, "로그", "어제는 하루 종일 로그를 검색했습니다.").await;
    assert_eq!(index.posts("형태소 분석기").await, [id(1)]);
    assert_eq!(index.posts("형태소분석기").await, [id(1)]);
    assert_eq!(index.posts("검색하다").await, [id(2)]);
    assert_eq!(index.posts("검색을 하는").await, [id(2)]);
    assert_eq!(index.posts("나누다").await, [id(1)]);
}

#[tokio::test]
async fn english_is_found_by_stems_without_regard_to_case() {
    let index = TestIndex::new();
    index.put(1, 1, "Indexing posts", "We indexed every post with Tantivy.").await;
    index.put(2, 1, "C++ notes", "Nothing about search here.").await;
    assert_eq!(index.posts("how to index a POST").await, [id(1)]);
    assert_eq!(index.posts("tantivy").await, [id(1)]);
    assert_eq!(index.posts("c++").await, [id(2)]);
}

#[tokio::test]
async fn what_matched_is_marked_in_title_and_excerpt() {
    let index = TestIndex::new();
    index
        .put(
            1,
            1,
            "형태소 분석기를 만들며",
            "처음에는 막막했다. 결국 형태소분석기가 문장을 나눴다.",
        )
        .await;
    let hits = index.search("형태소 분석기").await;
    assert_eq!(hits.total, 1);
    assert_eq!(show(&hits.hits[0].title), "[형태소] [분석기]를 만들며");
    assert_eq!(
        show(&hits.hits[0].excerpt),
        "처음에는 막막했다. 결국 [형태소분석기]가 문장을 나눴다."
    );
}

#[tokio::test]
async fn titles_weigh_more_than_bodies_and_tags_and_authors_count() {
    let index = TestIndex::new();
    index.put(1, 1, "오늘의 일", "트랜잭션 이야기를 조금 했다.").await;
    index.put(2, 1, "트랜잭션", "격리 수준을 살펴본다.").await;
    let mut tagged = document(3, 1, "무제", "내용");
    tagged.tags = vec!["데이터베이스".into(), "Rust".into()];
    tagged.author = "김철수".into();
    index.index.put(&tagged).await.unwrap();
    assert_eq!(index.posts("트랜잭션").await, [id(2), id(1)]);
    assert_eq!(index.posts("데이터베이스").await, [id(3)]);
    assert_eq!(index.posts("김철수 rust").await, [id(3)]);
}

#[tokio::test]
async fn half_a_word_is_found_by_its_letters_when_words_find_nothing() {
    let index = TestIndex::new();
    index.put(1, 1, "웹어셈블리 입문", "브라우저에서 실행되는 바이너리 형식이다.").await;
    let hits = index.search("웹어셈").await;
    assert_eq!(hits.hits[0].post, id(1));
    assert_eq!(show(&hits.hits[0].title), "[웹어셈]블리 입문");
    assert!(index.posts("웹소").await.is_empty());
}

#[tokio::test]
async fn a_change_is_found_when_its_call_returned() {
    let index = TestIndex::new();
    for version in 1..=5 {
        let title = format!("판 번호{version}");
        index.put(1, version, &title, "본문").await;
        assert_eq!(show(&index.search("본문").await.hits[0].title), title);
    }
    index.index.remove(&id(1), 6).await.unwrap();
    assert!(index.posts("본문").await.is_empty());
}

#[tokio::test]
async fn a_late_change_of_a_lower_version_changes_nothing() {
    let index = TestIndex::new();
    index.put(1, 3, "새 제목", "새 본문").await;
    index.put(1, 2, "옛 제목", "옛 본문").await;
    index.index.remove(&id(1), 2).await.unwrap();
    assert_eq!(show(&index.search("본문").await.hits[0].title), "새 제목");
    index.index.remove(&id(1), 4).await.unwrap();
    index.put(1, 3, "새 제목", "새 본문").await;
    assert!(index.posts("본문").await.is_empty());
    // The tombstone outlives a restart.
    let index = index.reopen(Some(dictionary()));
    index.put(1, 3, "새 제목", "새 본문").await;
    assert!(index.posts("본문").await.is_empty());
    index.put(1, 5, "다시", "본문").await;
    assert_eq!(index.search("본문").await.total, 1);
}

#[tokio::test]
async fn changes_that_race_end_with_the_highest_version() {
    let index = Arc::new(TestIndex::new().reopen(Some(dictionary())));
    let mut tasks = tokio::task::JoinSet::new();
    for version in (1..=40).rev() {
        let index = index.clone();
        tasks.spawn(async move { index.put(7, version, &format!("판 {version}"), "본문").await });
    }
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    let hits = index.search("본문").await;
    assert_eq!(hits.total, 1);
    assert_eq!(show(&hits.hits[0].title), "판 40");
}

#[tokio::test]
async fn pages_hold_each_post_once_and_know_how_many_there_are() {
    let index = TestIndex::new();
    for post in 0..25 {
        index.put(post, 1, "같은 제목", "같은 본문").await;
    }
    let mut seen = Vec::new();
    for offset in [0, 10, 20] {
        let page = SearchQuery { text: "제목".into(), offset, limit: 10, as_you_type: false };
        let hits = index.index.search(&page).await.unwrap();
        assert_eq!(hits.total, 25);
        seen.extend(hits.hits.into_iter().map(|hit| hit.post));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 25);
    let far = SearchQuery { text: "제목".into(), offset: u32::MAX, limit: 0, as_you_type: false };
    let hits = index.index.search(&far).await.unwrap();
    assert_eq!((hits.hits.len(), hits.total), (0, 25));
}

#[tokio::test]
async fn a_damaged_index_is_set_aside_and_made_anew() {
    let index = TestIndex::new();
    index.put(1, 1, "제목", "본문").await;
    let before = index.index.generation();
    let index = index.reopen(Some(dictionary()));
    assert_eq!(index.index.generation(), before, "an undamaged index is kept");
    assert_eq!(index.posts("본문").await, [id(1)]);

    let TestIndex { folder, index } = index;
    drop(index);
    for entry in fs::read_dir(folder.path().join("index")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let half = fs::metadata(&path).unwrap().len() / 2;
            fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(half).unwrap();
        }
    }
    let index = TantivyIndex::open(folder.path(), Some(dictionary())).unwrap();
    assert_ne!(index.generation(), before);
    assert_eq!(index.search(&query("본문")).await.unwrap().total, 0);
    assert!(folder.path().join("set-aside").exists());
    index.put(&document(1, 1, "제목", "본문")).await.unwrap();
    assert_eq!(index.search(&query("본문")).await.unwrap().total, 1);
}

#[tokio::test]
async fn an_index_of_another_analysis_is_made_anew() {
    let index = TestIndex::new();
    let before = index.index.generation();
    let TestIndex { folder, index } = index;
    drop(index);
    fs::write(folder.path().join("generation"), "f2-anotherdictionary-0").unwrap();
    let index = TantivyIndex::open(folder.path(), Some(dictionary())).unwrap();
    assert!(index.generation() != before && index.generation() != "f2-anotherdictionary-0");
}

#[tokio::test]
async fn without_a_dictionary_calls_say_what_to_install_and_removal_still_works() {
    let index = TestIndex::new();
    index.put(1, 1, "제목", "본문").await;
    index.put(2, 1, "제목", "본문").await;
    let generation = index.index.generation();
    let index = index.reopen(None);
    assert_eq!(index.index.generation(), generation);
    let put = index.index.put(&document(3, 1, "제목", "본문")).await.unwrap_err();
    let search = index.index.search(&query("제목")).await.unwrap_err();
    for error in [put, search] {
        assert!(matches!(error, PortError::Denied(_)), "{error}");
        assert!(error.to_string().contains("cargo xtask setup"), "{error}");
    }
    index.index.remove(&id(1), 2).await.unwrap();
    let index = index.reopen(Some(dictionary()));
    assert_eq!(index.index.generation(), generation);
    assert_eq!(index.posts("본문").await, [id(2)]);
}

#[tokio::test]
async fn an_index_in_use_is_left_alone() {
    let index = TestIndex::new();
    index.put(1, 1, "제목", "본문").await;
    let second = TantivyIndex::open(index.folder.path(), Some(dictionary()));
    assert!(second.is_err());
    assert_eq!(index.posts("본문").await, [id(1)]);
}

#[tokio::test]
async fn no_query_text_is_an_error() {
    let index = TestIndex::new();
    index.put(1, 1, "제목", "본문 AND text").await;
    let long = "가나다 ".repeat(500);
    for text in [
        "",
        " ",
        "\"",
        "AND",
        "OR NOT",
        "title:",
        "(((",
        "*",
        "~1",
        "a^b",
        "\\",
        "/x/",
        "[a TO b]",
        "🦀",
        "\u{0}",
        "ㅋㅋ",
        "은",
        "그리고",
        "+-!",
        &long,
    ] {
        let answer = index.index.search(&query(text)).await;
        assert!(answer.is_ok(), "{text}: {answer:?}");
    }
    assert_eq!(index.posts("and").await, [id(1)]);
}

#[test]
fn any_query_on_any_text_answers_with_the_text_itself() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let index = TestIndex::new();
    let version = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(48));
    let texts = "([가-힣]{1,4}|\\PC{0,4}|[a-zA-Z0-9+#'.]{1,6}|[ \\n]){0,40}";
    let outcome = runner.run(&(texts, "\\PC{0,12}"), |(body, asked)| {
        version.set(version.get() + 1);
        runtime.block_on(async {
            index.put(1, version.get(), &asked, &body).await;
            let own: String = body.chars().take(20).collect();
            for text in [asked.clone(), own] {
                for hit in index.search(&text).await.hits {
                    let title: String = hit.title.iter().map(|piece| piece.text.as_str()).collect();
                    let folded = asked.split_whitespace().collect::<Vec<_>>().join(" ");
                    prop_assert_eq!(title, folded);
                    prop_assert!(hit.excerpt.iter().all(|piece| !piece.text.is_empty()));
                }
            }
            Ok(())
        })
    });
    outcome.unwrap();
}
