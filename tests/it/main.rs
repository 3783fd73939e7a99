//! The product from outside: what people and clients do, against the real program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod bad_input;
mod chain;
mod demo;
mod http;
mod kill;
mod life;
mod moving;
mod odd_posts;
mod operation;
mod predecessor;
mod process;
mod reading;
mod sockets;
mod upgrade;
mod uploads;
mod usage;
