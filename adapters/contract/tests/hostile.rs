//! The hostile table is still a table, and it is hostile.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use contract::table::TestTable;
use contract::{
    CountingTable, Counts, HostileConfig, HostileTable, Outage, Persistent, TestClock, Unreliable,
    unreliable_feed,
};
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::table::{
    Condition, Consistency, Index, Item, Key, Query, SortRange, Table, TableError, Value, Write,
};
use tempfile::TempDir;

struct Place {
    _folder: TempDir,
    clock: Arc<TestClock>,
    table: Arc<SqliteTable>,
}

fn sqlite() -> Place {
    let place = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock::default());
    let folder = DataFolder::open(place.path()).unwrap();
    let config = SqliteTableConfig { readers: 2, max_bytes: None };
    let table = Arc::new(SqliteTable::open(&folder, &config, clock.clone()).unwrap());
    Place { _folder: place, clock, table }
}

fn hostile(place: &Place, config: HostileConfig) -> HostileTable {
    HostileTable::new(place.table.clone(), place.clock.clone(), config)
}

/// A hostile table behind the patience that every caller must have.
struct Hostile(Place, Arc<dyn Table>);

#[async_trait]
impl TestTable for Hostile {
    async fn fresh() -> Self {
        let place = sqlite();
        let table = Persistent::new(Arc::new(hostile(&place, HostileConfig::bad(7))));
        Self(place, Arc::new(table))
    }

    fn table(&self) -> Arc<dyn Table> {
        self.1.clone()
    }

    fn clock(&self) -> Arc<TestClock> {
        self.0.clock.clone()
    }

    async fn reopened(self) -> Self {
        self
    }
}

// Not those that read an index once, or eventually right after a write, and expect the present; nor
// those that count on one answer being whole.
contract::table_contract!(Hostile:
    a_put_replaces_the_whole_item,
    an_absent_item_is_none,
    removing_what_is_not_there_is_no_error,
    keys_that_differ_in_case_or_form_are_different_items,
    a_write_answers_with_the_item_as_it_is_now,
    a_reader_sees_a_write_as_soon_as_it_is_acknowledged,
    each_condition_decides_by_the_stored_item,
    a_failed_condition_brings_the_item_as_it_is,
    of_many_creators_exactly_one_wins,
    of_two_conditional_writers_exactly_one_wins,
    an_update_makes_the_item_that_is_not_there,
    an_update_leaves_other_attributes_alone,
    concurrent_additions_are_all_counted,
    an_entry_is_set_in_a_map_and_nowhere_else,
    a_sum_beyond_64_bits_is_refused,
    changing_one_attribute_twice_is_refused,
    a_transaction_writes_all,
    a_refused_transaction_leaves_no_trace,
    a_refused_transaction_names_every_failed_write,
    an_invalid_update_in_a_transaction_leaves_no_trace,
    transfers_between_items_keep_their_sum,
    an_empty_transaction_does_nothing,
    a_batch_reads_each_key_that_exists,
    a_partition_is_read_in_byte_order_both_ways,
    a_prefix_finds_exactly_what_begins_so,
    a_range_includes_both_of_its_ends,
    pages_follow_each_other_without_gap_or_double,
    a_page_starts_after_an_item_that_is_gone,
    a_query_sees_its_partition_only,
    an_item_stands_in_an_index_while_it_has_both_keys,
    an_index_gives_whole_items_in_order_of_its_sort_key,
    equal_sort_keys_are_paged_without_gap_or_double,
    an_expired_item_is_there_for_conditions_until_it_is_removed,
    an_expired_item_can_be_taken_over,
    a_ttl_that_is_no_number_expires_nothing,
);

fn row(sk: &str) -> Item {
    let text = |text: &str| Value::S(text.to_owned());
    let attributes =
        BTreeMap::from([("gsi1pk".to_owned(), text("DUE")), ("gsi1sk".to_owned(), text(sk))]);
    Item { key: Key::new("L", sk), attributes }
}

fn put(sk: &str) -> Write {
    Write::Put(row(sk), Condition::Always)
}

fn list(index: Option<Index>) -> Query {
    Query {
        index,
        partition: if index.is_some() { "DUE" } else { "L" }.to_owned(),
        range: SortRange::All,
        ascending: true,
        limit: 100,
        start: None,
        consistency: if index.is_some() { Consistency::Eventual } else { Consistency::Strong },
    }
}

fn kind(seed: u64) -> HostileConfig {
    HostileConfig {
        seed,
        late: 0,
        cut_pages: 0,
        partial_batches: 0,
        conflicts: 0,
        outage: Outage::None,
    }
}

#[tokio::test]
async fn an_index_is_late_by_some_operations_and_then_catches_up() {
    let place = sqlite();
    let mut late = 0;
    for seed in 0..20 {
        let table = hostile(&place, HostileConfig { late: 5, ..kind(seed) });
        let sk = format!("{seed:02}");
        table.write(put(&sk)).await.unwrap();
        let shows = |page: store::table::Page| page.items.contains(&row(&sk));
        if !shows(table.query(&list(Some(Index::Gsi1))).await.unwrap()) {
            late += 1;
        }
        assert!(shows(table.query(&list(None)).await.unwrap()), "a strong read was late");
        for _ in 0..5 {
            let _ = table.get(&Key::new("L", "none"), Consistency::Strong).await.unwrap();
        }
        assert!(shows(table.query(&list(Some(Index::Gsi1))).await.unwrap()), "it never caught up");
    }
    assert!((5..20).contains(&late), "late {late} times of 20");
}

