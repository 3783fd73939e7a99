//! A wrapper that does everything a table may do, and a kind one never does.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::Clock;
use parking_lot::Mutex;
use store::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write};
use tokio::sync::RwLock;

use super::late::{self, Past, Then};
use crate::Seeded;

/// How many of a thousand cut pages hold nothing at all.
const EMPTY_OF_CUT: u32 = 300;

/// How bad a table is. Chances are in a thousand calls.
#[derive(Clone, Debug)]
pub struct HostileConfig {
    /// Decides everything that is left to chance. Two runs of one task behave the same.
    pub seed: u64,
    /// An index, and every other read that does not ask for strong consistency, misses up to so many of
    /// the last operations. Reads are operations too, so asking again ends in the present.
    pub late: u32,
    /// Pages with fewer items than asked for although more follow, even without any.
    pub cut_pages: u32,
    /// Batches that leave some keys unprocessed; never all.
    pub partial_batches: u32,
    /// Writes and transactions that are refused for a conflict that was none.
    pub conflicts: u32,
    /// What is out of reach from the beginning; [`HostileTable::set_outage`] changes it.
    pub outage: Outage,
}

impl HostileConfig {
    /// Everything that a good day on AWS holds in store, only more often. Nothing is out of reach.
    pub fn bad(seed: u64) -> Self {
        Self {
            seed,
            late: 8,
            cut_pages: 300,
            partial_batches: 300,
            conflicts: 150,
            outage: Outage::None,
        }
    }
}

/// What is out of reach. Chances are in a thousand calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// Nothing.
    None,
    /// Calls fail with `Unavailable` and have done nothing.
    Before(u32),
    /// Writes happen, and fail with `Unavailable` all the same: the answer is lost.
    AnswerLost(u32),
}

/// A table that is late, partial, contested and out of reach at times.
///
/// Wraps a table whose equal sort keys stand in order of the items' keys, as the embedded one's do.
/// Writes go through one after the other, so that the past is known exactly.
pub struct HostileTable {
    inner: Arc<dyn Table>,
    clock: Arc<dyn Clock>,
    config: HostileConfig,
    outage: Mutex<Outage>,
    chance: Seeded,
    past: Mutex<Past>,
    /// Held by writes, and shared by late reads: what is read and what is known of the past fit.
    order: RwLock<()>,
}

impl HostileTable {
    /// Wraps a table; `clock` is the one that decides what is expired there.
    pub fn new(inner: Arc<dyn Table>, clock: Arc<dyn Clock>, config: HostileConfig) -> Self {
        Self {
            inner,
            clock,
            outage: Mutex::new(config.outage),
            chance: Seeded::new(config.seed),
            config,
            past: Mutex::default(),
            order: RwLock::default(),
        }
    }

    /// Begins or ends an outage.
    pub fn set_outage(&self, outage: Outage) {
        *self.outage.lock() = outage;
    }

    fn begin(&self) -> Result<(), TableError> {
        self.past.lock().tick();
        match *self.outage.lock() {
            Outage::Before(chance) if self.chance.happens(chance) => Err(TableError::Unavailable),
            _ => Ok(()),
        }
    }

    fn contest(&self) -> Result<(), TableError> {
        if self.chance.happens(self.config.conflicts) { Err(TableError::Conflict) } else { Ok(()) }
    }

    /// Loses the answer to a write that happened.
    fn deliver<T>(&self, answer: T) -> Result<T, TableError> {
        match *self.outage.lock() {
            Outage::AnswerLost(chance) if self.chance.happens(chance) => {
                Err(TableError::Unavailable)
            }
            _ => Ok(answer),
        }
    }

    /// What a late read does not see yet.
    fn then(&self) -> Then {
        let ago = self.chance.below(u64::from(self.config.late) + 1);
        self.past.lock().then(ago)
    }

