//! Articles as readers and browsers get them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod articles;
mod bounds;
mod hostile;
mod page;
mod speech;
