//! Clauses on crashes: a table is let go of without farewell and opened again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use store::table::{Change, Condition, Value, Write};

use super::{TestTable, all_pages, item, key, put, read, whole};

/// Each write, each update, each transaction, also of many at once.
pub async fn what_was_acknowledged_is_there_after_a_crash(place: impl TestTable) {
    let table = place.table();
    let writers = (0..8).map(|writer| {
        let table = table.clone();
        tokio::spawn(async move {
            for n in 0..10 {
                let row = item(&format!("W#{writer}"), &format!("{n:02}"), [("n", Value::N(n))]);
                table.write(put(&row)).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    table.write(Write::Delete(key("W#0", "00"), Condition::Present)).await.unwrap();
    let add = Write::Update(key("W#0", "01"), vec![Change::Add("n", 41)], Condition::Present);
    table.transact(vec![add, put(&item("T", "1", []))]).await.unwrap();
    drop(table);

    let place = place.reopened().await;
    let table = place.table();
    for writer in 0..8 {
        let rows = all_pages(&*table, &whole(&format!("W#{writer}"))).await;
        assert_eq!(rows.len(), if writer == 0 { 9 } else { 10 });
    }
    assert_eq!(read(&*table, "W#0", "01").await.unwrap()["n"], Value::N(42));
    assert!(read(&*table, "T", "1").await.is_some());
}

/// Writers go on while it crashes. Two rows are always changed together, so afterwards they are equal,
/// and not below what was acknowledged before.
pub async fn a_crash_among_transactions_leaves_each_whole_or_not_at_all(place: impl TestTable) {
    let acknowledged = Arc::new(AtomicI64::new(0));
    let writer = tokio::spawn({
        let (table, acknowledged) = (place.table(), acknowledged.clone());
        async move {
            loop {
                let add = |sk| {
                    Write::Update(key("PAIR", sk), vec![Change::Add("n", 1)], Condition::Always)
                };
                if table.transact(vec![add("a"), add("b")]).await.is_err() {
                    return;
                }
                acknowledged.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    while acknowledged.load(Ordering::SeqCst) < 20 {
        tokio::task::yield_now().await;
    }
    let before = acknowledged.load(Ordering::SeqCst);
    let place = place.reopened().await;
    writer.abort();

    let table = place.table();
    let rows = all_pages(&*table, &whole("PAIR")).await;
    assert_eq!(rows[0].attributes["n"], rows[1].attributes["n"]);
    let Value::N(count) = rows[0].attributes["n"] else { panic!("{rows:?}") };
    assert!(count >= before, "{before} were acknowledged, {count} are there");
}
