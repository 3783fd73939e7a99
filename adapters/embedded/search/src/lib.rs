//! The search index of the embedded home: tantivy, with Korean by morphemes.
//!
//! A post is indexed twice: by terms (`korean`), and by pairs of letters, which are asked only when
//! the terms find nothing. It also keeps where in the text each term stands, so that highlights cost a
//! look, not an analysis. One thread writes; a change is durable and visible when its call returned.
//! Start at [`TantivyIndex`].

mod excerpt;
mod folder;
mod index;
mod marks;
mod pairs;
mod question;
mod schema;
mod writer;

pub use index::TantivyIndex;

#[cfg(test)]
mod quality;
#[cfg(test)]
mod testing;
