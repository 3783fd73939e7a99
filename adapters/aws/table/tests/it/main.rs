//! The table keeps the contract of its port on every server that speaks DynamoDB's protocol, and says what is
//! true when DynamoDB answers as none of them can be made to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod contract;
mod errors;
mod lost_answers;
mod odd_calls;
mod requests;
mod schema;
mod servers;
mod stand_in;
