//! Clauses on conditions.

use store::table::{Condition, TTL, TableError, Value, Write};

use super::{TestTable, item, key, put, read, text};

/// A table of every condition against an item and against its absence.
pub async fn each_condition_decides_by_the_stored_item(place: impl TestTable) {
    use Condition::*;
    let table = place.table();
    let stored = item(
        "P#1",
        "META",
        [("n", Value::N(5)), ("s", text("m")), ("yes", Value::Bool(true)), (TTL, Value::N(100))],
    );
    table.write(put(&stored)).await.unwrap();

    // Condition, whether it holds of the item, whether it holds where there is none.
    let cases = [
        (Always, true, true),
        (Absent, false, true),
        (Present, true, false),
        (AbsentOrExpired(101), true, true),
        (AbsentOrExpired(100), false, true),
        (Equals("n", Value::N(5)), true, false),
        (Equals("n", Value::N(6)), false, false),
        (Equals("n", text("5")), false, false),
        (Equals("yes", Value::Bool(true)), true, false),
        (Equals("none", Value::N(5)), false, false),
        (Differs("n", Value::N(5)), false, true),
        (Differs("n", Value::N(6)), true, true),
        (Differs("n", text("5")), true, true),
        (Differs("none", Value::N(5)), true, true),
        (Lacks("n"), false, true),
        (Lacks("none"), true, true),
        (Below("n", Value::N(6)), true, false),
        (Below("n", Value::N(5)), false, false),
        (Below("n", text("9")), false, false),
        (Below("s", text("n")), true, false),
        (Below("s", text("m")), false, false),
        (Below("none", Value::N(9)), false, false),
        (AtLeast("n", Value::N(5)), true, false),
        (AtLeast("n", Value::N(-6)), true, false),
        (AtLeast("n", Value::N(6)), false, false),
        (AtLeast("s", text("Z")), true, false),
        (AtLeast("s", text("ma")), false, false),
        (AtLeast("s", Value::N(0)), false, false),
        (All(vec![Present, Equals("n", Value::N(5))]), true, false),
        (All(vec![Present, Equals("n", Value::N(6))]), false, false),
        (Any(vec![Absent, Equals("n", Value::N(5))]), true, true),
        (Any(vec![Absent, Equals("n", Value::N(6))]), false, true),
        (Any(vec![All(vec![Present, Lacks("n")]), All(vec![Lacks("x"), Absent])]), false, true),
    ];
    for (condition, of_item, of_absence) in cases {
        for (key, expected) in [(&stored.key, of_item), (&key("P#2", "META"), of_absence)] {
            // A second write, of another item, since a check stands in a transaction.
            let witness = put(&item("W", "-", []));
            let writes = vec![witness, Write::Check(key.clone(), condition.clone())];
            match table.transact(writes).await {
                Ok(()) => assert!(expected, "{condition:?} held of {key:?}"),
                Err(TableError::ConditionFailed(_)) => {
                    assert!(!expected, "{condition:?} did not hold of {key:?}");
                }
                Err(error) => panic!("{condition:?} of {key:?}: {error:?}"),
            }
        }
    }
}

/// Who is refused learns why, without another read.
pub async fn a_failed_condition_brings_the_item_as_it_is(place: impl TestTable) {
    let table = place.table();
    let stored = item("P#1", "META", [("revision", Value::N(7))]);
    table.write(put(&stored)).await.unwrap();
    let stale = Condition::Equals("revision", Value::N(6));
    let new = item("P#1", "META", [("revision", Value::N(7)), ("title", text("lost"))]);

    for write in [
        Write::Put(new, stale.clone()),
        Write::Update(stored.key.clone(), Vec::new(), stale.clone()),
        Write::Delete(stored.key.clone(), stale),
    ] {
        let refused = table.write(write.clone()).await.unwrap_err();
        let TableError::ConditionFailed(failed) = refused else { panic!("{refused:?}") };
        assert_eq!(failed.len(), 1);
        assert_eq!((failed[0].write, &failed[0].item), (0, &Some(stored.clone())), "{write:?}");
    }
    assert_eq!(read(&*table, "P#1", "META").await, Some(stored.attributes));

    let absent = Write::Delete(key("P#2", "META"), Condition::Present);
    let refused = table.write(absent).await.unwrap_err();
    let TableError::ConditionFailed(failed) = refused else { panic!("{refused:?}") };
    assert_eq!((failed[0].write, &failed[0].item), (0, &None));
}

/// A unique name has one owner, however many want it at once.
pub async fn of_many_creators_exactly_one_wins(place: impl TestTable) {
    let table = place.table();
    let creators = (0..16).map(|number| {
        let table = table.clone();
        tokio::spawn(async move {
            let mine = item("SLUG#a", "-", [("owner", Value::N(number))]);
            table.write(Write::Put(mine, Condition::Absent)).await.is_ok().then_some(number)
        })
    });
    let mut winners = Vec::new();
    for creator in creators.collect::<Vec<_>>() {
        winners.extend(creator.await.unwrap());
    }
    assert_eq!(winners.len(), 1, "{winners:?}");
    let owner = read(&*table, "SLUG#a", "-").await.unwrap();
    assert_eq!(owner["owner"], Value::N(winners[0]));
}

/// Two that expect the same revision: one wins, the other is told.
pub async fn of_two_conditional_writers_exactly_one_wins(place: impl TestTable) {
    let table = place.table();
    table.write(put(&item("P#1", "META", [("revision", Value::N(1))]))).await.unwrap();
    let next = |title: &str| {
        let next = item("P#1", "META", [("revision", Value::N(2)), ("title", text(title))]);
        vec![Write::Put(next, Condition::Equals("revision", Value::N(1)))]
    };
    let (first, second) = tokio::join!(table.transact(next("a")), table.transact(next("b")));

    let winner = match (&first, &second) {
        (Ok(()), Err(TableError::ConditionFailed(_) | TableError::Conflict)) => "a",
        (Err(TableError::ConditionFailed(_) | TableError::Conflict), Ok(())) => "b",
        _ => panic!("first: {first:?}, second: {second:?}"),
    };
    assert_eq!(read(&*table, "P#1", "META").await.unwrap()["title"], text(winner));
}
