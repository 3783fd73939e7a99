//! The single table on DynamoDB.
//!
//! It knows items, keys and conditions, and nothing of posts. What a call may be and what it means is in
//! `store::table`; here it is told to DynamoDB, which decides, and whose answers are told back. Start at
//! [`DynamoTable`]; a write's way goes through `expressions` (what it requires and changes, as text with
//! placeholders), `write` or `transaction`, and `refusal` (why DynamoDB said no).
//!
//! It reads no environment, and repeats nothing that could then have happened twice: `client` says what is
//! tried again. The walk of maintenance is a scan.

mod client;
mod codec;
mod condition;
mod config;
mod error;
mod expressions;
mod placeholders;
mod query;
mod refusal;
mod schema;
mod table;
mod transaction;
mod update;
mod walk;
mod write;

pub use aws_credential_types::Credentials;
pub use config::DynamoTableConfig;
pub use schema::{INDEXES, IndexSchema, PARTITION_KEY, SORT_KEY};
pub use table::DynamoTable;
