//! What every `SearchIndex` promises.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::ports::{SearchDocument, SearchHits, SearchIndex, SearchQuery, TextPiece};
use domain::text::Language;
use domain::{PostId, Timestamp};

/// How a clause gets at an adapter's index.
#[async_trait]
pub trait TestSearchIndex: Send + Sized {
    /// Makes an empty index that nobody else uses; none, with a word on standard error, where
    /// something that it needs is not installed.
    async fn fresh() -> Option<Self>;

    /// The index.
    fn index(&self) -> Arc<dyn SearchIndex>;

    /// Lets go of the index and opens it again.
    async fn reopened(self) -> Self;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestSearchIndex`](crate::search_index::TestSearchIndex).
#[macro_export]
macro_rules! search_index_contract {
    ($adapter:ty) => {
        $crate::search_index_contract!($adapter:
            a_korean_noun_is_found_whatever_particle_follows_it,
            a_korean_verb_is_found_in_other_forms,
            a_part_of_a_compound_is_found,
            an_english_word_is_found_in_any_case,
            what_has_none_of_the_words_is_not_found,
            a_change_is_found_within_a_second,
            a_removed_post_is_not_found_within_a_second,
            a_late_put_of_a_lower_version_changes_nothing,
            a_late_put_does_not_bring_a_removed_post_back,
            a_removed_post_is_found_again_when_it_is_put_anew,
            tags_and_authors_are_found,
            a_match_in_the_title_comes_before_one_in_the_body,
            the_title_comes_back_whole_with_its_matches_marked,
            an_excerpt_is_of_the_body_and_shows_the_match,
            hits_are_paged_without_gap_or_double,
            no_query_text_is_an_error,
            an_index_keeps_its_posts_and_its_generation_when_it_is_opened_again,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $clause() {
            let place = <$adapter as $crate::search_index::TestSearchIndex>::fresh().await;
            if let Some(place) = place {
                $crate::search_index::$clause(place).await;
            }
        })+
    };
}

fn id(number: u128) -> PostId {
    PostId::from_bits(number)
}

fn document(number: u128, title: &str, body: &str) -> SearchDocument {
    SearchDocument {
        post: id(number),
        version: 1,
        title: title.to_owned(),
        body: body.to_owned(),
        tags: Vec::new(),
        author: "Jiwon".to_owned(),
        language: Language::of(body),
        published_at: Timestamp(1_795_435_200_000),
    }
}

async fn ask(index: &dyn SearchIndex, text: &str) -> SearchHits {
    let query = SearchQuery { text: text.to_owned(), offset: 0, limit: 50 };
    index.search(&query).await.unwrap()
}

async fn found(index: &dyn SearchIndex, text: &str) -> Vec<PostId> {
    let mut posts: Vec<PostId> =
        ask(index, text).await.hits.into_iter().map(|hit| hit.post).collect();
    posts.sort();
    posts
}

/// Asks until it is so, for the second that an index has, and a margin for a busy machine.
async fn soon(index: &dyn SearchIndex, text: &str, expected: &[u128]) {
    let expected: Vec<PostId> = expected.iter().map(|number| id(*number)).collect();
    let deadline = Instant::now() + Duration::from_secs(10);
    while found(index, text).await != expected {
        assert!(
            Instant::now() < deadline,
            "{text:?} finds {:?}, not {expected:?}",
            found(index, text).await
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn put_all(index: &dyn SearchIndex, documents: &[SearchDocument]) {
    for document in documents {
        index.put(document).await.unwrap();
    }
}

fn marked(pieces: &[TextPiece]) -> Vec<&str> {
    pieces.iter().filter(|piece| piece.matched).map(|piece| piece.text.as_str()).collect()
}

fn joined(pieces: &[TextPiece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// "형태소 분석기" finds "형태소 분석기를".
pub async fn a_korean_noun_is_found_whatever_particle_follows_it(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(
        &*index,
        &[
            document(1, "첫 글", "오늘은 형태소 분석기를 러스트로 만들어 보았다."),
            document(2, "둘째 글", "오늘은 데이터베이스의 색인을 다룬다."),
        ],
    )
    .await;
    soon(&*index, "형태소 분석기", &[1]).await;
    soon(&*index, "색인", &[2]).await;
    soon(&*index, "데이터베이스", &[2]).await;
}

/// "검색하다" finds "검색했습니다".
pub async fn a_korean_verb_is_found_in_other_forms(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(
        &*index,
        &[
            document(1, "첫 글", "문서를 빠르게 검색했습니다."),
            document(2, "둘째 글", "서버를 새로 배포했습니다."),
        ],
    )
    .await;
    soon(&*index, "검색하다", &[1]).await;
    soon(&*index, "배포", &[2]).await;
}

/// "분석" and "분석기" in "형태소분석기".
pub async fn a_part_of_a_compound_is_found(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "글", "형태소분석기의 성능을 재었다.")]).await;
    soon(&*index, "형태소", &[1]).await;
    soon(&*index, "성능", &[1]).await;
}

/// Latin words in Korean text too.
pub async fn an_english_word_is_found_in_any_case(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(
        &*index,
        &[
            document(1, "On ownership", "Rust moves values."),
            document(2, "글", "이 글은 GraphQL 구독을 설명한다."),
        ],
    )
    .await;
    soon(&*index, "OWNERSHIP", &[1]).await;
    soon(&*index, "graphql", &[2]).await;
}

/// Nothing is found by chance.
pub async fn what_has_none_of_the_words_is_not_found(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "On ownership", "Rust moves values.")]).await;
    soon(&*index, "ownership", &[1]).await;
    for text in ["kubernetes", "쿠버네티스"] {
        let hits = ask(&*index, text).await;
        assert_eq!((hits.hits.len(), hits.total), (0, 0), "{text}");
    }
}

/// The new words find it, the old ones do not.
pub async fn a_change_is_found_within_a_second(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "Before", "alpha")]).await;
    soon(&*index, "alpha", &[1]).await;
    let changed = SearchDocument { version: 2, ..document(1, "After", "omega") };
    index.put(&changed).await.unwrap();
    soon(&*index, "omega", &[1]).await;
    soon(&*index, "alpha", &[]).await;
}

/// What is hidden must not be found.
pub async fn a_removed_post_is_not_found_within_a_second(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "A", "alpha"), document(2, "B", "alpha")]).await;
    soon(&*index, "alpha", &[1, 2]).await;
    index.remove(&id(1), 2).await.unwrap();
    soon(&*index, "alpha", &[2]).await;
    // What was never there may be removed.
    index.remove(&id(9), 1).await.unwrap();
}

/// Jobs may come in any order.
pub async fn a_late_put_of_a_lower_version_changes_nothing(place: impl TestSearchIndex) {
    let index = place.index();
    let newer = SearchDocument { version: 5, ..document(1, "New", "omega") };
    index.put(&newer).await.unwrap();
    // A late one is either refused or answered as done; what counts is what is found.
    let _ = index.put(&SearchDocument { version: 4, ..document(1, "Old", "alpha") }).await;
    put_all(&*index, &[document(2, "Witness", "witness")]).await;
    soon(&*index, "witness", &[2]).await;
    soon(&*index, "omega", &[1]).await;
    soon(&*index, "alpha", &[]).await;
}

/// Nor may a slow job show what was hidden since.
pub async fn a_late_put_does_not_bring_a_removed_post_back(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "A", "alpha")]).await;
    index.remove(&id(1), 3).await.unwrap();
    let _ = index.put(&SearchDocument { version: 2, ..document(1, "A", "alpha") }).await;
    put_all(&*index, &[document(2, "Witness", "witness")]).await;
    soon(&*index, "witness", &[2]).await;
    soon(&*index, "alpha", &[]).await;
}

/// Publishing again is a newer version.
pub async fn a_removed_post_is_found_again_when_it_is_put_anew(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "A", "alpha")]).await;
    index.remove(&id(1), 2).await.unwrap();
    soon(&*index, "alpha", &[]).await;
    index.put(&SearchDocument { version: 3, ..document(1, "A", "alpha") }).await.unwrap();
    soon(&*index, "alpha", &[1]).await;
}

/// Not only what is in the text.
pub async fn tags_and_authors_are_found(place: impl TestSearchIndex) {
    let index = place.index();
    let tags = vec!["WebAssembly".to_owned(), "러스트".to_owned()];
    let tagged =
        SearchDocument { tags, author: "김지원".to_owned(), ..document(1, "A", "alpha") };
    put_all(&*index, &[tagged, document(2, "B", "beta")]).await;
    soon(&*index, "webassembly", &[1]).await;
    soon(&*index, "러스트", &[1]).await;
    soon(&*index, "김지원", &[1]).await;
}

/// Best first.
pub async fn a_match_in_the_title_comes_before_one_in_the_body(place: impl TestSearchIndex) {
    let index = place.index();
    let words = "Values move, references borrow, and the compiler checks all of it.";
    put_all(
        &*index,
        &[
            document(1, "On values", &format!("{words} A word on lifetimes.")),
            document(2, "On lifetimes", words),
        ],
    )
    .await;
    soon(&*index, "lifetimes", &[1, 2]).await;
    let hits = ask(&*index, "lifetimes").await;
    assert_eq!(hits.hits[0].post, id(2), "{hits:?}");
    assert!(hits.hits[0].score >= hits.hits[1].score);
    assert_eq!(hits.total, 2);
}

/// Plain text, as it was put, each match marked once.
pub async fn the_title_comes_back_whole_with_its_matches_marked(place: impl TestSearchIndex) {
    let index = place.index();
    let title = "A <b>Rust</b> & 형태소 분석기 story";
    put_all(&*index, &[document(1, title, "alpha")]).await;
    soon(&*index, "rust", &[1]).await;
    let hits = ask(&*index, "rust").await;
    let pieces = &hits.hits[0].title;
    assert_eq!(joined(pieces), title);
    assert_eq!(marked(pieces), ["Rust"]);
    let merged = pieces.windows(2).all(|pair| pair[0].matched != pair[1].matched);
    assert!(merged, "pieces that belong together: {pieces:?}");
    let hits = ask(&*index, "형태소").await;
    assert_eq!(marked(&hits.hits[0].title), ["형태소"]);
}

/// Some 160 characters around the best match, and plain text.
pub async fn an_excerpt_is_of_the_body_and_shows_the_match(place: impl TestSearchIndex) {
    let index = place.index();
    let around = "Nothing of interest is said here, at some length. ".repeat(20);
    let body = format!("{around}Then <script> the needle appears. {around}");
    put_all(&*index, &[document(1, "A", &body)]).await;
    soon(&*index, "needle", &[1]).await;
    let hits = ask(&*index, "needle").await;
    let excerpt = &hits.hits[0].excerpt;
    assert_eq!(marked(excerpt), ["needle"]);
    let text = joined(excerpt);
    assert!(text.chars().count() <= 240, "{} characters", text.chars().count());
    let inside = text.trim_matches(|c: char| c == '…' || c.is_whitespace());
    assert!(body.contains(inside), "{text:?} is not of the body");
}

/// Offset and limit.
pub async fn hits_are_paged_without_gap_or_double(place: impl TestSearchIndex) {
    let index = place.index();
    let numbers: Vec<u128> = (1..=25).collect();
    for number in &numbers {
        let body = "alpha ".repeat(usize::try_from(*number).unwrap_or(1));
        put_all(&*index, &[document(*number, "A", &body)]).await;
    }
    soon(&*index, "alpha", &numbers).await;
    let mut posts = Vec::new();
    for offset in [0, 10, 20, 30] {
        let query = SearchQuery { text: "alpha".to_owned(), offset, limit: 10 };
        let page = index.search(&query).await.unwrap();
        assert_eq!(page.total, 25);
        assert!(page.hits.len() <= 10);
        assert!(page.hits.is_sorted_by(|a, b| a.score >= b.score));
        posts.extend(page.hits.into_iter().map(|hit| hit.post));
    }
    posts.sort();
    assert_eq!(posts, numbers.into_iter().map(id).collect::<Vec<_>>());
}

/// A reader's text is text, not a language.
pub async fn no_query_text_is_an_error(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "A", "alpha")]).await;
    soon(&*index, "alpha", &[1]).await;
    let long = "가a \u{1f511}".repeat(40);
    for text in [
        "",
        " ",
        "\"",
        "\"alpha",
        "(",
        ")",
        "*",
        "?",
        "alpha AND",
        "OR",
        "NOT",
        "-alpha",
        "+",
        "title:",
        "body:[a TO",
        "a^",
        "~",
        "\\",
        "/",
        "{}",
        "\0",
        "ㄱ",
        "ㅏㅏ",
        "\u{1f511}",
        "'; DROP",
        "<b>",
        &long,
    ] {
        let query = SearchQuery { text: text.to_owned(), offset: 0, limit: 10 };
        index.search(&query).await.unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
    }
    assert_eq!(ask(&*index, " ").await.hits, []);
}

/// Nothing is indexed again for a restart.
pub async fn an_index_keeps_its_posts_and_its_generation_when_it_is_opened_again(
    place: impl TestSearchIndex,
) {
    let index = place.index();
    put_all(&*index, &[document(1, "A", "alpha")]).await;
    soon(&*index, "alpha", &[1]).await;
    let generation = index.generation();
    drop(index);
    let place = place.reopened().await;
    assert_eq!(place.index().generation(), generation);
    soon(&*place.index(), "alpha", &[1]).await;
}
