//! Clauses on single items.

use store::table::{Condition, Consistency, Write};

use super::{TestTable, item, key, map, put, read, text};
use store::table::Value;

/// Every kind of value comes back equal, nested, empty and extreme ones too.
pub async fn an_item_reads_back_as_it_was_put(place: impl TestTable) {
    let table = place.table();
    let stored = item(
        "P#1",
        "META",
        [
            ("title", text("형태소 분석기 \u{10ffff} \0")),
            ("empty", text("")),
            ("low", Value::N(i64::MIN)),
            ("high", Value::N(i64::MAX)),
            ("zero", Value::N(0)),
            ("yes", Value::Bool(true)),
            ("no", Value::Bool(false)),
            ("bytes", Value::B((0..=255).collect())),
            ("no bytes", Value::B(Vec::new())),
            ("list", Value::L(vec![Value::N(1), text("a"), Value::L(Vec::new())])),
            ("map", Value::M(map([("가", Value::M(map([])))]))),
        ],
    );
    table.write(put(&stored)).await.unwrap();
    for consistency in [Consistency::Strong, Consistency::Eventual] {
        let read = table.get(&stored.key, consistency).await.unwrap();
        assert_eq!(read, Some(stored.clone()), "{consistency:?}");
    }
}

/// Nothing of the old item shows through.
pub async fn a_put_replaces_the_whole_item(place: impl TestTable) {
    let table = place.table();
    table.write(put(&item("P#1", "META", [("old", Value::N(1))]))).await.unwrap();
    table.write(put(&item("P#1", "META", [("new", Value::N(2))]))).await.unwrap();
    assert_eq!(read(&*table, "P#1", "META").await, Some(map([("new", Value::N(2))])));
}

/// Absence is no error.
pub async fn an_absent_item_is_none(place: impl TestTable) {
    let table = place.table();
    table.write(put(&item("P#1", "META", []))).await.unwrap();
    for absent in [key("P#1", "DRAFT"), key("P#2", "META"), key("P#1", "MET"), key("P#1M", "ETA")] {
        assert_eq!(table.get(&absent, Consistency::Strong).await.unwrap(), None, "{absent:?}");
    }
}

/// A delete is the same whether the item was there or not.
pub async fn removing_what_is_not_there_is_no_error(place: impl TestTable) {
    let table = place.table();
    table.write(put(&item("P#1", "META", []))).await.unwrap();
    for _ in 0..2 {
        let gone = table.write(Write::Delete(key("P#1", "META"), Condition::Always)).await.unwrap();
        assert_eq!(gone, None);
        assert_eq!(read(&*table, "P#1", "META").await, None);
    }
}

/// Keys are bytes: no case folding, no normalisation, no trimming.
pub async fn keys_that_differ_in_case_or_form_are_different_items(place: impl TestTable) {
    let table = place.table();
    let keys = ["a", "A", "a ", " a", "\u{e9}", "e\u{301}", "한", "\u{1112}\u{1161}\u{11ab}"];
    for (number, sk) in (0..).zip(keys) {
        table.write(put(&item("SLUG", sk, [("n", Value::N(number))]))).await.unwrap();
    }
    for (number, sk) in (0..).zip(keys) {
        let found = read(&*table, "SLUG", sk).await;
        assert_eq!(found, Some(map([("n", Value::N(number))])), "{sk:?}");
    }
}

/// Put and update answer with the new item, delete with none.
pub async fn a_write_answers_with_the_item_as_it_is_now(place: impl TestTable) {
    use store::table::Change;
    let table = place.table();
    let first = item("P#1", "META", [("likes", Value::N(1)), ("title", text("a"))]);
    assert_eq!(table.write(put(&first)).await.unwrap(), Some(first.clone()));

    let liked = Write::Update(first.key.clone(), vec![Change::Add("likes", 2)], Condition::Present);
    let now = item("P#1", "META", [("likes", Value::N(3)), ("title", text("a"))]);
    assert_eq!(table.write(liked).await.unwrap(), Some(now));

    let deleted = table.write(Write::Delete(first.key, Condition::Present)).await.unwrap();
    assert_eq!(deleted, None);
}

/// A strong read after an acknowledged write sees it, from whichever task.
pub async fn a_reader_sees_a_write_as_soon_as_it_is_acknowledged(place: impl TestTable) {
    let table = place.table();
    for number in 0..100 {
        let stored = item("P#1", "META", [("n", Value::N(number))]);
        table.write(put(&stored)).await.unwrap();
        let readers = (0..4).map(|_| {
            let (table, key) = (table.clone(), stored.key.clone());
            tokio::spawn(async move { table.get(&key, Consistency::Strong).await.unwrap() })
        });
        for reader in readers.collect::<Vec<_>>() {
            assert_eq!(reader.await.unwrap(), Some(stored.clone()));
        }
    }
}
