//! The search index of the embedded home: tantivy, with Korean by morphemes.
//!
//! A post is indexed three times: by terms (`korean`); by pairs of letters, which are asked only when
//! the terms find nothing; and by its words' letters, a vocabulary in which words that are mistyped or
//! half typed are looked up, and turned into terms again. It also keeps where in the text each term
//! stands, so that highlights cost a look, not an analysis. One thread writes; a change is durable and visible when its call returned.
//! Start at [`TantivyIndex`].

mod excerpt;
mod folder;
mod guess;
mod index;
mod marks;
mod near;
mod pairs;
mod question;
mod schema;
mod vocabulary;
mod writer;

pub use index::TantivyIndex;

#[cfg(test)]
mod quality;
#[cfg(test)]
mod testing;
