//! What every adapter promises: one suite of clauses per port, and the wrappers and stand-ins that other
//! suites need.
//!
//! An adapter proves itself with one line per port, e.g. `contract::table_contract!(Sqlite)` in its
//! `tests/`, where `Sqlite` says how a fresh one is made. A clause is a plain function; its name is the
//! sentence that it proves, and the macro makes one test of each.
//!
//! To add a clause: write it in `table/<subject>.rs` and name it in the macro of that port.

// Clauses are tests, though they stand outside `#[cfg(test)]` so that adapters can run them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod closed_port;
pub mod image_codec;
pub mod mailer;
pub mod objects;
pub mod passwords;
pub mod search_index;
pub mod search_quality;
pub mod seeded;
pub mod stand_ins;
pub mod summarizer;
pub mod synthesizer;
pub mod table;
pub mod walk;

pub use closed_port::ClosedPort;
pub use seeded::Seeded;
pub use stand_ins::{TestClock, TestIds};
pub use table::counting::{CountingTable, Counts};
pub use table::feed::{Unreliable, unreliable_feed};
pub use table::hostile::{HostileConfig, HostileTable, Outage};
pub use table::persistent::Persistent;
