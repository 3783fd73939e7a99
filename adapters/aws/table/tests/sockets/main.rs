//! The suites of the sockets that a gateway holds, over DynamoDB: the same files, in the place of the store's.
//! Left out are the hostile tables, as there.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../../../sockets/tests/it/followers.rs"]
mod followers;
#[path = "../store/place.rs"]
#[allow(dead_code, reason = "some of it is for the store's suites")]
mod place;
#[path = "../../../../../sockets/tests/it/protocol.rs"]
mod protocol;
#[path = "../../../../../sockets/tests/it/rig.rs"]
#[allow(dead_code, reason = "some of it is for the tables that are left out")]
mod rig;
#[path = "../it/servers.rs"]
#[allow(dead_code, reason = "some of them are for the contract")]
mod servers;
#[path = "../../../../../sockets/tests/it/upkeep.rs"]
mod upkeep;
#[path = "../it/wire.rs"]
#[allow(dead_code, reason = "nothing goes wrong here")]
mod wire;
