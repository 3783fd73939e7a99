//! Speech by the tasks of a Polly that stands in MiniStack, which looks at the user's permissions as AWS does: the
//! contract, and what is said where one is missing. `cargo xtask test --aws` starts it.
#![allow(clippy::unwrap_used)]

#[path = "../../../objects/tests/account/mod.rs"]
mod account;
mod permissions;
mod place;
mod refusals;

use place::Place;

contract::synthesizer_contract!(Place);
