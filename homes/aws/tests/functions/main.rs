//! The functions, as Lambda runs them: their programs, over DynamoDB Local, MiniStack and a real OpenSearch
//! node. `cargo xtask test --aws` starts them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod carrier;
mod home;
mod http;
mod mail;
mod migration;
mod moving;
mod operator;
#[path = "../../../../moving/tests/it/home.rs"]
#[allow(dead_code, reason = "some of it is for the suite that it comes from")]
mod place;
mod polly;
mod router;
mod runtime;
#[path = "../../../../moving/tests/it/same.rs"]
mod same;
mod search;
mod speech;
