//! The embedded home: one process, one data folder, and the program `deepdive`.
//!
//! Here adapters are named and put together, and nothing else is decided: rules are in `domain`, the
//! doors in `api`. Start at [`compose`]; what a person can ask of the program is in [`cli`].

pub mod cli;
pub mod commands;
pub mod compose;
pub mod config;
pub mod logs;
