//! Blogs that move between places of the embedded home, whole, broken off and damaged.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod broken_off;
mod held;
mod home;
mod many;
mod refusals;
mod round_trip;
mod same;
