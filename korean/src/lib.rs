//! Korean and English text as words: morphemes, search terms, stems.
//!
//! Reads the compiled binary dictionary of mecab-ko-dic as it lies on the disk (memory-mapped, so
//! opening costs a few milliseconds), finds the cheapest path through it as mecab-ko does (a third of a
//! millisecond for a kilobyte), and makes search terms of what it found. It knows no index, no blog and
//! no folder: the caller says where the dictionary is. Start at [`Analyzer`].
//!
//! To teach it a word: add a line to `user_words.txt`. That changes [`Dictionary::fingerprint`], so
//! indexes made before are made anew.

mod analyzer;
mod chars;
mod dictionary;
mod double_array;
pub mod english;
mod error;
mod file;
mod lattice;
pub mod letters;
mod lexicon;
mod matrix;
mod morpheme;
pub mod near;
mod normal_form;
pub mod particles;
pub mod pronunciation;
mod terms;
mod user_words;

pub use analyzer::Analyzer;
pub use dictionary::Dictionary;
pub use error::DictionaryError;
pub use morpheme::{Kind, Morpheme, Part};
pub use normal_form::NormalForm;
pub use terms::Term;
pub use user_words::user_words;

#[cfg(test)]
mod testing;
