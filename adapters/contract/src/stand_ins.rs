//! Time and identities that a test decides.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::Timestamp;
use domain::ports::{Clock, IdSource};
use parking_lot::Mutex;

use crate::Seeded;

/// A clock that stands until it is set.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at a point in time.
    pub fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Jumps, forwards or backwards.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Goes forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }
}

/// Stands at 2026-11-23T12:00:00Z.
impl Default for TestClock {
    fn default() -> Self {
        Self::at(Timestamp(1_795_435_200_000))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Ids and secrets of a seed: the same in each run. Ids grow by one millisecond each.
#[derive(Debug)]
pub struct TestIds {
    chance: Seeded,
    milliseconds: Mutex<u64>,
}

impl TestIds {
    /// Starts at a seed.
    pub fn seeded(seed: u64) -> Self {
        Self { chance: Seeded::new(seed), milliseconds: Mutex::new(1_795_435_200_000) }
    }

    fn random(&self) -> u128 {
        (u128::from(self.chance.bits()) << 64) | u128::from(self.chance.bits())
    }
}

impl IdSource for TestIds {
    fn fresh(&self) -> u128 {
        let mut milliseconds = self.milliseconds.lock();
        *milliseconds += 1;
        (u128::from(*milliseconds) << 80) | (self.random() >> 48)
    }

    fn secret(&self) -> u128 {
        self.random()
    }
}
