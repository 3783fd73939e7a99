//! A table of its own for each test, in DynamoDB Local.

use std::sync::Arc;

use aws_table::DynamoTable;
use contract::TestClock;

use crate::servers::config;

pub struct Place {
    pub table: Arc<DynamoTable>,
}

impl Place {
    pub async fn fresh(clock: &Arc<TestClock>) -> Place {
        let table = Arc::new(DynamoTable::new(&config(), clock.clone()));
        table.create().await.unwrap();
        Place { table }
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
