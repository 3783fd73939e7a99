//! A wrapper that tries again what may be tried again, as every caller of a table has to.

use std::sync::Arc;

use async_trait::async_trait;
use store::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write};

/// Tries a call again after a `Conflict`, and a read after `Unavailable`. A write that was unavailable
/// is not repeated: it may have happened.
pub struct Persistent {
    inner: Arc<dyn Table>,
}

/// More than bad luck; a table that refuses so often does not mean it for a moment.
const TRIES: usize = 100;

impl Persistent {
    /// Wraps a table.
    pub fn new(inner: Arc<dyn Table>) -> Self {
        Self { inner }
    }
}

/// Repeats a call while it is refused so; gives the last refusal when that does not end.
macro_rules! while_refused {
    ($refusal:pat, $call:expr) => {{
        let mut result = $call.await;
        for _ in 1..TRIES {
            if !matches!(result, Err($refusal)) {
                break;
            }
            tokio::task::yield_now().await;
            result = $call.await;
        }
        result
    }};
}

#[async_trait]
impl Table for Persistent {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError> {
        while_refused!(TableError::Unavailable, self.inner.get(key, consistency))
    }

    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError> {
        while_refused!(TableError::Unavailable, self.inner.batch_get(keys, consistency))
    }

    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        while_refused!(TableError::Unavailable, self.inner.query(query))
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        while_refused!(TableError::Conflict, self.inner.write(write.clone()))
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        while_refused!(TableError::Conflict, self.inner.transact(writes.clone()))
    }
}
