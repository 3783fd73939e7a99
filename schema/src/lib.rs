//! The GraphQL language of the blog: types, resolvers, the loader, cursors, codes, frames.
//!
//! [`build`] makes a [`Schema`] of the [`Parts`] that the composition hands in; the door executes
//! requests with it, and puts an [`Identity`](domain::account::Identity) (of a person), a [`Client`]
//! and a [`SessionCookieSlot`] into their data. No HTTP here, no adapter, and no rule: rules are in
//! `domain`.
//!
//! To add a type: a file in [`types`], with a description on it, on each field and each argument. To
//! add a mutation: its action in `domain`, a union by `outcome!`, a resolver of three steps in
//! `mutations`. Then run `cargo run -p schema --example print_schema` to write `schema.graphql` anew.

pub mod budget;
pub mod client;
pub mod error;
pub mod frames;
pub mod guard;
pub mod session_cookie;
pub mod types;

mod engine;
mod global_id;
mod loaders;
mod mutations;
mod once;
mod page;
mod parts;
mod query;
mod refusals;
mod request;
mod scalars;
mod subscription;
mod viewer;

pub use budget::{Budget, Drawer};
pub use client::Client;
pub use engine::{Schema, build, sdl};
pub use error::{Code, code_of};
pub use frames::{PipelineLog, SocketExecutor, SocketViewer, progress};
pub use global_id::GlobalId;
pub use loaders::Loaders;
pub use parts::Parts;
pub use session_cookie::{SessionCookie, SessionCookieSlot};
pub use viewer::ViewerAccess;
