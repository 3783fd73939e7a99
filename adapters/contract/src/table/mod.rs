//! What every `Table` promises.
//!
//! An adapter proves it with one line: `contract::table_contract!(Sqlite)`, where `Sqlite` implements
//! [`TestTable`]. Behind a wrapper that refuses at random only some clauses mean something:
//! `contract::table_contract!(Hostile: a_clause, another_clause)`.

pub mod batches;
pub mod changes;
pub mod conditions;
pub mod counting;
pub mod durability;
pub mod expiry;
pub mod feed;
pub mod hostile;
pub mod indexes;
pub mod items;
mod late;
pub mod limits;
pub mod pages;
pub mod persistent;
pub mod transactions;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use store::table::{
    Attributes, Condition, Consistency, Index, Item, Key, Query, SortRange, Table, TableError,
    Value, Write,
};

use crate::TestClock;

/// How a clause gets at an adapter's table.
#[async_trait]
pub trait TestTable: Send + Sized {
    /// Makes an empty table that nobody else uses, on a clock that stands.
    async fn fresh() -> Self;

    /// The table.
    fn table(&self) -> Arc<dyn Table>;

    /// The clock that decides what is expired.
    fn clock(&self) -> Arc<TestClock>;

    /// Lets go of the table without any farewell and opens it again.
    async fn reopened(self) -> Self;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestTable`](crate::table::TestTable).
#[macro_export]
macro_rules! table_contract {
    ($adapter:ty) => {
        $crate::table_contract!($adapter:
            // items
            an_item_reads_back_as_it_was_put,
            a_put_replaces_the_whole_item,
            an_absent_item_is_none,
            removing_what_is_not_there_is_no_error,
            keys_that_differ_in_case_or_form_are_different_items,
            a_write_answers_with_the_item_as_it_is_now,
            a_reader_sees_a_write_as_soon_as_it_is_acknowledged,
            // conditions
            each_condition_decides_by_the_stored_item,
            a_failed_condition_brings_the_item_as_it_is,
            of_many_creators_exactly_one_wins,
            of_two_conditional_writers_exactly_one_wins,
            // changes
            an_update_makes_the_item_that_is_not_there,
            an_update_leaves_other_attributes_alone,
            concurrent_additions_are_all_counted,
            an_entry_is_set_in_a_map_and_nowhere_else,
            a_sum_beyond_64_bits_is_refused,
            adding_to_a_text_is_refused,
            changing_one_attribute_twice_is_refused,
            // transactions
            a_transaction_writes_all,
            a_refused_transaction_leaves_no_trace,
            a_refused_transaction_names_every_failed_write,
            an_invalid_update_in_a_transaction_leaves_no_trace,
            transfers_between_items_keep_their_sum,
            an_empty_transaction_does_nothing,
            // limits
            empty_keys_are_refused,
            long_keys_are_refused,
            an_item_above_400_kb_is_refused,
            an_update_that_grows_an_item_above_400_kb_is_refused,
            more_than_100_writes_are_refused,
            two_writes_of_one_item_are_refused,
            a_transaction_above_4_mb_is_refused,
            a_key_is_no_attribute,
            index_keys_of_another_kind_are_refused,
            a_check_alone_is_refused,
            // batches
            a_batch_reads_each_key_that_exists,
            a_batch_of_more_than_100_keys_is_refused,
            a_batch_with_a_key_twice_is_refused,
            a_batch_too_large_for_one_answer_is_read_in_parts,
            // pages
            a_partition_is_read_in_byte_order_both_ways,
            a_prefix_finds_exactly_what_begins_so,
            a_range_includes_both_of_its_ends,
            pages_follow_each_other_without_gap_or_double,
            a_page_starts_after_an_item_that_is_gone,
            a_page_ends_before_1_mb,
            a_query_sees_its_partition_only,
            queries_that_make_no_sense_are_refused,
            // indexes
            an_item_stands_in_an_index_while_it_has_both_keys,
            an_index_gives_whole_items_in_order_of_its_sort_key,
            a_number_is_an_indexs_sort_key_by_value,
            equal_sort_keys_are_paged_without_gap_or_double,
            an_index_page_starts_after_an_item_that_has_moved,
            // expiry
            an_expired_item_is_not_seen_by_any_read,
            an_expired_item_is_there_for_conditions_until_it_is_removed,
            an_expired_item_can_be_taken_over,
            a_ttl_that_is_no_number_expires_nothing,
            // durability
            what_was_acknowledged_is_there_after_a_crash,
            a_crash_among_transactions_leaves_each_whole_or_not_at_all,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $clause() {
            let table = <$adapter as $crate::table::TestTable>::fresh().await;
            $crate::table::clauses::$clause(table).await;
        })+
    };
}

/// All clauses, by their names alone.
pub mod clauses {
    pub use super::batches::*;
    pub use super::changes::*;
    pub use super::conditions::*;
    pub use super::durability::*;
    pub use super::expiry::*;
    pub use super::indexes::*;
    pub use super::items::*;
    pub use super::limits::*;
    pub use super::pages::*;
    pub use super::transactions::*;
}

fn key(pk: &str, sk: &str) -> Key {
    Key::new(pk, sk)
}

fn text(text: &str) -> Value {
    Value::S(text.to_owned())
}

pub(crate) fn item<const N: usize>(pk: &str, sk: &str, attributes: [(&str, Value); N]) -> Item {
    Item { key: key(pk, sk), attributes: map(attributes) }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> BTreeMap<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(crate) fn put(item: &Item) -> Write {
    Write::Put(item.clone(), Condition::Always)
}

async fn put_all(table: &dyn Table, items: &[Item]) {
    for item in items {
        table.write(put(item)).await.unwrap();
    }
}

async fn read(table: &dyn Table, pk: &str, sk: &str) -> Option<Attributes> {
    let item = table.get(&key(pk, sk), Consistency::Strong).await.unwrap();
    item.map(|item| item.attributes)
}

/// All of a partition of the table, in one large page.
fn whole(partition: &str) -> Query {
    Query {
        index: None,
        partition: partition.to_owned(),
        range: SortRange::All,
        ascending: true,
        limit: 1000,
        start: None,
        consistency: Consistency::Strong,
    }
}

fn whole_index(index: Index, partition: &str) -> Query {
    Query { index: Some(index), consistency: Consistency::Eventual, ..whole(partition) }
}

/// Follows a query's pages to their end; panics when they do not end.
async fn all_pages(table: &dyn Table, query: &Query) -> Vec<Item> {
    let mut query = query.clone();
    let mut items = Vec::new();
    for _ in 0..10_000 {
        let page = table.query(&query).await.unwrap();
        assert!(page.items.len() <= query.limit as usize, "a page above its limit");
        items.extend(page.items);
        match page.next {
            Some(next) => query.start = Some(next),
            None => return items,
        }
    }
    panic!("the pages do not end");
}

fn sort_keys(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.key.sk.as_str()).collect()
}

#[track_caller]
fn assert_invalid<T: std::fmt::Debug>(result: Result<T, TableError>, what: &str) {
    assert!(matches!(result, Err(TableError::Invalid(_))), "{what}: {result:?}");
}
