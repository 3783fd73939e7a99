//! Pictures as authors upload them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod animations;
mod photos;
mod port;
mod refusals;
mod samples;
