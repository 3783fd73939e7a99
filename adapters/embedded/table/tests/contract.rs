//! The table keeps the contract of its port.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use contract::TestClock;
use contract::table::TestTable;
use contract::walk::TestWalk;
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::table::Table;
use store::walk::Walk;
use tempfile::TempDir;

struct Sqlite {
    place: TempDir,
    clock: Arc<TestClock>,
    table: Arc<SqliteTable>,
}

fn open(place: &Path, clock: &Arc<TestClock>) -> Arc<SqliteTable> {
    let folder = DataFolder::open(place).unwrap();
    let config = SqliteTableConfig { readers: 2, max_bytes: None };
    Arc::new(SqliteTable::open(&folder, &config, clock.clone()).unwrap())
}

#[async_trait]
impl TestTable for Sqlite {
    async fn fresh() -> Self {
        let place = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let table = open(place.path(), &clock);
        Self { place, clock, table }
    }

    fn table(&self) -> Arc<dyn Table> {
        self.table.clone()
    }

    fn clock(&self) -> Arc<TestClock> {
        self.clock.clone()
    }

    /// Opens what is on the disk at this moment, while the old table is still open and writing: that is
    /// what a killed process leaves. The file comes before its log, since the log only grows.
    async fn reopened(self) -> Self {
        let place = tempfile::tempdir().unwrap();
        for name in ["table.sqlite", "table.sqlite-wal"] {
            std::fs::copy(self.place.path().join(name), place.path().join(name)).unwrap();
        }
        let table = open(place.path(), &self.clock);
        Self { place, clock: self.clock, table }
    }
}

contract::table_contract!(Sqlite);

impl TestWalk for Sqlite {
    fn walk(&self) -> Arc<dyn Walk> {
        self.table.clone()
    }
}

contract::walk_contract!(Sqlite);
