//! The table keeps the contract of its port against DynamoDB Local, and says what is true when DynamoDB
//! answers as no emulator can be made to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answers;
mod contract;
mod dynamodb;
mod lost_answers;
mod odd_calls;
mod requests;
mod schema;
mod stand_in;
