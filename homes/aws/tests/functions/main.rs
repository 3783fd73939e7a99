//! The functions, as Lambda runs them: their programs, over DynamoDB Local, MiniStack and a real OpenSearch
//! node. `cargo xtask test --aws` starts them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod carrier;
mod home;
mod http;
mod router;
mod runtime;
mod search;
