//! The embedded table: DynamoDB's semantics on one SQLite file, in a folder that one process owns.
//!
//! It knows items, keys and conditions, and nothing of posts. Start at [`SqliteTable`]; what a call
//! may be and what it means is in `store::table`, how it becomes durable in `writer`.

mod codec;
mod config;
mod data_folder;
mod database;
mod error;
mod file;
mod query;
mod readers;
mod table;
mod walk;
mod writer;

pub use config::SqliteTableConfig;
pub use data_folder::{DataFolder, DataFolderError, FORMAT, UnfinishedFolder};
pub use error::OpenError;
pub use file::TableFile;
pub use table::SqliteTable;
