//! What people and workers do: each a file, named by verb and noun.
//!
//! An action reads once, decides by pure rules, and applies one change. When something changed between
//! the two it reads again and decides anew ([`refusal::deciding`]).

pub mod refusal;

pub use refusal::{ActionError, IdempotencyKey, Refusal};
