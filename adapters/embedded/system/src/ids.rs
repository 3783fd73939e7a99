//! Identities and secrets of the machine's randomness.

use std::sync::Arc;

use domain::ports::{Clock, IdSource};
use parking_lot::Mutex;

const RANDOM_BITS: u32 = 80;
const TIME_MASK: u128 = (1 << 48) - 1;

/// The machine gives no randomness; nothing secret can be made on it.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub struct NoRandomness(#[source] getrandom::Error);

/// Draws ids that grow from one to the next, and secrets.
///
/// Ids of one source are strictly increasing, also within a millisecond and when the clock goes
/// backwards; ids of two sources sort by time as well as the clocks agree.
pub struct SystemIds {
    clock: Arc<dyn Clock>,
    last: Mutex<u128>,
}

impl SystemIds {
    /// Makes a source, and asks the machine for randomness once to see that it gives some.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, NoRandomness> {
        random().map_err(NoRandomness)?;
        Ok(Self { clock, last: Mutex::new(0) })
    }
}

impl IdSource for SystemIds {
    fn fresh(&self) -> u128 {
        let milliseconds = u128::try_from(self.clock.now().0).unwrap_or(0) & TIME_MASK;
        let drawn = (milliseconds << RANDOM_BITS) | (certain() >> (128 - RANDOM_BITS));
        let mut last = self.last.lock();
        // In the same millisecond, or after the clock went backwards, count on from the last one: the
        // step is random too, so that an id does not tell its neighbours.
        *last = if drawn > *last { drawn } else { *last + 1 + (drawn & 0xffff_ffff) };
        *last
    }

    fn secret(&self) -> u128 {
        certain()
    }
}

fn random() -> Result<u128, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(u128::from_ne_bytes(bytes))
}

/// Randomness, or the end of the process: going on with a secret that can be guessed would be worse.
/// A system that gave randomness once does not stop doing so.
fn certain() -> u128 {
    random().unwrap_or_else(|_| std::process::abort())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicI64, Ordering};

    use domain::Timestamp;

    use super::*;

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp(self.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn ids_grow_within_a_millisecond_and_when_the_clock_goes_backwards() {
        let clock = Arc::new(Hand(AtomicI64::new(1_790_000_000_000)));
        let ids = SystemIds::new(clock.clone()).unwrap();
        let mut drawn: Vec<u128> = (0..1000).map(|_| ids.fresh()).collect();
        clock.0.store(1_000, Ordering::Relaxed);
        drawn.extend((0..1000).map(|_| ids.fresh()));
        clock.0.store(1_790_000_000_900, Ordering::Relaxed);
        drawn.push(ids.fresh());
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(drawn[2000] >> RANDOM_BITS, 1_790_000_000_900);
    }

    #[test]
    fn secrets_do_not_repeat() {
        let ids = SystemIds::new(Arc::new(Hand(AtomicI64::new(0)))).unwrap();
        let secrets: HashSet<u128> = (0..1000).map(|_| ids.secret()).collect();
        assert_eq!(secrets.len(), 1000);
    }
}
