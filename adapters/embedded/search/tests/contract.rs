//! The index keeps the contract of its port, and finds what people look for.
#![allow(clippy::unwrap_used)]

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use contract::search_index::TestSearchIndex;
use contract::search_quality;
use domain::ports::SearchIndex;
use embedded_search::TantivyIndex;
use korean::Dictionary;
use tempfile::TempDir;

struct Tantivy {
    place: TempDir,
    dictionary: Arc<Dictionary>,
    index: Option<Arc<TantivyIndex>>,
}

/// Where tests look: `DEEPDIVE_DICTIONARY`, else where setup installs it.
fn dictionary() -> Option<Arc<Dictionary>> {
    let folder = env::var_os("DEEPDIVE_DICTIONARY").map(PathBuf::from).unwrap_or_else(|| {
        let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from).unwrap_or_else(|| {
            PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".local/share")
        });
        data.join("deepdive/mecab-ko-dic")
    });
    match Dictionary::open(&folder) {
        Ok(dictionary) => Some(Arc::new(dictionary)),
        Err(error) => {
            eprintln!("skipped: no Korean dictionary: {error}");
            None
        }
    }
}

#[async_trait]
impl TestSearchIndex for Tantivy {
    async fn fresh() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let dictionary = dictionary()?;
        let index = TantivyIndex::open(place.path(), Some(dictionary.clone())).unwrap();
        Some(Self { place, dictionary, index: Some(Arc::new(index)) })
    }

    fn index(&self) -> Arc<dyn SearchIndex> {
        self.index.clone().unwrap()
    }

    async fn reopened(mut self) -> Self {
        self.index = None;
        let index = TantivyIndex::open(self.place.path(), Some(self.dictionary.clone())).unwrap();
        self.index = Some(Arc::new(index));
        self
    }
}

contract::search_index_contract!(Tantivy);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_find_what_they_look_for() {
    let Some(place) = Tantivy::fresh().await else { return };
    let quality = search_quality::measure(&*place.index()).await.unwrap();
    eprintln!("{quality}");
    quality.check(&[
        ("all", 0.95, 0.95, 0.95),
        ("typos Korean", 0.9, 0.85, 0.9),
        ("typos English", 0.9, 0.85, 0.9),
        ("nothing to find", 1.0, 1.0, 1.0),
    ]);
}
