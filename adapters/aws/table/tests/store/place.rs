//! A table of its own for each test, in DynamoDB Local. What is asked of it is counted at the wire.

use std::sync::Arc;

use aws_table::DynamoTable;
use contract::{Counts, TestClock};
use store::table::Table;

use crate::servers::{Server, config_at};
use crate::wire::Wire;

pub struct Place {
    pub table: Arc<DynamoTable>,
    pub wire: Wire,
}

impl Place {
    /// Calls are counted when they have come to the wire.
    #[allow(dead_code, reason = "the schema's suites ask")]
    pub const AT_THE_PORT: bool = false;

    pub async fn fresh(clock: &Arc<TestClock>) -> Place {
        let wire = Wire::before(&Server::DynamoDbLocal.url()).await;
        let table = Arc::new(DynamoTable::new(&config_at(wire.url.clone()), clock.clone()));
        table.create().await.unwrap();
        Place { table, wire }
    }

    /// The table, whose requests are counted.
    pub fn counted(&self) -> Arc<dyn Table> {
        self.table.clone()
    }

    /// Its requests so far.
    pub fn counts(&self) -> Counts {
        self.wire.counts()
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