    /// The items that writes will take the place of.
    async fn overwritten(&self, writes: &[Write]) -> Vec<(Key, Option<Item>)> {
        let mut old = Vec::new();
        for write in writes.iter().take(100) {
            // A key that cannot be read cannot be written either.
            if !matches!(write, Write::Check(..))
                && let Ok(item) = self.inner.get(write.key(), Consistency::Strong).await
            {
                old.push((write.key().clone(), item));
            }
        }
        old
    }

    fn remember(&self, overwritten: Vec<(Key, Option<Item>)>) {
        let mut past = self.past.lock();
        for (key, old) in overwritten {
            past.note(key, old, u64::from(self.config.late));
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    fn seen(&self, item: &Option<Item>) -> Option<Item> {
        item.clone().filter(|item| !late::expired(item, self.now()))
    }
}

#[async_trait]
impl Table for HostileTable {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError> {
        self.begin()?;
        let _order = self.order.read().await;
        let now = self.inner.get(key, consistency).await?;
        if consistency == Consistency::Strong {
            return Ok(now);
        }
        Ok(self.then().get(key).map_or(now, |old| self.seen(old)))
    }

    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError> {
        self.begin()?;
        let _order = self.order.read().await;
        let partial = keys.len() > 1 && self.chance.happens(self.config.partial_batches);
        let read = if partial { 1 + self.chance.below(keys.len() as u64 - 1) } else { u64::MAX };
        let (keys, left) =
            keys.split_at(keys.len().min(usize::try_from(read).unwrap_or(usize::MAX)));

        let mut batch = self.inner.batch_get(keys, consistency).await?;
        batch.unprocessed.extend_from_slice(left);
        if consistency == Consistency::Eventual {
            let then = self.then();
            batch.items.retain(|item| !then.contains_key(&item.key));
            let unread = |key: &Key| !keys.contains(key) || batch.unprocessed.contains(key);
            let old = then.iter().filter(|(key, _)| !unread(key));
            let old: Vec<Item> = old.filter_map(|(_, item)| self.seen(item)).collect();
            batch.items.extend(old);
        }
        Ok(batch)
    }

    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        self.begin()?;
        let _order = self.order.read().await;
        let mut query = query.clone();
        let cut = query.limit > 0 && self.chance.happens(self.config.cut_pages);
        if cut {
            let limit = self.chance.below(u64::from(query.limit));
            query.limit = u32::try_from(limit).unwrap_or(0).max(1);
        }
        let mut page = self.inner.query(&query).await?;
        // A page without items: those read were all expired, and more follow.
        if cut
            && self.chance.happens(EMPTY_OF_CUT)
            && query.start.is_some()
            && !page.items.is_empty()
        {
            return Ok(Page { items: Vec::new(), next: query.start });
        }
        if query.consistency == Consistency::Eventual {
            page = late::page_then(&query, page, &self.then(), self.now());
        }
        Ok(page)
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        self.begin()?;
        self.contest()?;
        let _order = self.order.write().await;
        let overwritten = self.overwritten(std::slice::from_ref(&write)).await;
        let now = self.inner.write(write).await?;
        self.remember(overwritten);
        self.deliver(now)
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        self.begin()?;
        self.contest()?;
        let _order = self.order.write().await;
        let overwritten = self.overwritten(&writes).await;
        self.inner.transact(writes).await?;
        self.remember(overwritten);
        self.deliver(())
    }
}

/// One named test on a kind table and one on five hostile ones, of functions that take what stands over the table:
/// a type with `kind()` and `hostile(seed)`.
#[macro_export]
macro_rules! on_kind_and_hostile_tables {
    ($rig:ty: $($name:ident),+ $(,)?) => {
        mod on_a_kind_table {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(<$rig>::kind().await).await;
            })+
        }
        mod on_hostile_tables {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                for seed in 1..=5 {
                    super::$name(<$rig>::hostile(seed).await).await;
                }
            })+
        }
    };
}
