//! Where the suites run: an embedded table, in a folder of its own. The AWS home runs those that need no more
//! than the port over a place of its own (`adapters/aws/table/tests/store`).

use std::sync::Arc;

use contract::{CountingTable, Counts, TestClock};
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::table::Table;
use tempfile::TempDir;

pub struct Place {
    pub table: Arc<SqliteTable>,
    counting: Arc<CountingTable>,
    _folder: TempDir,
}

impl Place {
    /// Whether a call is counted as soon as it is made.
    #[allow(dead_code, reason = "the schema's suites ask")]
    pub const AT_THE_PORT: bool = true;

    pub async fn fresh(clock: &Arc<TestClock>) -> Place {
        Self::of_size(clock, None)
    }

    /// On a disk with room for so many bytes.
    #[allow(dead_code, reason = "the schema's suites fill one")]
    pub fn of_bytes(clock: &Arc<TestClock>, bytes: u64) -> Place {
        Self::of_size(clock, Some(bytes))
    }

    fn of_size(clock: &Arc<TestClock>, max_bytes: Option<u64>) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        let config = SqliteTableConfig { readers: 1, max_bytes };
        let table = Arc::new(SqliteTable::open(&data, &config, clock.clone()).unwrap());
        let counting = Arc::new(CountingTable::new(table.clone()));
        Place { table, counting, _folder: folder }
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

/// One named test on the kind table and one on five hostile ones.
#[macro_export]
macro_rules! on_every_table {
    ($($name:ident),+ $(,)?) => {
        contract::on_kind_and_hostile_tables!($crate::rig::Rig: $($name),+);
    };
}
