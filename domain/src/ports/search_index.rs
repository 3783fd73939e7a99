//! The port to the search index.

use crate::ports::PortError;
use crate::text::Language;
use crate::{PostId, Timestamp};

/// A post as it is indexed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchDocument {
    /// Which post.
    pub post: PostId,
    /// Grows with every change of the post; a document of a lower version never replaces a higher one.
    pub version: u64,
    /// Title.
    pub title: String,
    /// Text without markup.
    pub body: String,
    /// As displayed.
    pub tags: Vec<String>,
    /// Display name.
    pub author: String,
    /// Of most of the text.
    pub language: Language,
    /// First publication.
    pub published_at: Timestamp,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// As typed; any text whatsoever, at most 200 characters.
    pub text: String,
    /// How many hits to pass over.
    pub offset: u32,
    /// How many hits to return, 1 to 50.
    pub limit: u32,
    /// Whether the last word may be half typed: it then also stands for all words that begin so.
    pub as_you_type: bool,
}

/// A piece of text, matched or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPiece {
    /// Plain text, not HTML.
    pub text: String,
    /// Whether the query matched it; adjacent matches are merged.
    pub matched: bool,
}

/// One post that answers.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchHit {
    /// Which post.
    pub post: PostId,
    /// Higher is better; comparable only within one answer.
    pub score: f32,
    /// The whole title, with matches marked.
    pub title: Vec<TextPiece>,
    /// The best part of the body, about 160 characters, with matches marked.
    pub excerpt: Vec<TextPiece>,
}

/// An answer, best first.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchHits {
    /// Each post once.
    pub hits: Vec<SearchHit>,
    /// How many posts answer in all.
    pub total: u64,
    /// Whether nothing has the words that were asked for, and these have words written nearly so.
    pub similar: bool,
}

/// Finds posts by their words. Holds only what everybody may see.
///
/// Implementations: `TantivyIndex` (embedded), `OpenSearchIndex` (AWS). Near-real-time: a change is
/// seen by queries within 1 s after it returned. May be lost: it is rebuilt from the table.
#[async_trait::async_trait]
pub trait SearchIndex: Send + Sync {
    /// Names the state of the index: changes when it was made anew and so must be filled again, or
    /// when its analysis changed.
    fn generation(&self) -> String;

    /// Puts a post in, in place of an older version; a late call with a lower version changes nothing.
    async fn put(&self, document: &SearchDocument) -> Result<(), PortError>;

    /// Takes a post out; a late `put` with a lower version does not bring it back.
    async fn remove(&self, post: &PostId, version: u64) -> Result<(), PortError>;

    /// Finds posts. Korean is matched by morphemes; no query text is an error.
    ///
    /// When nothing has all the words, a run of letters is looked for, however it is spaced; and when
    /// that is nowhere either, words that are mistyped are forgiven: by letters in Korean too, never
    /// in short words, and never beside what was found without.
    ///
    /// # Errors
    /// `Denied` when something must be installed first.
    async fn search(&self, query: &SearchQuery) -> Result<SearchHits, PortError>;
}
