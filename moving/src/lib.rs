//! Moving a blog from one home to another: `deepdive export` and `deepdive import`, the same in every home.
//!
//! Between the homes a blog is a folder, whose form `docs/moving.md` describes: rows and a list of the objects
//! as lines of JSON, compressed, in files of bounded size; the objects as they are; and a [`manifest`]
//! with counts and hashes, written last. Which rows go along and how they arrive is the store's
//! decision (`store::moving`); nothing here knows a home, an SDK or SQL. Start at [`export`] and at
//! [`Folder::open`], which has to succeed before anything is imported.
//!
//! It is for operators: it reads and writes files where it is called, and expects that nothing else
//! writes to the blog meanwhile. An export says when something did.

mod error;
mod export;
pub mod files;
mod folder;
mod import;
mod lines;
mod manifest;
mod object_line;
mod persist;
mod progress;
mod row_line;
mod tally;
pub mod told;

pub use error::{ExportError, FolderError, ImportError};
pub use export::{PART_BYTES, Source, export};
pub use folder::Folder;
pub use import::{Arrived, Target};
pub use manifest::{Manifest, Part};
pub use progress::{Hearer, Progress, Step};
