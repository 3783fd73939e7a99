//! A wrapper that counts calls, so that suites can assert what an operation may cost.

use std::future::Future;
use std::ops::Sub;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use store::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write};

/// Calls by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Single reads.
    pub gets: u64,
    /// Batches of reads.
    pub batches: u64,
    /// Pages, of the table or of an index.
    pub queries: u64,
    /// Single writes.
    pub writes: u64,
    /// Transactions.
    pub transactions: u64,
}

impl Counts {
    /// Calls of every kind.
    pub fn calls(self) -> u64 {
        self.reads() + self.writes + self.transactions
    }

    /// Calls that only read.
    pub fn reads(self) -> u64 {
        self.gets + self.batches + self.queries
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            gets: self.gets - before.gets,
            batches: self.batches - before.batches,
            queries: self.queries - before.queries,
            writes: self.writes - before.writes,
            transactions: self.transactions - before.transactions,
        }
    }
}

#[derive(Debug, Default)]
struct Counter {
    gets: AtomicU64,
    batches: AtomicU64,
    queries: AtomicU64,
    writes: AtomicU64,
    transactions: AtomicU64,
}

impl Counter {
    fn counts(&self) -> Counts {
        Counts {
            gets: self.gets.load(Ordering::SeqCst),
            batches: self.batches.load(Ordering::SeqCst),
            queries: self.queries.load(Ordering::SeqCst),
            writes: self.writes.load(Ordering::SeqCst),
            transactions: self.transactions.load(Ordering::SeqCst),
        }
    }
}

tokio::task_local! {
    static SCOPE: Arc<Counter>;
}

/// Counts the calls of all tasks together, and of one operation apart.
///
/// Count the wrapper that the operation sees: outside of a [`Persistent`](crate::Persistent) its
/// repetitions do not count, inside they do.
pub struct CountingTable {
    inner: Arc<dyn Table>,
    all: Counter,
}

impl CountingTable {
    /// Wraps a table.
    pub fn new(inner: Arc<dyn Table>) -> Self {
        Self { inner, all: Counter::default() }
    }

    /// Calls of all tasks since the beginning.
    pub fn counts(&self) -> Counts {
        self.all.counts()
    }

    /// Runs one operation and gives the calls that it made from its own task, those of others apart.
    /// What it spawns is not seen: await [`counts`](Self::counts) instead.
    pub async fn counting<T>(operation: impl Future<Output = T>) -> (T, Counts) {
        let counter = Arc::new(Counter::default());
        let output = SCOPE.scope(counter.clone(), operation).await;
        (output, counter.counts())
    }

    fn count(&self, kind: impl Fn(&Counter) -> &AtomicU64) {
        kind(&self.all).fetch_add(1, Ordering::SeqCst);
        // Fails outside of a counted operation, where there is nothing more to count.
        let _ = SCOPE.try_with(|counter| kind(counter).fetch_add(1, Ordering::SeqCst));
    }
}

#[async_trait]
impl Table for CountingTable {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError> {
        self.count(|counter| &counter.gets);
        self.inner.get(key, consistency).await
    }

    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError> {
        self.count(|counter| &counter.batches);
        self.inner.batch_get(keys, consistency).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        self.count(|counter| &counter.queries);
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        self.count(|counter| &counter.writes);
        self.inner.write(write).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        self.count(|counter| &counter.transactions);
        self.inner.transact(writes).await
    }
}
