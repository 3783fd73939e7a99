//! A table of its own for each test, in DynamoDB Local.

use std::sync::Arc;

use aws_table::DynamoTable;
use contract::{CountingTable, Counts, TestClock};
use store::table::Table;

use crate::servers::config;

pub struct Place {
    pub table: Arc<DynamoTable>,
    counting: Arc<CountingTable>,
}

impl Place {
    pub async fn fresh(clock: &Arc<TestClock>) -> Place {
        let table = Arc::new(DynamoTable::new(&config(), clock.clone()));
        table.create().await.unwrap();
        let counting = Arc::new(CountingTable::new(table.clone()));
        Place { table, counting }
    }

    /// The table, whose calls are counted.
    pub fn counted(&self) -> Arc<dyn Table> {
        self.counting.clone()
    }

    /// Its calls so far.
    pub fn counts(&self) -> Counts {
        self.counting.counts()
    }
}

/// One named test of each.
#[macro_export]
macro_rules! on_every_table {
    ($($name:ident),+ $(,)?) => {
        mod on_dynamodb {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::rig::Rig::kind().await).await;
            })+
        }
    };
}
