//! Sockets that a gateway holds, over the single table: on a kind table, and on one that is late, partial and
//! contested.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod followers;
#[path = "../../../store/tests/it/place.rs"]
#[allow(dead_code, reason = "some of it is for the store's suites")]
mod place;
mod protocol;
mod rig;
mod upkeep;
