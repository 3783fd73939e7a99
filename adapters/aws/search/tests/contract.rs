//! The index keeps the contract of its port on a real node, and finds what people look for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod node;

use std::sync::Arc;

use async_trait::async_trait;
use aws_search::OpenSearchIndex;
use contract::search_index::TestSearchIndex;
use contract::search_quality;
use domain::ports::SearchIndex;

use crate::node::{config, fresh_name};

struct OnNode {
    name: String,
    index: Arc<OpenSearchIndex>,
}

#[async_trait]
impl TestSearchIndex for OnNode {
    async fn fresh() -> Option<Self> {
        let name = fresh_name();
        let index = Arc::new(OpenSearchIndex::open(config(&name)).await.unwrap());
        Some(Self { name, index })
    }

    fn index(&self) -> Arc<dyn SearchIndex> {
        self.index.clone()
    }

    async fn reopened(self) -> Self {
        let index = Arc::new(OpenSearchIndex::open(config(&self.name)).await.unwrap());
        Self { index, ..self }
    }
}

contract::search_index_contract!(OnNode);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_find_what_they_look_for() {
    let place = OnNode::fresh().await.unwrap();
    let quality = search_quality::measure(&*place.index()).await.unwrap();
    eprintln!("{quality}");
    quality.check(&[
        ("all", 0.95, 0.95, 0.95),
        ("typos Korean", 0.9, 0.85, 0.9),
        ("typos English", 0.9, 0.85, 0.9),
        ("nothing to find", 1.0, 1.0, 1.0),
    ]);
}
