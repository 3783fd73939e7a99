//! The pipelines over real adapters of the embedded home, the table hostile where it matters.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod mail;
mod outside;
mod purge;
mod rig;
mod runner;
mod speech;
mod summary;
mod tidy;
mod usage;
