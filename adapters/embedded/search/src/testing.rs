//! An index of its own for each test, over the installed dictionary.

use std::env;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use domain::ports::{SearchDocument, SearchHits, SearchIndex, SearchQuery, TextPiece};
use domain::text::Language;
use domain::{PostId, Timestamp};
use korean::Dictionary;
use tempfile::TempDir;

use crate::TantivyIndex;

/// Where tests look: `DEEPDIVE_DICTIONARY`, else where setup installs it.
pub(crate) fn dictionary() -> Arc<Dictionary> {
    static DICTIONARY: OnceLock<Arc<Dictionary>> = OnceLock::new();
    let folder = || {
        if let Some(folder) = env::var_os("DEEPDIVE_DICTIONARY") {
            return PathBuf::from(folder);
        }
        let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from).unwrap_or_else(|| {
            PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".local/share")
        });
        data.join("deepdive/mecab-ko-dic")
    };
    DICTIONARY
        .get_or_init(|| match Dictionary::open(&folder()) {
            Ok(dictionary) => Arc::new(dictionary),
            Err(error) => panic!(
                "this test needs the Korean dictionary; `cargo xtask setup` installs it: {error}"
            ),
        })
        .clone()
}

pub(crate) struct TestIndex {
    pub(crate) folder: TempDir,
    pub(crate) index: TantivyIndex,
}

impl TestIndex {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let index = TantivyIndex::open(folder.path(), Some(dictionary())).unwrap();
        Self { folder, index }
    }

    /// Closes the index and opens its folder again.
    pub(crate) fn reopen(self, dictionary: Option<Arc<Dictionary>>) -> Self {
        let Self { folder, index } = self;
        drop(index);
        let index = TantivyIndex::open(folder.path(), dictionary).unwrap();
        Self { folder, index }
    }

    pub(crate) async fn put(&self, post: u128, version: u64, title: &str, body: &str) {
        self.index.put(&document(post, version, title, body)).await.unwrap();
    }

    pub(crate) async fn search(&self, text: &str) -> SearchHits {
        self.index.search(&query(text)).await.unwrap()
    }

    /// The posts that answer, best first.
    pub(crate) async fn posts(&self, text: &str) -> Vec<PostId> {
        self.search(text).await.hits.into_iter().map(|hit| hit.post).collect()
    }
}

pub(crate) fn document(post: u128, version: u64, title: &str, body: &str) -> SearchDocument {
    SearchDocument {
        post: PostId::from_bits(post),
        version,
        title: title.into(),
        body: body.into(),
        tags: vec![],
        author: "홍길동".into(),
        language: Language::of(body),
        published_at: Timestamp(0),
    }
}

pub(crate) fn query(text: &str) -> SearchQuery {
    SearchQuery { text: text.into(), offset: 0, limit: 20, as_you_type: false }
}

/// Pieces as text, matches in brackets.
pub(crate) fn show(pieces: &[TextPiece]) -> String {
    pieces
        .iter()
        .map(|piece| if piece.matched { format!("[{}]", piece.text) } else { piece.text.clone() })
        .collect()
}
