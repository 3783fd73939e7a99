//! The doors, driven from outside with a tiny schema behind them.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod app;
mod event_streams;
mod graphql;
mod media;
mod pages;
mod reading;
mod server;
mod sockets;
mod table_reading;
