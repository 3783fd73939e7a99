//! Clauses on indexes. They are late in one home, so what is there is waited for.

use std::time::Duration;

use store::table::{Change, Condition, Index, Item, Query, SortRange, Start, Table, Value, Write};

use super::{TestTable, all_pages, item, put, put_all, sort_keys, text, whole_index};

/// Asks until the index shows what is expected; panics with what it shows when that takes 10 s.
pub(super) async fn eventually(table: &dyn Table, query: &Query, expected: &[Item]) {
    let asking = async {
        while all_pages(table, query).await != expected {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(10), asking).await.is_err() {
        assert_eq!(all_pages(table, query).await, expected, "{query:?}");
    }
}

fn due(sk: &str, at: &str) -> Item {
    item("P#1", sk, [("gsi1pk", text("DUE#SPEECH")), ("gsi1sk", text(at))])
}

fn popular(tag: &str, count: i64) -> Item {
    item(tag, "#META", [("gsi3pk", text("TAGS")), ("gsi3sk", Value::N(count))])
}

/// With one of the two keys it does not stand there; losing one takes it out, a change moves it.
pub async fn an_item_stands_in_an_index_while_it_has_both_keys(place: impl TestTable) {
    let table = place.table();
    let query = whole_index(Index::Gsi1, "DUE#SPEECH");
    put_all(&*table, &[item("P#1", "HALF", [("gsi1pk", text("DUE#SPEECH"))])]).await;
    put_all(&*table, &[item("P#1", "OTHER", [("gsi1sk", text("1"))])]).await;
    put_all(&*table, &[due("A", "1"), due("B", "2")]).await;
    eventually(&*table, &query, &[due("A", "1"), due("B", "2")]).await;

    let change =
        |sk: &str, change| Write::Update(super::key("P#1", sk), vec![change], Condition::Present);
    table.write(change("A", Change::Set("gsi1sk", text("3")))).await.unwrap();
    eventually(&*table, &query, &[due("B", "2"), due("A", "3")]).await;
    table.write(change("B", Change::Remove("gsi1pk"))).await.unwrap();
    eventually(&*table, &query, &[due("A", "3")]).await;
    table.write(change("HALF", Change::Set("gsi1sk", text("2")))).await.unwrap();
    eventually(&*table, &query, &[due("HALF", "2"), due("A", "3")]).await;
    table.write(Write::Delete(super::key("P#1", "A"), Condition::Always)).await.unwrap();
    table.write(put(&item("P#1", "HALF", []))).await.unwrap();
    eventually(&*table, &query, &[]).await;
}

/// Ranges and directions as in the table; the attributes of the item are all there.
pub async fn an_index_gives_whole_items_in_order_of_its_sort_key(place: impl TestTable) {
    let table = place.table();
    let owned = |sk: &str, at: &str| {
        let large = Value::B(vec![1; 1000]);
        item("P", sk, [("gsi2pk", text("V#u")), ("gsi2sk", text(at)), ("body", large)])
    };
    let stored = [owned("z", "a1"), owned("y", "a2"), owned("x", "b1"), owned("w", "b2")];
    put_all(&*table, &[stored[2].clone(), stored[0].clone(), stored[3].clone()]).await;
    put_all(&*table, &[stored[1].clone()]).await;

    let query = whole_index(Index::Gsi2, "V#u");
    eventually(&*table, &query, &stored).await;
    let prefix = SortRange::Prefix("a".to_owned());
    eventually(&*table, &Query { range: prefix, ..query.clone() }, &stored[..2]).await;
    let between = SortRange::Between("a2".to_owned(), "b1".to_owned());
    eventually(&*table, &Query { range: between, ..query.clone() }, &stored[1..3]).await;
    let mut reversed = stored.to_vec();
    reversed.reverse();
    eventually(&*table, &Query { ascending: false, ..query }, &reversed).await;
    eventually(&*table, &whole_index(Index::Gsi1, "V#u"), &[]).await;
}

/// 9 is below 10, and negative numbers below both.
pub async fn a_number_is_an_indexs_sort_key_by_value(place: impl TestTable) {
    let table = place.table();
    let stored = [
        popular("d", i64::MIN),
        popular("c", -1),
        popular("b", 9),
        popular("a", 10),
        popular("e", i64::MAX),
    ];
    put_all(&*table, &stored).await;
    let query = whole_index(Index::Gsi3, "TAGS");
    eventually(&*table, &query, &stored).await;
    let range = SortRange::NumberBetween(-1, 10);
    eventually(&*table, &Query { range, ..query.clone() }, &stored[1..4]).await;

    let most = Query { ascending: false, limit: 2, ..query };
    let page = table.query(&most).await.unwrap();
    let start = page.next.clone();
    assert!(page.items.len() <= 2 && start.is_some(), "{page:?}");
}

/// Many items of one sort key: each comes once, whatever the size of a page.
pub async fn equal_sort_keys_are_paged_without_gap_or_double(place: impl TestTable) {
    let table = place.table();
    let stored: Vec<Item> = (10..30).map(|n| popular(&format!("T#{n}"), n % 2)).collect();
    put_all(&*table, &stored).await;
    let query = whole_index(Index::Gsi3, "TAGS");
    let all_there = async {
        while all_pages(&*table, &query).await.len() < stored.len() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all_there)
        .await
        .expect("the index is not filled");
    for limit in [1, 3, 7] {
        for ascending in [true, false] {
            let found = all_pages(&*table, &Query { limit, ascending, ..query.clone() }).await;
            let counts: Vec<_> =
                found.iter().map(|item| item.attributes["gsi3sk"].clone()).collect();
            let rising: Vec<i64> = counts
                .iter()
                .map(|count| if let Value::N(n) = count { *n } else { panic!("{count:?}") })
                .collect();
            assert!(rising.is_sorted_by(|a, b| if ascending { a <= b } else { a >= b }));
            let mut keys: Vec<_> = found.into_iter().map(|item| item.key).collect();
            keys.sort();
            let expected: Vec<_> = stored.iter().map(|item| item.key.clone()).collect();
            assert_eq!(keys, expected, "limit {limit}, ascending {ascending}");
        }
    }
}

/// A cursor says where it was, not which item: the item may have another place since.
pub async fn an_index_page_starts_after_an_item_that_has_moved(place: impl TestTable) {
    let table = place.table();
    let query = whole_index(Index::Gsi1, "DUE#SPEECH");
    let stored = [due("A", "1"), due("B", "2"), due("C", "3")];
    put_all(&*table, &stored).await;
    eventually(&*table, &query, &stored).await;
    table.write(put(&due("B", "9"))).await.unwrap();

    let start = Some(Start::at_index(super::key("P#1", "B"), text("2")));
    let after = Query { start, ..query.clone() };
    eventually(&*table, &after, &[due("C", "3"), due("B", "9")]).await;
    let before = Query { ascending: false, ..after };
    eventually(&*table, &before, &[due("A", "1")]).await;
    assert_eq!(sort_keys(&all_pages(&*table, &query).await), ["A", "C", "B"]);
}
