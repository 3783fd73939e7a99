//! The store's own suites, over DynamoDB: the same files, in a place of ours. Left out is the
//! hostile table, which wraps one whose equal sort keys stand in the order of their items.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod place;
#[path = "../it/servers.rs"]
#[allow(dead_code, reason = "some of them are for the contract")]
mod servers;

#[path = "../../../../../store/tests/it/budgets.rs"]
mod budgets;
#[path = "../../../../../store/tests/it/check.rs"]
mod check;
#[path = "../../../../../store/tests/it/epochs.rs"]
mod epochs;
#[path = "../it/errors.rs"]
mod errors;
mod faults;
#[path = "../../../../../store/tests/it/life.rs"]
mod life;
#[path = "../../../../../store/tests/it/posts.rs"]
mod posts;
#[path = "../../../../../store/tests/it/rig.rs"]
#[allow(dead_code, reason = "some of it is for the suites that are left out")]
mod rig;
#[path = "../../../../../store/tests/it/stages.rs"]
mod stages;
#[path = "../../../../../store/tests/it/tags.rs"]
mod tags;
#[path = "../../../../../store/tests/it/usage.rs"]
mod usage;
#[path = "../it/wire.rs"]
mod wire;
