//! Clauses on pages of a partition.

use store::table::{
    Condition, Consistency, Index, Item, Key, Query, SortRange, Start, Value, Write,
};

use super::{
    TestTable, all_pages, assert_invalid, item, key, put_all, sort_keys, text, whole, whole_index,
};

fn items(sks: &[&str]) -> Vec<Item> {
    sks.iter().map(|sk| item("L", sk, [])).collect()
}

/// Bytes, not letters: upper case before lower, Hangul and then the astral planes at the end.
pub async fn a_partition_is_read_in_byte_order_both_ways(place: impl TestTable) {
    let table = place.table();
    let mut expected =
        ["#", "10", "9", "A", "B", "a", "aa", "a\u{301}", "가", "힣", "\u{ffff}", "😀"];
    put_all(&*table, &items(&["가", "9", "a\u{301}", "B", "😀", "#", "aa", "\u{ffff}"])).await;
    put_all(&*table, &items(&["힣", "A", "10", "a"])).await;

    assert_eq!(sort_keys(&all_pages(&*table, &whole("L")).await), expected);
    expected.reverse();
    let descending = Query { ascending: false, ..whole("L") };
    assert_eq!(sort_keys(&all_pages(&*table, &descending).await), expected);
}

/// Neither its neighbours in order nor less than all.
pub async fn a_prefix_finds_exactly_what_begins_so(place: impl TestTable) {
    let table = place.table();
    let sks = ["E", "E!", "E#", "E#1", "E#2", "E#\u{10ffff}\u{10ffff}", "E$", "F#1", "한", "한글"];
    put_all(&*table, &items(&sks)).await;
    for (prefix, expected) in [
        ("E#", vec!["E#", "E#1", "E#2", "E#\u{10ffff}\u{10ffff}"]),
        ("E#\u{10ffff}", vec!["E#\u{10ffff}\u{10ffff}"]),
        ("한", vec!["한", "한글"]),
        ("G", vec![]),
    ] {
        let mut query = whole("L");
        query.range = SortRange::Prefix(prefix.to_owned());
        assert_eq!(sort_keys(&all_pages(&*table, &query).await), expected, "{prefix:?}");
        query.ascending = false;
        let descending = all_pages(&*table, &query).await;
        let expected: Vec<&str> = expected.into_iter().rev().collect();
        assert_eq!(sort_keys(&descending), expected, "{prefix:?} descending");
    }
}

/// Both ends belong to a range.
pub async fn a_range_includes_both_of_its_ends(place: impl TestTable) {
    let table = place.table();
    put_all(&*table, &items(&["1", "2", "25", "3", "30"])).await;
    for (from, to, expected) in
        [("2", "3", vec!["2", "25", "3"]), ("2", "2", vec!["2"]), ("26", "29", vec![])]
    {
        let range = SortRange::Between(from.to_owned(), to.to_owned());
        let query = Query { range, ..whole("L") };
        assert_eq!(sort_keys(&all_pages(&*table, &query).await), expected, "{from} to {to}");
    }
}

/// For every limit, in both directions, with and without a range.
pub async fn pages_follow_each_other_without_gap_or_double(place: impl TestTable) {
    let table = place.table();
    let sks: Vec<String> = (10..35).map(|n| format!("E#{n}")).collect();
    let sks: Vec<&str> = sks.iter().map(String::as_str).collect();
    put_all(&*table, &items(&sks)).await;
    for limit in [1, 2, 24, 25, 26, 1000] {
        for ascending in [true, false] {
            for range in [SortRange::All, SortRange::Prefix("E#".to_owned())] {
                let query = Query { limit, ascending, range, ..whole("L") };
                let found = all_pages(&*table, &query).await;
                let mut expected = sks.clone();
                if !ascending {
                    expected.reverse();
                }
                assert_eq!(sort_keys(&found), expected, "{query:?}");
            }
        }
    }
}

/// A cursor outlives its item.
pub async fn a_page_starts_after_an_item_that_is_gone(place: impl TestTable) {
    let table = place.table();
    put_all(&*table, &items(&["1", "2", "3", "4"])).await;
    table.write(Write::Delete(key("L", "2"), Condition::Always)).await.unwrap();
    for (start, ascending, expected) in [
        ("2", true, vec!["3", "4"]),
        ("2", false, vec!["1"]),
        ("25", true, vec!["3", "4"]),
        ("25", false, vec!["1"]),
        ("4", true, vec![]),
    ] {
        let start = Some(Start::at(key("L", start)));
        let query = Query { start, ascending, ..whole("L") };
        assert_eq!(sort_keys(&all_pages(&*table, &query).await), expected, "{query:?}");
    }
}

/// 1 MB at most, the rest by `next`.
pub async fn a_page_ends_before_1_mb(place: impl TestTable) {
    let table = place.table();
    let stored: Vec<Item> = (10..20)
        .map(|n| item("L", &n.to_string(), [("body", Value::B(vec![0; 300 * 1024]))]))
        .collect();
    put_all(&*table, &stored).await;
    let page = table.query(&whole("L")).await.unwrap();
    assert!(page.items.len() <= 4, "{} items of 300 KB in one page", page.items.len());
    assert!(page.next.is_some());
    assert_eq!(all_pages(&*table, &whole("L")).await, stored);
}

/// A partition whose name another's begins with is another.
pub async fn a_query_sees_its_partition_only(place: impl TestTable) {
    let table = place.table();
    for partition in ["L", "L#", "K", "l", "L "] {
        put_all(&*table, &[item(partition, "1", [])]).await;
    }
    let found = all_pages(&*table, &whole("L")).await;
    assert_eq!(found, [item("L", "1", [])]);
    assert_eq!(all_pages(&*table, &whole("M")).await, []);
}

/// Refused, not answered with something near.
pub async fn queries_that_make_no_sense_are_refused(place: impl TestTable) {
    let table = place.table();
    put_all(&*table, &items(&["1"])).await;
    let between = |from: &str, to: &str| SortRange::Between(from.to_owned(), to.to_owned());
    let prefix = |prefix: &str| SortRange::Prefix(prefix.to_owned());
    let due = || whole_index(Index::Gsi1, "L");
    let popular = || whole_index(Index::Gsi3, "L");
    let start = |start: Start| Some(start);
    let foreign = Key::new("M", "1");
    for query in [
        Query { limit: 0, ..whole("L") },
        Query { limit: 1001, ..whole("L") },
        whole(""),
        Query { range: prefix(""), ..whole("L") },
        Query { range: between("2", "1"), ..whole("L") },
        Query { range: between("", "1"), ..whole("L") },
        Query { range: SortRange::NumberBetween(1, 2), ..whole("L") },
        Query { range: SortRange::NumberBetween(1, 2), ..due() },
        Query { range: SortRange::NumberBetween(2, 1), ..popular() },
        Query { range: prefix("1"), ..popular() },
        Query { range: between("1", "2"), ..popular() },
        Query { consistency: Consistency::Strong, ..due() },
        Query { start: start(Start::at(foreign.clone())), ..whole("L") },
        Query { start: start(Start::at(foreign.clone())), ..due() },
        Query { start: start(Start::at_index(foreign.clone(), Value::N(1))), ..due() },
        Query { start: start(Start::at_index(foreign, text("1"))), ..popular() },
        Query { start: start(Start::at_index(key("L", "1"), text("1"))), ..whole("L") },
        Query { start: start(Start::at(key("L", "1"))), range: prefix("2"), ..whole("L") },
    ] {
        assert_invalid(table.query(&query).await, &format!("{query:?}"));
    }
}
