//! The search index of the AWS home: OpenSearch, with Korean taken apart by nori on the server.
//!
//! A post is asked for in up to three ways, each only when those before it found nothing: by words; by
//! pairs of letters, however they are spaced; and by words that are nearly so. For the last one the
//! server names words that differ by a syllable or two, and the letters of Hangul (`korean`) decide here
//! which of them a slip of the finger makes.
//!
//! It contains no dictionary of morphemes, and no client of AWS beyond the signature of a request. It
//! reads no environment: credentials are given to it.
//!
//! To change how text is taken apart: `analysis.rs`. That changes the fingerprint, so that the index asks
//! to be made anew ([`OpenSearchIndex::outdated`]) while the old one goes on answering: see `rebuild.rs`.

mod config;
mod error;

mod client;
mod sign;

mod analysis;
mod change;
mod entry;
mod generation;
mod rebuild;

mod answer;
mod forgive;
mod half_typed;
mod index;
mod question;
mod typed;

pub use aws_credential_types::Credentials;
pub use config::{OpenSearchConfig, Signing};
pub use index::OpenSearchIndex;
