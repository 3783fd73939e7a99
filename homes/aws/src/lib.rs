//! The AWS home: the blog as functions of AWS Lambda over one DynamoDB table.
//!
//! Here adapters are named and put together, and nothing else is decided: rules are in `domain`, the doors
//! in `api`. A function is a binary in `src/bin`, which holds no more than its own start. Start at
//! [`compose`] for what answers requests, at [`crew`] for what works after the answer, at [`router`] for
//! what wakes it, and at [`gateway`] for what serves sockets. [`command`] is no function: it runs on the
//! operator's own machine.

pub mod bell;
pub mod carrier;
mod cloudformation;
pub mod command;
pub mod compose;
pub mod config;
pub mod crew;
pub mod exchange;
pub mod front;
pub mod function;
pub mod gateway;
pub mod logs;
pub mod mail;
mod media;
pub mod migration;
pub mod notifier;
pub mod operator;
mod passwords;
pub mod records;
pub mod reindex;
pub mod router;
mod search;
pub mod spoken;
pub mod sweeper;
pub mod visitor;
