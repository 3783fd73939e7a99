//! The actions of the domain over the single table: on a kind table, and on one that is late, partial
//! and contested.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod budgets;
mod check;
mod epochs;
mod life;
mod older;
mod place;
mod posts;
mod rig;
mod stages;
mod tags;
mod usage;
