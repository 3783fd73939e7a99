//! Clauses on what a table refuses. What fits one home must fit the other.

use store::table::{Change, Condition, Consistency, Item, Key, Table, Value, Write};

use super::{TestTable, assert_invalid, item, key, map, put, read, text};

/// No part of a key is empty.
pub async fn empty_keys_are_refused(place: impl TestTable) {
    let table = place.table();
    for (pk, sk) in [("", "META"), ("P#1", "")] {
        refuse_key(&*table, key(pk, sk)).await;
    }
}

/// 2,048 bytes of partition and 1,024 of sort key fit, one more does not.
pub async fn long_keys_are_refused(place: impl TestTable) {
    let table = place.table();
    let longest = Key::new("p".repeat(2048), "s".repeat(1024));
    let stored = Item { key: longest.clone(), attributes: map([]) };
    table.write(put(&stored)).await.unwrap();
    assert_eq!(table.get(&longest, Consistency::Strong).await.unwrap(), Some(stored));
    refuse_key(&*table, Key::new("p".repeat(2049), "s")).await;
    refuse_key(&*table, Key::new("p", "가".repeat(342))).await;
}

async fn refuse_key(table: &dyn Table, key: Key) {
    let what = format!("{} and {} bytes", key.pk.len(), key.sk.len());
    assert_invalid(table.get(&key, Consistency::Strong).await, &what);
    assert_invalid(table.batch_get(std::slice::from_ref(&key), Consistency::Strong).await, &what);
    let stored = Item { key: key.clone(), attributes: map([]) };
    assert_invalid(table.write(put(&stored)).await, &what);
    assert_invalid(table.transact(vec![Write::Delete(key, Condition::Always)]).await, &what);
}

/// An item of 400 KB less a little fits, keys and names included; above it is refused.
pub async fn an_item_above_400_kb_is_refused(place: impl TestTable) {
    let table = place.table();
    // pk 2 + 3, sk 2 + 4, name 4.
    let rest = 2 + 3 + 2 + 4 + 4;
    let fits = item("P#1", "REV1", [("body", Value::B(vec![7; 400 * 1024 - rest]))]);
    table.write(put(&fits)).await.unwrap();
    assert_eq!(read(&*table, "P#1", "REV1").await, Some(fits.attributes));
    let above = item("P#1", "REV2", [("body", Value::B(vec![7; 400 * 1024 - rest + 1]))]);
    assert_invalid(table.write(put(&above)).await, "above 400 KB");
    assert_invalid(table.transact(vec![put(&above)]).await, "above 400 KB");
    assert_eq!(read(&*table, "P#1", "REV2").await, None);
}

/// The limit holds for what an update leaves.
pub async fn an_update_that_grows_an_item_above_400_kb_is_refused(place: impl TestTable) {
    let table = place.table();
    let old = item("P#1", "META", [("a", Value::B(vec![0; 300 * 1024]))]);
    table.write(put(&old)).await.unwrap();
    let grow = |name| vec![Change::Set(name, Value::B(vec![0; 200 * 1024]))];
    let grown = Write::Update(old.key.clone(), grow("b"), Condition::Always);
    assert_invalid(table.write(grown.clone()).await, "above 400 KB");
    assert_invalid(table.transact(vec![grown]).await, "above 400 KB");
    assert_eq!(read(&*table, "P#1", "META").await, Some(old.attributes));
    let shrunk = Write::Update(old.key, grow("a"), Condition::Always);
    table.write(shrunk).await.unwrap();
}

/// 100 fit, 101 do not.
pub async fn more_than_100_writes_are_refused(place: impl TestTable) {
    let table = place.table();
    let writes = |count: usize| (0..count).map(|n| put(&item("P#1", &n.to_string(), []))).collect();
    assert_invalid(table.transact(writes(101)).await, "101 writes");
    assert_eq!(read(&*table, "P#1", "0").await, None);
    table.transact(writes(100)).await.unwrap();
    assert_eq!(read(&*table, "P#1", "99").await, Some(map([])));
}

/// Also when one of them is a check.
pub async fn two_writes_of_one_item_are_refused(place: impl TestTable) {
    let table = place.table();
    let stored = item("P#1", "META", []);
    for second in [
        put(&stored),
        Write::Delete(stored.key.clone(), Condition::Always),
        Write::Check(stored.key.clone(), Condition::Absent),
    ] {
        let other = put(&item("P#2", "META", []));
        let writes = vec![put(&stored), other, second.clone()];
        assert_invalid(table.transact(writes).await, &format!("{second:?}"));
    }
    assert_eq!(read(&*table, "P#1", "META").await, None);
}

/// The items of one transaction have 4 MB together.
pub async fn a_transaction_above_4_mb_is_refused(place: impl TestTable) {
    let table = place.table();
    let large = |n: usize| {
        let body = Value::B(vec![0; 390 * 1024]);
        put(&item("P#1", &format!("REV#{n}"), [("body", body)]))
    };
    assert_invalid(table.transact((0..11).map(large).collect()).await, "4.2 MB");
    assert_eq!(read(&*table, "P#1", "REV#0").await, None);
    table.transact((0..10).map(large).collect()).await.unwrap();
}

/// The key's own names are not for attributes.
pub async fn a_key_is_no_attribute(place: impl TestTable) {
    let table = place.table();
    for name in ["pk", "sk"] {
        let stored = item("P#1", "META", [(name, text("a"))]);
        assert_invalid(table.write(put(&stored)).await, name);
        let changes = vec![Change::Set(name, text("a"))];
        let update = Write::Update(key("P#1", "META"), changes, Condition::Always);
        assert_invalid(table.write(update).await, name);
    }
}

/// An index's keys are of their kind or not there, and never empty.
pub async fn index_keys_of_another_kind_are_refused(place: impl TestTable) {
    let table = place.table();
    for (name, value) in [
        ("gsi1pk", Value::N(1)),
        ("gsi1sk", Value::N(1)),
        ("gsi2pk", text("")),
        ("gsi2sk", text("")),
        ("gsi3sk", text("1")),
        ("gsi3pk", Value::Bool(true)),
    ] {
        let stored = item("P#1", "META", [(name, value.clone())]);
        assert_invalid(table.write(put(&stored)).await, name);
        let name: &'static str = name;
        let update =
            Write::Update(key("P#1", "META"), vec![Change::Set(name, value)], Condition::Always);
        assert_invalid(table.write(update).await, name);
    }
    assert_eq!(read(&*table, "P#1", "META").await, None);
}

/// It would write nothing.
pub async fn a_check_alone_is_refused(place: impl TestTable) {
    let check = Write::Check(key("P#1", "META"), Condition::Absent);
    assert_invalid(place.table().write(check).await, "a check");
}
