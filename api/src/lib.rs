//! The doors of the blog: HTTP, sockets, who asks, configuration, and the composition of the
//! embedded home.
//!
//! No rules live here and no GraphQL types: the doors read and write protocols, and hand over to
//! `schema`, `realtime` and the ports of `domain`. Start at [`http`].

pub mod cli;
pub mod commands;
pub mod compose;
pub mod config;
pub mod executor;
pub mod http;
pub mod identity;
pub mod line;
pub mod logs;
pub mod serve;
pub mod socket;
