//! The single table: key layout, rows, access patterns.
//!
//! [`table`] is the port that every home implements, [`keys`] the layout, [`Blog`] what the rest of
//! the project sees: it implements `domain::ports::{Posts, Accounts}`, and reads entities, lists and
//! logs for the schema. No GraphQL, no HTTP, no SDK.
//!
//! To add a row: its key in `keys`, its form through `rows`, and, when it follows from an entity, its
//! write in `apply`, where the transaction is made.

pub mod cursor;
pub mod keys;
pub mod table;

mod accounts;
mod allowance;
mod apply;
mod blog;
mod entities;
mod lists;
mod load;
mod log;
mod media;
mod posts;
mod purge;
mod revisions;
mod rows;
mod tags;

pub use blog::Blog;
pub use cursor::{CursorSigner, EventPosition, ForgedCursor};
pub use entities::{Entity, EntityKey, SlugHint, SlugTarget};
pub use lists::{Beside, Listing, PageRequest};
pub use revisions::RevisionRow;
pub use tags::CountedTag;
