//! The contract of the port, on all that speak DynamoDB's protocol: where one of them errs, the others do not.

use std::sync::Arc;

use async_trait::async_trait;
use aws_table::{DynamoTable, DynamoTableConfig};
use contract::TestClock;
use contract::table::TestTable;
use contract::walk::TestWalk;
use domain::Timestamp;
use store::table::Table;
use store::walk::Walk;

use crate::servers::{Server, config_at};

/// Later than any clock of a server: one that removes what is expired by its own finds nothing to remove.
const LATER: Timestamp = Timestamp(4_102_444_800_000);

struct Dynamo {
    config: DynamoTableConfig,
    clock: Arc<TestClock>,
    table: Arc<DynamoTable>,
}

impl Dynamo {
    async fn fresh_on(server: Server) -> Self {
        let (config, clock) = (config_at(server.url()), Arc::new(TestClock::at(LATER)));
        let table = Arc::new(DynamoTable::new(&config, clock.clone()));
        table.create().await.unwrap();
        Self { config, clock, table }
    }

    /// A client of its own: nothing of what the old one knew.
    fn reopened(self) -> Self {
        let table = Arc::new(DynamoTable::new(&self.config, self.clock.clone()));
        Self { table, ..self }
    }
}

macro_rules! contract_on {
    ($($module:ident: $server:ident),+ $(,)?) => {$(
        mod $module {
            use super::*;

            struct Place(Dynamo);

            #[async_trait]
            impl TestTable for Place {
                async fn fresh() -> Self {
                    Place(Dynamo::fresh_on(Server::$server).await)
                }

                fn table(&self) -> Arc<dyn Table> {
                    self.0.table.clone()
                }

                fn clock(&self) -> Arc<TestClock> {
                    self.0.clock.clone()
                }

                async fn reopened(self) -> Self {
                    Place(self.0.reopened())
                }
            }

            contract::table_contract!(Place);

            impl TestWalk for Place {
                fn walk(&self) -> Arc<dyn Walk> {
                    self.0.table.clone()
                }
            }

            contract::walk_contract!(Place);
        }
    )+};
}

contract_on!(on_dynamodb_local: DynamoDbLocal, on_dynoxide: Dynoxide, on_ministack: MiniStack);
