//! Summaries by Bedrock keep the contract of their port, and an answer that is none is told apart.
#![allow(clippy::unwrap_used)]

mod contract_clauses;
mod failures;
mod stand_in;
