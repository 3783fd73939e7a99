//! How much each client may ask for, by whichever door: a bucket of cost that fills again with time.
//!
//! Kept in memory, each process by itself. A bucket that is full again says nothing, so it is
//! forgotten when room is needed.

use std::collections::HashMap;
use std::time::Duration;

use domain::UserId;
use domain::account::Identity;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::client::Client;

/// Buckets that are kept at once, about 100 bytes each.
const BUCKETS: usize = 20_000;

/// Who draws from a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Drawer {
    /// A signed-in person, wherever they are.
    User(UserId),
    /// A guest, by [`Client::network`].
    Guest(u64),
}

impl Drawer {
    /// The bucket of whoever asks.
    pub fn of(client: &Client, identity: Option<&Identity>) -> Self {
        match identity {
            Some(identity) => Drawer::User(identity.user.clone()),
            None => Drawer::Guest(client.network()),
        }
    }
}

/// What a client has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The whole bucket.
    pub limit: u64,
    /// Cost that may be asked for now.
    pub remaining: u64,
    /// Until the bucket is full again.
    pub reset: Duration,
}

/// The code of an operation that is refused because its client's bucket is empty.
pub const RATE_LIMITED: &str = "RATE_LIMITED";

/// A refused draw: what is left, and when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this operation costs {cost}, and {} are left of {} a minute; try again in {} s",
    left.remaining, left.limit, retry_after.as_secs_f64().ceil()
)]
pub struct Exhausted {
    /// What was asked for.
    pub cost: u64,
    /// What is left.
    pub left: Left,
    /// Until the bucket holds what was asked for.
    pub retry_after: Duration,
}

/// Buckets of all clients.
#[derive(Debug)]
pub struct Budget {
    per_minute: u64,
    buckets: Mutex<HashMap<Drawer, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    holds: f64,
    at: Instant,
}

impl Budget {
    /// Makes buckets that hold what a client may ask for in a minute, and fill in that time.
    pub fn new(per_minute: u64) -> Self {
        Budget { per_minute: per_minute.max(1), buckets: Mutex::default() }
    }

    /// Takes the cost of an operation out of a client's bucket. Takes nothing when it does not hold
    /// that much.
    pub fn draw(&self, drawer: &Drawer, cost: u64, now: Instant) -> Result<Left, Exhausted> {
        let whole = self.per_minute as f64;
        let mut buckets = self.buckets.lock();
        if buckets.len() >= BUCKETS && !buckets.contains_key(drawer) {
            buckets.retain(|_, bucket| self.holds(bucket, now) < whole);
            if buckets.len() >= BUCKETS {
                // More clients at once than we can watch: who drew longest ago is forgotten.
                let oldest = buckets.values().map(|bucket| bucket.at).min();
                let oldest = oldest.map(|oldest| oldest + (now - oldest) / 2);
                buckets.retain(|_, bucket| Some(bucket.at) > oldest);
            }
        }
        let bucket = buckets.entry(drawer.clone()).or_insert(Bucket { holds: whole, at: now });
        bucket.holds = self.holds(bucket, now);
        bucket.at = now;
        if bucket.holds < cost as f64 {
            let lacking = cost as f64 - bucket.holds;
            let retry_after = Duration::from_secs_f64(lacking / whole * 60.0);
            return Err(Exhausted { cost, left: self.left(bucket), retry_after });
        }
        bucket.holds -= cost as f64;
        Ok(self.left(bucket))
    }

    fn holds(&self, bucket: &Bucket, now: Instant) -> f64 {
        let whole = self.per_minute as f64;
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.holds + since * whole / 60.0).min(whole)
    }

    fn left(&self, bucket: &Bucket) -> Left {
        let whole = self.per_minute as f64;
        Left {
            limit: self.per_minute,
            remaining: bucket.holds as u64,
            reset: Duration::from_secs_f64((whole - bucket.holds).max(0.0) / whole * 60.0),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn guest(address: &str) -> Drawer {
        let address = address.parse().unwrap();
        let request_id = "r".to_owned();
        Drawer::of(&Client { address, may_sign_in: true, agent: None, request_id }, None)
    }

    #[test]
    fn a_bucket_empties_by_cost_and_fills_with_time() {
        let (budget, start) = (Budget::new(600), Instant::now());
        let drawer = guest("192.0.2.1");
        assert_eq!(budget.draw(&drawer, 500, start).unwrap().remaining, 100);
        let exhausted = budget.draw(&drawer, 200, start).unwrap_err();
        assert_eq!(exhausted.retry_after, Duration::from_secs(10));
        assert_eq!(exhausted.left.remaining, 100);
        let later = start + Duration::from_secs(10);
        assert_eq!(budget.draw(&drawer, 200, later).unwrap().remaining, 0);
        assert_eq!(budget.draw(&drawer, 0, later).unwrap().reset, Duration::from_secs(60));
    }

    #[test]
    fn one_client_does_not_draw_from_the_bucket_of_another() {
        let (budget, now) = (Budget::new(10), Instant::now());
        let one = guest("2001:db8:0:1::1");
        let same = guest("2001:db8:0:1::2");
        let other = guest("2001:db8:0:2::1");
        assert!(budget.draw(&one, 10, now).is_ok());
        assert!(budget.draw(&same, 10, now).is_err());
        assert!(budget.draw(&other, 10, now).is_ok());
    }

    #[test]
    fn a_crowd_of_clients_does_not_fill_the_memory() {
        let (budget, start) = (Budget::new(10), Instant::now());
        for i in 0..(BUCKETS as u64 * 2) {
            let now = start + Duration::from_millis(i / 1000);
            budget.draw(&Drawer::Guest(i), 10, now).unwrap();
        }
        assert!(budget.buckets.lock().len() <= BUCKETS);
    }
}
