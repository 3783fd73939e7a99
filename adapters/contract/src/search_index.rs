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
            parts_of_one_compound_are_one_mark,
            a_wrong_letter_is_forgiven_in_korean,
            a_wrong_letter_is_forgiven_in_english,
            what_is_found_as_it_was_asked_brings_nothing_similar,
            short_words_and_other_words_are_not_forgiven,
            the_last_word_is_completed_while_it_is_typed,
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
    let query = SearchQuery { text: text.to_owned(), offset: 0, limit: 50, as_you_type: false };
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
        let query = SearchQuery { text: "alpha".to_owned(), offset, limit: 10, as_you_type: false };
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
        for as_you_type in [false, true] {
            let query = SearchQuery { text: text.to_owned(), offset: 0, limit: 10, as_you_type };
            index.search(&query).await.unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
        }
    }
    assert_eq!(ask(&*index, " ").await.hits, []);
}

/// However an index takes compounds apart.
pub async fn parts_of_one_compound_are_one_mark(place: impl TestSearchIndex) {
    let index = place.index();
    let document = document(1, "형태소분석기를 만들며", "웹어셈블리와 데이터베이스");
    put_all(&*index, &[document]).await;
    soon(&*index, "형태소 분석기", &[1]).await;
    assert_eq!(marked(&ask(&*index, "형태소 분석기").await.hits[0].title), ["형태소분석기"]);
    assert_eq!(marked(&ask(&*index, "웹 어셈블리").await.hits[0].excerpt), ["웹어셈블리"]);
}

/// By its letters, for a syllable is several of them: a final consonant, a vowel that sounds alike.
pub async fn a_wrong_letter_is_forgiven_in_korean(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(
        &*index,
        &[
            document(1, "형태소 분석기를 만들며", "사전을 읽고 문장을 나누었다."),
            document(2, "격리 수준", "트랜잭션이 서로 보이지 않게 한다."),
        ],
    )
    .await;
    soon(&*index, "분석기", &[1]).await;
    for typed in ["형태소 뷴석기", "형테소 분석기", "형태소 분석끼를", "형태소뷴석기", "뷴석기에서"]
    {
        let hits = ask(&*index, typed).await;
        assert_eq!(hits.hits.iter().map(|hit| &hit.post).collect::<Vec<_>>(), [&id(1)], "{typed}");
        assert!(hits.similar, "{typed}");
        assert!(marked(&hits.hits[0].title).concat().ends_with("분석기"), "{typed}: {hits:?}");
    }
    soon(&*index, "트렌젝션", &[2]).await;
}

/// Letters that are wrong, missing, doubled or in each other's place.
pub async fn a_wrong_letter_is_forgiven_in_english(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(
        &*index,
        &[document(1, "Kubernetes in practice", "alpha"), document(2, "Postgres", "alpha")],
    )
    .await;
    soon(&*index, "alpha", &[1, 2]).await;
    for typed in ["kuberntes", "kuberentes", "Kubbernetes practice", "Kubrenetes에서"] {
        soon(&*index, typed, &[1]).await;
        let hits = ask(&*index, typed).await;
        assert!(hits.similar, "{typed}");
        assert_eq!(marked(&hits.hits[0].title)[0], "Kubernetes");
    }
    soon(&*index, "posgres", &[2]).await;
}

/// Forgiving beside what is right would bury it.
pub async fn what_is_found_as_it_was_asked_brings_nothing_similar(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(
        &*index,
        &[
            document(1, "Sharding", "alpha"),
            document(2, "Sharing", "alpha"),
            document(3, "캐시", ""),
        ],
    )
    .await;
    soon(&*index, "sharing", &[2]).await;
    soon(&*index, "sharding", &[1]).await;
    soon(&*index, "캐시", &[3]).await;
    for typed in ["sharing", "캐시"] {
        assert!(!ask(&*index, typed).await.similar, "{typed}");
    }
}

/// A letter makes another word of them.
pub async fn short_words_and_other_words_are_not_forgiven(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(&*index, &[document(1, "A car", "곰 네트워크 2026"), document(2, "B", "witness")])
        .await;
    soon(&*index, "witness", &[2]).await;
    for typed in ["cat", "솜", "네티즌", "2025", "witless car", "zzzzzzz"] {
        let hits = ask(&*index, typed).await;
        assert_eq!((hits.hits.len(), hits.similar), (0, false), "{typed}: {hits:?}");
    }
}

/// From the first letters, in Korean also from half a syllable.
pub async fn the_last_word_is_completed_while_it_is_typed(place: impl TestSearchIndex) {
    let index = place.index();
    put_all(
        &*index,
        &[
            document(1, "형태소 분석기를 만들며", "사전을 읽는다."),
            document(2, "GraphQL subscriptions", "Frames and topics."),
            document(3, "분석", "그래프를 그린다."),
        ],
    )
    .await;
    soon(&*index, "사전", &[1]).await;
    let typing = async |text: &str| {
        let query = SearchQuery { text: text.to_owned(), offset: 0, limit: 50, as_you_type: true };
        let hits = index.search(&query).await.unwrap();
        assert!(!hits.similar, "{text}");
        let mut posts: Vec<PostId> = hits.hits.into_iter().map(|hit| hit.post).collect();
        posts.sort();
        posts
    };
    for text in ["형", "형태", "형탯", "형태소 분", "형태소 분석"] {
        assert_eq!(typing(text).await, [id(1)], "{text}");
    }
    for text in ["grap", "GraphQL sub", "top"] {
        assert_eq!(typing(text).await, [id(2)], "{text}");
    }
    // The whole word is found too, and comes first.
    assert_eq!(typing("분석").await, [id(1), id(3)]);
    assert_eq!(typing("그랲").await, [id(3)]);
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
