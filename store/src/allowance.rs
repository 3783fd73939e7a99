//! How much of the table one operation may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::blog::Blog;
use crate::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write};

impl Blog {
    /// The same blog for one operation, which may make so many calls to the table. Each further one is
    /// refused with [`PortError::OverAllowance`](domain::ports::PortError::OverAllowance), before it
    /// reaches the table.
    pub fn within(&self, calls: u32) -> Blog {
        let (table, left) = (self.table.clone(), AtomicU32::new(calls));
        Blog { table: Arc::new(Allowance { table, left, calls }), ..self.clone() }
    }
}

struct Allowance {
    table: Arc<dyn Table>,
    left: AtomicU32,
    calls: u32,
}

impl Allowance {
    fn spend(&self) -> Result<&dyn Table, TableError> {
        let spend = |left: u32| left.checked_sub(1);
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend) {
            Ok(_) => Ok(&*self.table),
            Err(_) => Err(TableError::OverAllowance(self.calls)),
        }
    }
}

#[async_trait::async_trait]
impl Table for Allowance {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError> {
        self.spend()?.get(key, consistency).await
    }

    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError> {
        self.spend()?.batch_get(keys, consistency).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        self.spend()?.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        self.spend()?.write(write).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        self.spend()?.transact(writes).await
    }
}
