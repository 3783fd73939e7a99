//! The index is made once, however many make it, and made anew while it answers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod node;

use aws_search::OpenSearchIndex;
use domain::PostId;
use domain::ports::{PortError, SearchDocument, SearchIndex, SearchQuery};
use domain::text::Language;
use domain::{Timestamp, ports::SearchHits};

use crate::node::{config, fresh_name};

fn id(number: u128) -> PostId {
    PostId::from_bits(number)
}

fn document(number: u128, version: u64, title: &str) -> SearchDocument {
    SearchDocument {
        post: id(number),
        version,
        title: title.to_owned(),
        body: "본문".to_owned(),
        tags: Vec::new(),
        author: "Jiwon".to_owned(),
        language: Language::of(title),
        published_at: Timestamp(0),
    }
}

async fn ask(index: &OpenSearchIndex, text: &str) -> SearchHits {
    let query = SearchQuery { text: text.to_owned(), offset: 0, limit: 50, as_you_type: false };
    index.search(&query).await.unwrap()
}

async fn found(index: &OpenSearchIndex, text: &str) -> Vec<PostId> {
    let mut posts: Vec<PostId> =
        ask(index, text).await.hits.into_iter().map(|hit| hit.post).collect();
    posts.sort();
    posts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_index_is_made_however_many_functions_begin_at_once() {
    let name = fresh_name();
    let mut functions = tokio::task::JoinSet::new();
    for _ in 0..8 {
        functions.spawn(OpenSearchIndex::open(config(&name)));
    }
    let mut generations = Vec::new();
    while let Some(index) = functions.join_next().await {
        generations.push(index.unwrap().unwrap().generation());
    }
    generations.dedup();
    assert_eq!(generations.len(), 1, "{generations:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_found_when_its_call_returned() {
    let index = OpenSearchIndex::open(config(&fresh_name())).await.unwrap();
    for version in 1..=3 {
        let title = format!("판 번호{version}");
        index.put(&document(1, version, &title)).await.unwrap();
        let hits = ask(&index, "본문").await;
        let shown: String = hits.hits[0].title.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(shown, title);
    }
    index.remove(&id(1), 4).await.unwrap();
    assert_eq!(ask(&index, "본문").await.total, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_index_answers_until_the_new_one_is_filled_and_no_change_is_missed() {
    let index = OpenSearchIndex::open(config(&fresh_name())).await.unwrap();
    let before = index.generation();
    assert!(!index.outdated());
    for (number, title) in [(1, "alpha one"), (2, "alpha two"), (3, "alpha three")] {
        index.put(&document(number, 1, title)).await.unwrap();
    }

    index.begin_rebuild().await.unwrap();
    index.begin_rebuild().await.unwrap();
    assert_eq!(found(&index, "alpha").await, [id(1), id(2), id(3)]);
    // While it is filled from a page that was read before, a post is changed, and one is hidden.
    let page = [document(1, 1, "alpha one"), document(2, 1, "alpha two")];
    index.put(&document(1, 2, "omega one")).await.unwrap();
    index.remove(&id(2), 2).await.unwrap();
    index.fill(&page).await.unwrap();
    assert_eq!(found(&index, "alpha").await, [id(3)]);
    assert_eq!(index.generation(), before);

    index.finish_rebuild().await.unwrap();
    assert_ne!(index.generation(), before);
    assert_eq!(found(&index, "alpha").await, [], "what was not filled in is gone");
    assert_eq!(found(&index, "omega").await, [id(1)]);
    index.put(&document(3, 1, "alpha three")).await.unwrap();
    assert_eq!(found(&index, "alpha").await, [id(3)]);
    index.put(&document(2, 1, "alpha two")).await.unwrap();
    assert_eq!(found(&index, "alpha").await, [id(3)], "a late change was brought back");
    let refused = index.finish_rebuild().await.unwrap_err();
    assert!(matches!(refused, PortError::Rejected(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_function_learns_of_the_new_index_by_its_next_change() {
    let name = fresh_name();
    let index = OpenSearchIndex::open(config(&name)).await.unwrap();
    let other = OpenSearchIndex::open(config(&name)).await.unwrap();
    let before = other.generation();
    index.begin_rebuild().await.unwrap();
    index.fill(&[document(1, 1, "alpha")]).await.unwrap();
    index.finish_rebuild().await.unwrap();
    assert_eq!(found(&other, "alpha").await, [id(1)]);
    other.put(&document(2, 1, "alpha")).await.unwrap();
    assert_ne!(other.generation(), before);
    assert_eq!(other.generation(), index.generation());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_can_be_given_up() {
    let index = OpenSearchIndex::open(config(&fresh_name())).await.unwrap();
    let before = index.generation();
    index.begin_rebuild().await.unwrap();
    index.abandon_rebuild().await.unwrap();
    index.abandon_rebuild().await.unwrap();
    let refused = index.fill(&[document(1, 1, "alpha")]).await.unwrap_err();
    assert!(matches!(refused, PortError::Rejected(_)), "{refused}");
    index.put(&document(1, 1, "alpha")).await.unwrap();
    assert_eq!(found(&index, "alpha").await, [id(1)]);
    assert_eq!(index.generation(), before);
}
