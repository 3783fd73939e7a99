//! How far an import has come.

use std::sync::atomic::{AtomicU64, Ordering};

/// What an import does, in this order. One that goes on begins where it broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Objects are put, or found to be there.
    Objects,
    /// Rows are put.
    Rows,
    /// Rows are read back and compared.
    Comparison,
    /// The stages among the rows are written, and what would be paid for is held.
    Stages,
    /// Everything is looked at once more.
    Check,
}

/// How far a step is: `done` of `total` objects, or rows of the export. Of the check, nothing is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Which.
    pub step: Step,
    /// So many.
    pub done: u64,
    /// Of so many.
    pub total: u64,
}

/// Hears of it, several times in a step; the last time of a counted step, `done` is `total`.
pub type Hearer<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// Counts in one step, and tells.
pub(crate) struct Count<'a> {
    hearer: Hearer<'a>,
    step: Step,
    done: AtomicU64,
    total: u64,
}

impl<'a> Count<'a> {
    pub fn begin(hearer: Hearer<'a>, step: Step, total: u64) -> Self {
        hearer(Progress { step, done: 0, total });
        Count { hearer, step, done: AtomicU64::new(0), total }
    }

    pub fn more(&self, n: u64) {
        if n > 0 {
            let done = self.done.fetch_add(n, Ordering::Relaxed) + n;
            (self.hearer)(Progress { step: self.step, done, total: self.total });
        }
    }
}
