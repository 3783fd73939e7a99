//! The single table: key layout, rows, access patterns.
//!
//! [`table`] is the port that every home implements, [`keys`] the layout, [`Blog`] what the rest of
//! the project sees: it implements `domain::ports::{Posts, Accounts}`, and reads entities, lists and
//! logs for the schema. No GraphQL, no HTTP, no SDK.
//!
//! [`walk`] is what maintenance alone may do; [`Check`] and [`Holdings`] go by it. [`moving`] says which rows
//! go along when a blog moves to another home: to add a row, decide there too.
//!
//! To add a row: its key in `keys`, its form through `rows`, and, when it follows from an entity, its
//! write in `apply`, where the transaction is made. Name it in `keys::derived` when it follows from an
//! entity, so that a check finds it when it should not be there.

pub mod cursor;
pub mod keys;
pub mod moving;
pub mod table;
pub mod walk;

mod accounts;
mod allowance;
mod apply;
mod blog;
mod check;
mod demo;
mod entities;
mod epoch;
mod holdings;
mod lists;
mod load;
mod log;
mod mails;
mod media;
mod posts;
mod purge;
mod revisions;
mod rows;
pub mod sockets;
mod survey;
mod tags;
mod usage;

pub use blog::{Blog, NewerRows};
pub use check::{Check, Finding, HeldObject, Problem};
pub use cursor::{CursorSigner, EventPosition, ForgedCursor};
pub use demo::Demo;
pub use entities::{Entity, EntityKey, SlugHint, SlugTarget};
pub use holdings::Holdings;
pub use lists::{Beside, Listing, PageRequest};
pub use revisions::RevisionRow;
pub use rows::VERSION as FORM;
pub use survey::Survey;
pub use tags::CountedTag;
