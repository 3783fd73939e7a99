//! The AWS home: the blog as functions of AWS Lambda over one DynamoDB table.
//!
//! Here adapters are named and put together, and nothing else is decided: rules are in `domain`, the doors
//! in `api`. A function is a binary in `src/bin`, which holds no more than its own start. Start at
//! [`compose`].

pub mod compose;
pub mod config;
pub mod logs;
mod media;
mod search;
