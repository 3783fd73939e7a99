//! What a blog is: types, rules, the pipeline state machine, events, and the ports through which it
//! knows the world.
//!
//! No IO, no wire format, no environment, no wall clock: time and ids come through [`ports::Clock`]
//! and [`ports::IdSource`]. Start at [`post`], then [`stage`], then [`actions`].
//!
//! To add something a person can do: a file in `actions/`, named by verb and noun, with its own
//! refusals. To add a need for the outside world: a port in `ports/` and its clauses in
//! `adapters/contract`.

pub mod account;
pub mod actions;
pub mod asset;
pub mod event;
pub mod id;
pub mod mail;
pub mod media;
pub mod month;
pub mod part;
pub mod ports;
pub mod post;
pub mod slug;
pub mod stage;
pub mod text;
pub mod time;
pub mod usage;

pub use id::{AssetId, KeyId, MailId, PostId, Secret, UserId};
pub use month::Month;
pub use slug::{Slug, Tag};
pub use time::Timestamp;
