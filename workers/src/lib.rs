//! What happens after the answer: speech, summary, search entry, image variants, mail; and, seven days
//! after a post was deleted or an image last needed, its removal.
//!
//! A worker is a [`Worker`]: it reads, calls outside, writes content-addressed objects, and says what
//! came of it. It never writes its stage: [`jobs`] claims and finishes, so that a slow twin and an old
//! revision are dropped in one place. It does not know its home, and may run any number of
//! times.
//!
//! To add a worker: a file with a struct of the ports it needs and `impl Worker`, a kind in
//! `domain::stage`, and a line where the process is composed.

pub mod arrivals;
pub mod image;
pub mod job;
pub mod jobs;
pub mod post_office;
pub mod purge;
pub mod reindex;
pub mod rounds;
pub mod runner;
pub mod search;
pub mod speech;
pub mod summary;
pub mod tidy;

pub use arrivals::Arrivals;
pub use image::Image;
pub use job::{JobError, Reporter, Worked, Worker};
pub use jobs::Jobs;
pub use post_office::PostOffice;
pub use purge::Purge;
pub use runner::{Limits, Runner};
pub use search::{NoSearch, Search};
pub use speech::Speech;
pub use summary::Summary;
pub use tidy::Tidy;
