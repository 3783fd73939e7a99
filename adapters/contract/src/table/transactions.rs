//! Clauses on transactions.

use std::sync::Arc;

use store::table::{Change, Condition, Table, TableError, Value, Write};

use super::{TestTable, item, key, map, put, put_all, read, text};

/// Puts, updates, deletes and checks together.
pub async fn a_transaction_writes_all(place: impl TestTable) {
    let table = place.table();
    put_all(&*table, &[item("P#2", "META", [("n", Value::N(1))]), item("P#3", "META", [])]).await;
    table
        .transact(vec![
            Write::Put(item("P#1", "META", [("title", text("a"))]), Condition::Absent),
            Write::Update(key("P#2", "META"), vec![Change::Add("n", 1)], Condition::Present),
            Write::Delete(key("P#3", "META"), Condition::Present),
            Write::Check(key("P#4", "META"), Condition::Absent),
        ])
        .await
        .unwrap();
    assert_eq!(read(&*table, "P#1", "META").await, Some(map([("title", text("a"))])));
    assert_eq!(read(&*table, "P#2", "META").await, Some(map([("n", Value::N(2))])));
    assert_eq!(read(&*table, "P#3", "META").await, None);
    assert_eq!(read(&*table, "P#4", "META").await, None);
}

/// A transaction whose last condition fails leaves nothing of the writes before it.
pub async fn a_refused_transaction_leaves_no_trace(place: impl TestTable) {
    let table = place.table();
    put_all(&*table, &[item("P#2", "META", []), item("P#3", "META", [("n", Value::N(1))])]).await;
    let refused = table
        .transact(vec![
            Write::Put(item("P#1", "META", []), Condition::Absent),
            Write::Delete(key("P#2", "META"), Condition::Always),
            Write::Update(key("P#3", "META"), vec![Change::Add("n", 1)], Condition::Always),
            Write::Check(key("P#4", "META"), Condition::Present),
        ])
        .await;
    assert!(matches!(refused, Err(TableError::ConditionFailed(_))), "{refused:?}");
    assert_eq!(read(&*table, "P#1", "META").await, None);
    assert_eq!(read(&*table, "P#2", "META").await, Some(map([])));
    assert_eq!(read(&*table, "P#3", "META").await, Some(map([("n", Value::N(1))])));
}

/// All that failed, with their items, by their places; none of those that held.
pub async fn a_refused_transaction_names_every_failed_write(place: impl TestTable) {
    let table = place.table();
    let stored = item("P#1", "META", [("revision", Value::N(7))]);
    table.write(put(&stored)).await.unwrap();
    let refused = table
        .transact(vec![
            Write::Put(item("P#0", "META", []), Condition::Absent),
            Write::Check(stored.key.clone(), Condition::Equals("revision", Value::N(6))),
            Write::Check(key("P#2", "META"), Condition::Absent),
            Write::Delete(key("P#3", "META"), Condition::Present),
        ])
        .await
        .unwrap_err();
    let TableError::ConditionFailed(mut failed) = refused else { panic!("{refused:?}") };
    failed.sort_by_key(|failed| failed.write);
    let failed: Vec<_> = failed.into_iter().map(|failed| (failed.write, failed.item)).collect();
    assert_eq!(failed, [(1, Some(stored)), (3, None)]);
}

/// A sum that overflows refuses the whole, not its own row only.
pub async fn an_invalid_update_in_a_transaction_leaves_no_trace(place: impl TestTable) {
    let table = place.table();
    table.write(put(&item("P#2", "META", [("n", Value::N(i64::MAX))]))).await.unwrap();
    let refused = table
        .transact(vec![
            put(&item("P#1", "META", [])),
            Write::Update(key("P#2", "META"), vec![Change::Add("n", 1)], Condition::Always),
        ])
        .await;
    super::assert_invalid(refused, "overflow");
    assert_eq!(read(&*table, "P#1", "META").await, None);
}

/// Concurrent transactions over the same rows: no money is made and none is lost.
pub async fn transfers_between_items_keep_their_sum(place: impl TestTable) {
    const ACCOUNTS: i64 = 4;
    let table = place.table();
    for number in 0..ACCOUNTS {
        let account = item("BANK", &number.to_string(), [("n", Value::N(10))]);
        table.write(put(&account)).await.unwrap();
    }
    let movers = (0..8).map(|mover| {
        let table = table.clone();
        tokio::spawn(async move {
            for step in 0..20 {
                let (from, to) = ((mover + step) % ACCOUNTS, (mover + 3 * step + 1) % ACCOUNTS);
                if from != to {
                    transfer(&table, from, to).await;
                }
            }
        })
    });
    for mover in movers.collect::<Vec<_>>() {
        mover.await.unwrap();
    }
    let mut sum = 0;
    for number in 0..ACCOUNTS {
        let account = read(&*table, "BANK", &number.to_string()).await.unwrap();
        let Value::N(amount) = account["n"] else { panic!("{account:?}") };
        assert!(amount >= 0, "an account was overdrawn");
        sum += amount;
    }
    assert_eq!(sum, 10 * ACCOUNTS);
}

async fn transfer(table: &Arc<dyn Table>, from: i64, to: i64) {
    let account = |number: i64| key("BANK", &number.to_string());
    let covered = Condition::AtLeast("n", Value::N(1));
    let writes = vec![
        Write::Update(account(from), vec![Change::Add("n", -1)], covered),
        Write::Update(account(to), vec![Change::Add("n", 1)], Condition::Present),
    ];
    match table.transact(writes).await {
        Ok(()) | Err(TableError::ConditionFailed(_) | TableError::Conflict) => {}
        Err(error) => panic!("{error:?}"),
    }
}

/// Nothing to write is no error.
pub async fn an_empty_transaction_does_nothing(place: impl TestTable) {
    place.table().transact(Vec::new()).await.unwrap();
}