#[tokio::test]
async fn a_late_index_still_shows_what_was_removed_and_moved() {
    let place = sqlite();
    // Always as late as can be: found by trying seeds until the first read is.
    for seed in 0..200 {
        let table = hostile(&place, HostileConfig { late: 5, ..kind(seed) });
        for sk in ["a", "b"] {
            table.write(put(sk)).await.unwrap();
        }
        for _ in 0..6 {
            let _ = table.get(&Key::new("L", "none"), Consistency::Strong).await.unwrap();
        }
        table.write(Write::Delete(Key::new("L", "a"), Condition::Present)).await.unwrap();
        let page = table.query(&list(Some(Index::Gsi1))).await.unwrap();
        if page.items == [row("a"), row("b")] {
            return;
        }
        assert_eq!(page.items, [row("b")]);
    }
    panic!("no read of 200 was late");
}

#[tokio::test]
async fn batches_are_partial_and_pages_are_cut() {
    let place = sqlite();
    let config = HostileConfig { cut_pages: 1000, partial_batches: 1000, ..kind(1) };
    let table = hostile(&place, config);
    for sk in ["a", "b", "c", "d"] {
        table.write(put(sk)).await.unwrap();
    }
    let keys = ["a", "b", "c", "d"].map(|sk| Key::new("L", sk));
    let batch = table.batch_get(&keys, Consistency::Strong).await.unwrap();
    assert!(!batch.unprocessed.is_empty() && !batch.items.is_empty());
    assert_eq!(batch.items.len() + batch.unprocessed.len(), 4);

    let page = table.query(&Query { limit: 4, ..list(None) }).await.unwrap();
    assert!(page.items.len() < 4 && page.next.is_some());
}

#[tokio::test]
async fn a_conflict_or_an_outage_before_it_leaves_nothing_written() {
    let place = sqlite();
    let table = hostile(&place, HostileConfig { conflicts: 1000, ..kind(1) });
    let refused = table.transact(vec![put("a")]).await;
    assert!(matches!(refused, Err(TableError::Conflict)), "{refused:?}");

    let table = hostile(&place, HostileConfig { outage: Outage::Before(1000), ..kind(1) });
    let refused = table.write(put("a")).await;
    assert!(matches!(refused, Err(TableError::Unavailable)), "{refused:?}");
    table.set_outage(Outage::None);
    assert_eq!(table.get(&row("a").key, Consistency::Strong).await.unwrap(), None);
}

#[tokio::test]
async fn a_lost_answer_hides_a_write_that_happened() {
    let place = sqlite();
    let table = hostile(&place, HostileConfig { outage: Outage::AnswerLost(1000), ..kind(1) });
    let refused = table.transact(vec![put("a")]).await;
    assert!(matches!(refused, Err(TableError::Unavailable)), "{refused:?}");
    assert_eq!(table.get(&row("a").key, Consistency::Strong).await.unwrap(), Some(row("a")));
}

#[tokio::test]
async fn calls_are_counted_by_operation_and_in_all() {
    let table = Arc::new(CountingTable::new(sqlite().table));
    let operation = async {
        table.transact(vec![put("a")]).await.unwrap();
        let _ = table.get(&row("a").key, Consistency::Strong).await.unwrap();
        let _ = table.query(&list(None)).await.unwrap();
    };
    let (((), counts), written) =
        tokio::join!(CountingTable::counting(operation), table.write(put("b")));
    written.unwrap();

    let expected = Counts { gets: 1, queries: 1, transactions: 1, ..Counts::default() };
    assert_eq!((counts, counts.calls(), counts.reads()), (expected, 3, 2));
    let before = table.counts();
    assert_eq!(before, Counts { writes: 1, ..expected });
    let _ = table.batch_get(&[], Consistency::Strong).await.unwrap();
    assert_eq!(table.counts() - before, Counts { batches: 1, ..Counts::default() });
}

#[tokio::test]
async fn an_unreliable_feed_loses_some_keys_and_doubles_others() {
    let place = sqlite();
    let config = Unreliable { seed: 3, lost: 300, doubled: 300 };
    let mut feed = unreliable_feed(place.table.subscribe(), config);
    let sks: Vec<String> = (0..100).map(|n| format!("{n:03}")).collect();
    for sk in &sks {
        place.table.write(put(sk)).await.unwrap();
    }
    drop(place);
    let mut told = Vec::new();
    while let Ok(key) = feed.recv().await {
        told.push(key.sk);
    }
    assert!(told.is_sorted());
    let times = |sk: &String| told.iter().filter(|told| *told == sk).count();
    let lost = sks.iter().filter(|sk| times(sk) == 0).count();
    let doubled = sks.iter().filter(|sk| times(sk) == 2).count();
    assert!(
        (10..60).contains(&lost) && (10..60).contains(&doubled),
        "{lost} lost, {doubled} doubled"
    );
}
