//! The types of the schema: a file each, in the order in which a reader meets them.
//!
//! A type that shows something of a post is made only by [`post::Post::seen`] or from one that was:
//! what a viewer may not see cannot be made.

pub mod asset;
pub mod enums;
pub mod frame;
pub mod key;
pub mod mail;
pub mod node;
pub mod picture;
pub mod post;
pub mod rendered;
pub mod revision;
pub mod search;
pub mod site;
pub mod speech;
pub mod stage;
pub mod tag;
pub mod usage;
pub mod user;
pub mod viewer;
pub mod working_copy;
