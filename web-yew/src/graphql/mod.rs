//! What this client asks of the server, checked against the public contract when it is compiled.
//!
//! To add a question: a fragment here, a function in [`client`] or a caller of [`client::ask`].

pub(crate) mod client;
pub(crate) mod fragments;
pub(crate) mod mutations;
pub(crate) mod queries;
pub(crate) mod refusal;
pub(crate) mod subscriptions;

/// The types of `schema.graphql`, as cynic wants to see them.
#[cynic::schema("deepdive")]
#[allow(missing_docs)]
mod schema {}
