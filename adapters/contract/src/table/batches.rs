//! Clauses on batches of reads.

use std::collections::BTreeSet;

use store::table::{Consistency, Item, Key, Table, Value};

use super::{TestTable, assert_invalid, item, key, put_all};

/// Asks until nothing is left unprocessed; panics when that does not end.
async fn read_all(table: &dyn Table, keys: &[Key]) -> Vec<Item> {
    let mut left = keys.to_vec();
    let mut items = Vec::new();
    for _ in 0..1000 {
        let batch = table.batch_get(&left, Consistency::Strong).await.unwrap();
        items.extend(batch.items);
        if batch.unprocessed.is_empty() {
            items.sort_by(|a, b| a.key.cmp(&b.key));
            return items;
        }
        assert!(batch.unprocessed.iter().all(|key| left.contains(key)), "a key not asked for");
        left = batch.unprocessed;
    }
    panic!("the batch does not end");
}

/// Those that exist, each once, whole; none of the others.
pub async fn a_batch_reads_each_key_that_exists(place: impl TestTable) {
    let table = place.table();
    let items: Vec<Item> = (10..60)
        .map(|n| item(&format!("P#{}", n % 7), &format!("S#{n}"), [("n", Value::N(n))]))
        .collect();
    put_all(&*table, &items).await;
    let absent = (10..60).map(|n| key("ABSENT", &format!("S#{n}")));
    let keys: Vec<Key> = items.iter().map(|item| item.key.clone()).chain(absent).collect();
    assert_eq!(keys.len(), 100);

    let found = read_all(&*table, &keys).await;
    let mut expected = items;
    expected.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(found, expected);
    assert_eq!(read_all(&*table, &[]).await, []);
}

/// 100 fit, 101 do not.
pub async fn a_batch_of_more_than_100_keys_is_refused(place: impl TestTable) {
    let table = place.table();
    let keys: Vec<Key> = (0..101).map(|n| key("P#1", &n.to_string())).collect();
    assert_invalid(table.batch_get(&keys, Consistency::Strong).await, "101 keys");
    table.batch_get(&keys[1..], Consistency::Strong).await.unwrap();
}

/// A key stands in a batch once.
pub async fn a_batch_with_a_key_twice_is_refused(place: impl TestTable) {
    let keys = [key("P#1", "META"), key("P#2", "META"), key("P#1", "META")];
    let refused = place.table().batch_get(&keys, Consistency::Eventual).await;
    assert_invalid(refused, "a key twice");
}

/// 16 MB are answered at once, the rest is named and read by asking again.
pub async fn a_batch_too_large_for_one_answer_is_read_in_parts(place: impl TestTable) {
    let table = place.table();
    let items: Vec<Item> = (10..60)
        .map(|n| item("P#1", &format!("REV#{n}"), [("body", Value::B(vec![0; 390 * 1024]))]))
        .collect();
    put_all(&*table, &items).await;
    let keys: Vec<Key> = items.iter().map(|item| item.key.clone()).collect();
    let first = table.batch_get(&keys, Consistency::Strong).await.unwrap();
    assert!(!first.unprocessed.is_empty(), "19 MB came at once");

    let found = read_all(&*table, &keys).await;
    let found: BTreeSet<Key> = found.into_iter().map(|item| item.key).collect();
    assert_eq!(found, keys.into_iter().collect());
}
