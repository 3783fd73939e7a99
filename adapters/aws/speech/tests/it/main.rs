//! Speech by Polly keeps the contract of its port, asks as Polly's API says, and says what to do when it cannot.
#![allow(clippy::unwrap_used)]

mod contract_clauses;
mod failures;
mod hoarse;
mod model;
mod stand_in;
mod tasks;
