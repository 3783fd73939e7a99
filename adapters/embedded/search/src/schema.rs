//! What the index holds of a post.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// Changes with every change of the fields or of what is written into them.
pub(crate) const FORMAT_VERSION: u32 = 2;

/// The fields, by name.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) post: Field,
    pub(crate) version: Field,
    pub(crate) title: Field,
    pub(crate) body: Field,
    pub(crate) tags: Field,
    pub(crate) author: Field,
    /// Pairs of letters of title and tags.
    pub(crate) title_pairs: Field,
    pub(crate) body_pairs: Field,
    /// All words by their letters; see [`crate::vocabulary`].
    pub(crate) words: Field,
    pub(crate) title_source: Field,
    pub(crate) body_source: Field,
    /// Where terms stand in the sources; see [`crate::marks`].
    pub(crate) title_marks: Field,
    pub(crate) body_marks: Field,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    // Terms arrive ready made; the tokenizer is never asked.
    let terms = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_index_option(IndexRecordOption::WithFreqsAndPositions),
        )
    };
    let fields = Fields {
        post: schema.add_text_field("post", STRING | STORED),
        version: schema.add_u64_field("version", FAST),
        title: schema.add_text_field("title", terms()),
        body: schema.add_text_field("body", terms()),
        tags: schema.add_text_field("tags", terms()),
        author: schema.add_text_field("author", terms()),
        title_pairs: schema.add_text_field("title_pairs", terms()),
        body_pairs: schema.add_text_field("body_pairs", terms()),
        words: schema.add_bytes_field("words", INDEXED),
        title_source: schema.add_text_field("title_source", STORED),
        body_source: schema.add_text_field("body_source", STORED),
        title_marks: schema.add_bytes_field("title_marks", STORED),
        body_marks: schema.add_bytes_field("body_marks", STORED),
    };
    (schema.build(), fields)
}
