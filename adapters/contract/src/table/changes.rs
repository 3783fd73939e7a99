//! Clauses on updates.

use store::table::{Change, Condition, Value, Write};

use super::{TestTable, assert_invalid, item, key, map, put, read, text};

fn update(changes: Vec<Change>) -> Write {
    Write::Update(key("P#1", "META"), changes, Condition::Always)
}

/// Counters and rows begin by being changed; removing what is not there changes nothing.
pub async fn an_update_makes_the_item_that_is_not_there(place: impl TestTable) {
    let table = place.table();
    let made = table
        .write(update(vec![
            Change::Add("likes", -2),
            Change::Set("title", text("a")),
            Change::Remove("none"),
        ]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(made, item("P#1", "META", [("likes", Value::N(-2)), ("title", text("a"))]));
    assert_eq!(read(&*table, "P#1", "META").await, Some(made.attributes));
}

/// What is not named stays, whoever wrote it meanwhile.
pub async fn an_update_leaves_other_attributes_alone(place: impl TestTable) {
    let table = place.table();
    let old = [("a", Value::N(1)), ("b", text("b")), ("c", Value::Bool(true))];
    table.write(put(&item("P#1", "META", old))).await.unwrap();
    table
        .write(update(vec![Change::Remove("a"), Change::Set("c", Value::Bool(false))]))
        .await
        .unwrap();
    let expected = map([("b", text("b")), ("c", Value::Bool(false))]);
    assert_eq!(read(&*table, "P#1", "META").await, Some(expected));
}

/// A counter loses no addition, and each adder is given a number of its own.
pub async fn concurrent_additions_are_all_counted(place: impl TestTable) {
    let table = place.table();
    let adders = (0..8).map(|_| {
        let table = table.clone();
        tokio::spawn(async move {
            let mut seen = Vec::new();
            for _ in 0..10 {
                let now = table.write(update(vec![Change::Add("n", 1)])).await.unwrap().unwrap();
                seen.push(now.attributes["n"].clone());
            }
            seen
        })
    });
    let mut seen = Vec::new();
    for adder in adders.collect::<Vec<_>>() {
        seen.extend(adder.await.unwrap());
    }
    let mut numbers: Vec<i64> = seen
        .into_iter()
        .map(|value| if let Value::N(number) = value { number } else { panic!("{value:?}") })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
    assert_eq!(read(&*table, "P#1", "META").await.unwrap()["n"], Value::N(80));
}

/// The map must be there; other entries stay.
pub async fn an_entry_is_set_in_a_map_and_nowhere_else(place: impl TestTable) {
    let table = place.table();
    let set = |name, entry: &str, number| Change::SetIn(name, entry.to_owned(), Value::N(number));
    assert_invalid(table.write(update(vec![set("parts", "a", 1)])).await, "no item");

    let parts = Value::M(map([("a", Value::N(0)), ("b", Value::N(0))]));
    table.write(put(&item("P#1", "META", [("parts", parts), ("n", Value::N(1))]))).await.unwrap();
    table.write(update(vec![set("parts", "a", 1), set("parts", "c#1.2", 2)])).await.unwrap();
    assert_invalid(table.write(update(vec![set("none", "a", 1)])).await, "no map");
    assert_invalid(table.write(update(vec![set("n", "a", 1)])).await, "a number");

    let parts = map([("a", Value::N(1)), ("b", Value::N(0)), ("c#1.2", Value::N(2))]);
    assert_eq!(read(&*table, "P#1", "META").await.unwrap()["parts"], Value::M(parts));
}

/// A counter does not wrap around.
pub async fn a_sum_beyond_64_bits_is_refused(place: impl TestTable) {
    let table = place.table();
    for (extreme, step) in [(i64::MAX, 1), (i64::MIN, -1)] {
        let stored = item("P#1", "META", [("n", Value::N(extreme))]);
        table.write(put(&stored)).await.unwrap();
        assert_invalid(table.write(update(vec![Change::Add("n", step)])).await, "overflow");
        assert_eq!(read(&*table, "P#1", "META").await, Some(stored.attributes));
    }
}

/// Only numbers have sums.
pub async fn adding_to_a_text_is_refused(place: impl TestTable) {
    let table = place.table();
    table.write(put(&item("P#1", "META", [("n", text("1"))]))).await.unwrap();
    assert_invalid(table.write(update(vec![Change::Add("n", 1)])).await, "a text");
}

/// All changes see the item as it was, so two of one attribute have no meaning.
pub async fn changing_one_attribute_twice_is_refused(place: impl TestTable) {
    let table = place.table();
    let entry = |entry: &str| Change::SetIn("n", entry.to_owned(), Value::N(1));
    for changes in [
        vec![Change::Add("n", 1), Change::Add("n", 1)],
        vec![Change::Set("n", Value::N(1)), Change::Remove("n")],
        vec![entry("a"), entry("a")],
        vec![entry("a"), Change::Remove("n")],
    ] {
        assert_invalid(table.write(update(changes.clone())).await, &format!("{changes:?}"));
    }
    assert_eq!(read(&*table, "P#1", "META").await, None);
}
