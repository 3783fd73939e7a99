//! The table calls that operations of the language may make, over DynamoDB: the same budgets, in the place of the
//! store's suites.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../../../schema/tests/it/budgets.rs"]
mod budgets;
#[path = "../../../../../schema/tests/it/doubles.rs"]
#[allow(dead_code, reason = "some of them are for other suites of the schema's")]
mod doubles;
#[path = "../store/place.rs"]
#[allow(dead_code, reason = "some of it is for the store's suites")]
mod place;
#[path = "../it/servers.rs"]
#[allow(dead_code, reason = "some of them are for the contract")]
mod servers;
#[path = "../it/wire.rs"]
#[allow(dead_code, reason = "nothing goes wrong here")]
mod wire;
#[path = "../../../../../schema/tests/it/world.rs"]
#[allow(dead_code, reason = "some of it is for other suites of the schema's")]
mod world;
