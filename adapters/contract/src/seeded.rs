//! Chance that can be played again.

use std::sync::atomic::{AtomicU64, Ordering};

/// Random numbers of a seed (SplitMix64): the same seed gives the same numbers, in order of asking.
#[derive(Debug)]
pub struct Seeded(AtomicU64);

impl Seeded {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next 64 bits.
    pub fn bits(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut bits = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to `end`, `end` itself excluded; 0 when `end` is 0.
    pub fn below(&self, end: u64) -> u64 {
        self.bits() % end.max(1)
    }

    /// True so many times of a thousand.
    pub fn happens(&self, per_mille: u32) -> bool {
        self.below(1000) < u64::from(per_mille)
    }
}
