//! What the embedded table does beyond its port.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use contract::TestClock;
use domain::ports::Clock;
use embedded_table::{DataFolder, OpenError, SqliteTable, SqliteTableConfig};
use store::table::{Condition, Consistency, Item, Key, TTL, Table, TableError, Value, Write};
use tokio::sync::broadcast::error::TryRecvError;

fn open(place: &Path, max_bytes: Option<u64>) -> (Arc<SqliteTable>, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let folder = DataFolder::open(place).unwrap();
    let config = SqliteTableConfig { readers: 2, max_bytes };
    (Arc::new(SqliteTable::open(&folder, &config, clock.clone()).unwrap()), clock)
}

fn row(sk: &str, bytes: usize) -> Item {
    let attributes = BTreeMap::from([("body".to_owned(), Value::B(vec![7; bytes]))]);
    Item { key: Key::new("L", sk), attributes }
}

fn put(item: &Item) -> Write {
    Write::Put(item.clone(), Condition::Always)
}

async fn get(table: &SqliteTable, sk: &str) -> Result<Option<Item>, TableError> {
    table.get(&Key::new("L", sk), Consistency::Strong).await
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let (table, _) = open(place.path(), Some(1024 * 1024));
    let mut kept = Vec::new();
    let refused = loop {
        let item = row(&format!("{:03}", kept.len()), 20_000);
        match table.write(put(&item)).await {
            Ok(_) => kept.push(item),
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, TableError::Full), "{refused:?}");
    assert!((30..60).contains(&kept.len()), "{} items of 20 KB in 1 MB", kept.len());

    // A transaction that does not fit leaves nothing, also not its first small write.
    let writes = vec![put(&row("small", 10)), put(&row("large", 300_000))];
    assert!(matches!(table.transact(writes).await, Err(TableError::Full)));
    assert_eq!(get(&table, "small").await.unwrap(), None);
    for item in &kept {
        assert_eq!(get(&table, &item.key.sk).await.unwrap().as_ref(), Some(item));
    }

    // Removing makes room again.
    for item in &kept[..20] {
        table.write(Write::Delete(item.key.clone(), Condition::Present)).await.unwrap();
    }
    table.write(put(&row("large", 300_000))).await.unwrap();
}

#[tokio::test]
async fn the_feed_tells_the_keys_of_what_was_written() {
    let place = tempfile::tempdir().unwrap();
    let (table, _) = open(place.path(), None);
    let mut feed = table.subscribe();
    table.write(put(&row("1", 1))).await.unwrap();
    table.write(Write::Put(row("1", 1), Condition::Absent)).await.unwrap_err();
    let check = Write::Check(Key::new("L", "none"), Condition::Absent);
    let delete = Write::Delete(Key::new("L", "1"), Condition::Present);
    table.transact(vec![put(&row("2", 1)), check, delete]).await.unwrap();

    let told: Vec<String> = std::iter::from_fn(|| feed.try_recv().ok()).map(|key| key.sk).collect();
    assert_eq!(told, ["1", "2", "1"]);
    assert_eq!(feed.try_recv(), Err(TryRecvError::Empty));
}

#[tokio::test]
async fn expired_items_are_removed_oldest_first_and_no_others() {
    let place = tempfile::tempdir().unwrap();
    let (table, clock) = open(place.path(), None);
    let now = clock.now().seconds();
    for (sk, end) in
        [("a", Some(now + 30)), ("b", Some(now + 10)), ("c", None), ("d", Some(now + 99))]
    {
        let mut item = row(sk, 10);
        item.attributes.extend(end.map(|end| (TTL.to_owned(), Value::N(end))));
        table.write(put(&item)).await.unwrap();
    }
    assert_eq!(table.remove_expired(100).await.unwrap(), 0);
    clock.advance(Duration::from_secs(60));
    assert_eq!(table.remove_expired(1).await.unwrap(), 1);

    // The expired one that is left is still there for conditions.
    let absent = |sk| Write::Put(row(sk, 1), Condition::Absent);
    assert!(matches!(table.write(absent("a")).await, Err(TableError::ConditionFailed(_))));
    table.write(absent("b")).await.unwrap();
    assert_eq!(table.remove_expired(100).await.unwrap(), 1);
    assert_eq!(table.remove_expired(100).await.unwrap(), 0);
    for sk in ["b", "c", "d"] {
        assert!(get(&table, sk).await.unwrap().is_some(), "{sk}");
    }
}

