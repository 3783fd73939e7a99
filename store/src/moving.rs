//! Moving a blog to another home: which rows go along, and how they arrive.
//!
//! What stays behind ends by itself within a day (events, idempotency, counts of tries, requests for mails,
//! sockets), or is the place's own: the epoch of its logs, its index. Nobody there holds a
//! lease, and nothing is reserved. Rows arrive as they left, with three exceptions. Logs get the epoch of the
//! new place, so that nobody goes on where another history was. A stage is written as
//! [`Stage::arrived`](domain::stage::Stage::arrived) makes it. And what follows from stages follows from these.

mod import;
mod leaving;
mod settle;

pub use import::{Import, batches, put};
pub use leaving::leaving;
pub use settle::{Arriving, arriving, compared};
