//! The summary of the embedded home: three sentences of the post itself, and three keywords.
//!
//! Nothing is written that the author did not write. Sentences that share many telling words with the
//! others are central (TextRank over TF-IDF); one is taken from each third of the text, so that
//! beginning, middle and end all have a say. Start at [`ExtractiveSummarizer`].

mod choice;
mod keywords;
mod rank;
mod summarizer;
mod words;

pub use summarizer::ExtractiveSummarizer;