#[tokio::test]
async fn a_damaged_row_is_an_error_of_its_own() {
    let place = tempfile::tempdir().unwrap();
    let (table, _) = open(place.path(), None);
    table.write(put(&row("1", 10))).await.unwrap();
    table.write(put(&row("2", 10))).await.unwrap();
    let outside = rusqlite::Connection::open(place.path().join("table.sqlite")).unwrap();
    outside.execute("UPDATE items SET body = x'0199' WHERE sk = '1'", []).unwrap();

    let damaged = get(&table, "1").await;
    assert!(matches!(damaged, Err(TableError::Backend { .. })), "{damaged:?}");
    let (refused, written) = tokio::join!(
        table.write(Write::Update(Key::new("L", "1"), Vec::new(), Condition::Always)),
        table.write(put(&row("3", 10))),
    );
    assert!(matches!(refused, Err(TableError::Backend { .. })), "{refused:?}");
    written.unwrap();
    assert_eq!(get(&table, "2").await.unwrap(), Some(row("2", 10)));
}

#[test]
fn a_table_of_a_newer_release_is_refused() {
    let place = tempfile::tempdir().unwrap();
    drop(open(place.path(), None));
    let outside = rusqlite::Connection::open(place.path().join("table.sqlite")).unwrap();
    outside.pragma_update(None, "user_version", 2).unwrap();
    drop(outside);
    let folder = DataFolder::open(place.path()).unwrap();
    let config = SqliteTableConfig { readers: 1, max_bytes: None };
    let refused = SqliteTable::open(&folder, &config, Arc::new(TestClock::default())).err();
    assert!(matches!(refused, Some(OpenError::Newer { found: 2, known: 1, .. })), "{refused:?}");
}

#[test]
fn an_open_table_keeps_the_data_folder_locked() {
    let place = tempfile::tempdir().unwrap();
    let (table, _) = open(place.path(), None);
    assert!(DataFolder::open(place.path()).is_err());
    drop(table);
    DataFolder::open(place.path()).unwrap();
}

#[tokio::test]
async fn a_write_goes_on_when_its_caller_has_gone() {
    let place = tempfile::tempdir().unwrap();
    let (table, _) = open(place.path(), None);
    let mut feed = table.subscribe();
    {
        let write = table.write(put(&row("1", 10)));
        tokio::pin!(write);
        // Polled once, so it is sent; then dropped.
        let _ = polled_once(write.as_mut()).await;
    }
    let told = tokio::time::timeout(Duration::from_secs(10), feed.recv()).await.unwrap().unwrap();
    assert_eq!(told, Key::new("L", "1"));
    assert_eq!(get(&table, "1").await.unwrap(), Some(row("1", 10)));
}

async fn polled_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_readers_and_writers_at_once_all_get_their_own_answer() {
    let place = tempfile::tempdir().unwrap();
    let (table, _) = open(place.path(), None);
    let tasks = (0..200).map(|n| {
        let table = table.clone();
        tokio::spawn(async move {
            let item = row(&format!("{n:03}"), n);
            assert_eq!(table.write(put(&item)).await.unwrap(), Some(item.clone()));
            let read = get(&table, &item.key.sk).await.unwrap();
            assert_eq!(read, Some(item.clone()));
            item.key.sk
        })
    });
    let mut seen = BTreeSet::new();
    for task in tasks.collect::<Vec<_>>() {
        seen.insert(task.await.unwrap());
    }
    assert_eq!(seen.len(), 200);
}
