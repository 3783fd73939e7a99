//! Subscriptions: one resolver, several moments.
//!
//! A subscription's operation is executed as a query would be, on a root of the same name and fields
//! ([`root`]), with the [`moment`](root::Moment) in the request's data: once to authorise it and to
//! name its topic, once for the state, and then once for each change, for all subscribers of a group
//! and class ([`executor`]). So the code that serves a snapshot serves an event, and the local server,
//! a socket function and a notifier share it.

mod executor;
mod log;
mod operation;
mod root;

pub use executor::{Class, SocketExecutor, SocketViewer};
pub use log::{PipelineLog, progress};
pub use operation::Operation;
