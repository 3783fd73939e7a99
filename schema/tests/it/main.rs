//! The language from outside: documents in, answers out, over a real table.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod bad_days;
mod budgets;
mod contract_file;
mod doubles;
mod errors;
mod frames;
mod keys;
mod mails;
mod media;
mod mutations;
mod pages;
#[path = "../../../store/tests/it/place.rs"]
mod place;
mod search;
mod tags;
mod usage;
mod visibility;
mod world;
