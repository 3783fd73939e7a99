//! Clauses on items that end.

use std::time::Duration;

use domain::ports::Clock;
use store::table::{Condition, Consistency, Index, TTL, TableError, Value, Write};

use super::indexes::eventually;
use super::{TestTable, all_pages, item, put, read, text, whole, whole_index};

/// Seen in its last second; after it by no get, batch, query or index.
pub async fn an_expired_item_is_not_seen_by_any_read(place: impl TestTable) {
    let (table, clock) = (place.table(), place.clock());
    let end = clock.now().seconds() + 60;
    let due = [("gsi1pk", text("DUE")), ("gsi1sk", text("1")), (TTL, Value::N(end))];
    let mortal = item("L", "1", due);
    let lasting = item("L", "2", [("gsi1pk", text("DUE")), ("gsi1sk", text("2"))]);
    table.write(put(&mortal)).await.unwrap();
    table.write(put(&lasting)).await.unwrap();
    let keys = [mortal.key.clone(), lasting.key.clone()];
    let index = whole_index(Index::Gsi1, "DUE");

    clock.advance(Duration::from_secs(60));
    assert_eq!(read(&*table, "L", "1").await.as_ref(), Some(&mortal.attributes));
    eventually(&*table, &index, &[mortal.clone(), lasting.clone()]).await;

    clock.advance(Duration::from_secs(1));
    assert_eq!(read(&*table, "L", "1").await, None);
    let batch = table.batch_get(&keys, Consistency::Strong).await.unwrap();
    assert_eq!(batch.items, std::slice::from_ref(&lasting));
    assert_eq!(all_pages(&*table, &whole("L")).await, std::slice::from_ref(&lasting));
    assert_eq!(all_pages(&*table, &index).await, [lasting]);
}

/// Conditions see the stored item. (The other home may remove it at any time; until then it is there.)
pub async fn an_expired_item_is_there_for_conditions_until_it_is_removed(place: impl TestTable) {
    let (table, clock) = (place.table(), place.clock());
    let end = clock.now().seconds();
    let mortal = item("L", "1", [(TTL, Value::N(end))]);
    table.write(put(&mortal)).await.unwrap();
    clock.advance(Duration::from_secs(2));
    assert_eq!(read(&*table, "L", "1").await, None);

    let again = Write::Put(item("L", "1", []), Condition::Absent);
    let refused = table.write(again).await.unwrap_err();
    let TableError::ConditionFailed(failed) = refused else { panic!("{refused:?}") };
    assert_eq!(failed[0].item, Some(mortal));
}

/// What is expired counts as absent to who says so, and only then.
pub async fn an_expired_item_can_be_taken_over(place: impl TestTable) {
    let (table, clock) = (place.table(), place.clock());
    let end = clock.now().seconds();
    table.write(put(&item("L", "1", [(TTL, Value::N(end))]))).await.unwrap();
    let take = |now| {
        let taken = item("L", "1", [("owner", text("b")), (TTL, Value::N(end + 100))]);
        Write::Put(taken, Condition::AbsentOrExpired(now))
    };
    let early = table.write(take(end)).await;
    assert!(matches!(early, Err(TableError::ConditionFailed(_))), "{early:?}");
    clock.advance(Duration::from_secs(1));
    table.write(take(end + 1)).await.unwrap();
    assert_eq!(read(&*table, "L", "1").await.unwrap()["owner"], text("b"));
    let twice = table.write(take(end + 1)).await;
    assert!(matches!(twice, Err(TableError::ConditionFailed(_))), "{twice:?}");
}

/// Only a number of seconds ends an item.
pub async fn a_ttl_that_is_no_number_expires_nothing(place: impl TestTable) {
    let (table, clock) = (place.table(), place.clock());
    table.write(put(&item("L", "1", [(TTL, text("1"))]))).await.unwrap();
    clock.advance(Duration::from_secs(1_000_000));
    assert!(read(&*table, "L", "1").await.is_some());
}
