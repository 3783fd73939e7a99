//! The contract of the port.

use std::sync::Arc;

use async_trait::async_trait;
use aws_table::{DynamoTable, DynamoTableConfig};
use contract::TestClock;
use contract::table::TestTable;
use contract::walk::TestWalk;
use store::table::Table;
use store::walk::Walk;

use crate::dynamodb::config;

struct Dynamo {
    config: DynamoTableConfig,
    clock: Arc<TestClock>,
    table: Arc<DynamoTable>,
}

#[async_trait]
impl TestTable for Dynamo {
    async fn fresh() -> Self {
        let (config, clock) = (config(), Arc::new(TestClock::default()));
        let table = Arc::new(DynamoTable::new(&config, clock.clone()));
        table.create().await.unwrap();
        Self { config, clock, table }
    }

    fn table(&self) -> Arc<dyn Table> {
        self.table.clone()
    }

    fn clock(&self) -> Arc<TestClock> {
        self.clock.clone()
    }

    /// A client of its own: nothing of what the old one knew.
    async fn reopened(self) -> Self {
        let table = Arc::new(DynamoTable::new(&self.config, self.clock.clone()));
        Self { table, ..self }
    }
}

contract::table_contract!(Dynamo);

impl TestWalk for Dynamo {
    fn walk(&self) -> Arc<dyn Walk> {
        self.table.clone()
    }
}

contract::walk_contract!(Dynamo);
