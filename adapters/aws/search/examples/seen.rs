//! How long it takes until a change is found: `DEEPDIVE_OPENSEARCH_URL=... cargo run --example seen`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_search::{OpenSearchConfig, OpenSearchIndex};
use contract::{TestClock, TestIds, search_quality};
use domain::ports::{SearchIndex, SearchQuery};

const ROUNDS: u64 = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::var("DEEPDIVE_OPENSEARCH_URL").expect("DEEPDIVE_OPENSEARCH_URL is not set");
    let index = OpenSearchIndex::open(OpenSearchConfig {
        url,
        index: format!("seen-{}", std::process::id()),
        credentials: None,
        clock: Arc::new(TestClock::default()),
        ids: Arc::new(TestIds::seeded(1)),
    })
    .await
    .unwrap();
    let posts = search_quality::posts();
    let (mut returned, mut found, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut post = posts[round as usize % posts.len()].1.clone();
        post.version = 1 + round;
        post.title = format!("{} round{round}", post.title);
        let start = Instant::now();
        index.put(&post).await.unwrap();
        returned.push(start.elapsed());
        let text = format!("round{round}");
        let query = SearchQuery { text, offset: 0, limit: 10, as_you_type: false };
        while index.search(&query).await.unwrap().total == 0 {}
        found.push(start.elapsed());
    }
    for (_, text, _) in search_quality::queries() {
        let query = SearchQuery { text: text.into(), offset: 0, limit: 20, as_you_type: false };
        let start = Instant::now();
        index.search(&query).await.unwrap();
        asked.push(start.elapsed());
    }
    show("put returned", returned);
    show("put to found", found);
    show("search", asked);
}

fn show(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("{what}: p50 {:?}, p99 {:?}, of {}", at(50), at(99), times.len());
}
