//! What every `Walk` promises.
//!
//! An adapter proves it with one line: `contract::walk_contract!(Sqlite)`, where `Sqlite` implements
//! [`TestWalk`].

use std::sync::Arc;
use std::time::Duration;

use domain::ports::Clock;
use store::table::{Item, TTL, Value};
use store::walk::Walk;

use crate::table::{TestTable, item, put};

/// How a clause gets at an adapter's walk, over the rows of its table.
pub trait TestWalk: TestTable {
    /// The walk.
    fn walk(&self) -> Arc<dyn Walk>;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestWalk`](crate::walk::TestWalk).
#[macro_export]
macro_rules! walk_contract {
    ($adapter:ty) => {
        mod walk_contract {
            use super::*;
            $crate::walk_contract!(@ $adapter:
                a_walk_meets_every_row_once_and_a_partition_in_one_piece,
                a_walk_is_not_cut_by_what_is_left_out,
                a_walk_leaves_out_what_is_expired,
                a_walk_goes_on_after_a_row_that_is_gone,
            );
        }
    };
    (@ $adapter:ty: $($clause:ident,)*) => {
        $(
            #[tokio::test]
            async fn $clause() {
                let place = <$adapter as $crate::table::TestTable>::fresh().await;
                $crate::walk::$clause(place).await;
            }
        )*
    };
}

async fn all(walk: &dyn Walk, limit: u32) -> Vec<Item> {
    let mut met: Vec<Item> = vec![];
    loop {
        let after = met.last().map(|row| row.key.clone());
        let rows = walk.rows_after(after.as_ref(), limit).await.unwrap();
        if rows.is_empty() {
            return met;
        }
        met.extend(rows);
    }
}

/// Whatever the pages; in a partition, byte order.
pub async fn a_walk_meets_every_row_once_and_a_partition_in_one_piece(place: impl TestWalk) {
    let keys = [
        ("A", "1"),
        ("A", "10"),
        ("A", "2"),
        ("A#", "0"),
        ("a", "1"),
        ("가", "A"),
        ("가", "가"),
        ("가", "나"),
        ("나", "가"),
    ];
    let mut rows: Vec<Item> = keys.iter().map(|(pk, sk)| item(pk, sk, [])).collect();
    for row in rows.iter().rev() {
        place.table().write(put(row)).await.unwrap();
    }
    let first = all(&*place.walk(), 1).await;
    let mut partitions: Vec<&str> = first.iter().map(|row| row.key.pk.as_str()).collect();
    partitions.dedup();
    let place_of = |row: &Item| partitions.iter().position(|partition| *partition == row.key.pk);
    // Equal ones keep their order, which is that of their sort keys.
    rows.sort_by_key(place_of);
    assert_eq!(partitions.len(), 5, "{partitions:?}");
    for limit in [1, 2, 100] {
        assert_eq!(all(&*place.walk(), limit).await, rows, "by {limit}");
    }
}

/// Only the end is empty.
pub async fn a_walk_is_not_cut_by_what_is_left_out(place: impl TestWalk) {
    let end = place.clock().now().seconds() + 60;
    for n in 0..30 {
        let row = match n {
            0 | 29 => item("L", &format!("{n:02}"), []),
            _ => item("L", &format!("{n:02}"), [(TTL, Value::N(end))]),
        };
        place.table().write(put(&row)).await.unwrap();
    }
    place.clock().advance(Duration::from_secs(61));
    for limit in [1, 7, 100] {
        assert_eq!(all(&*place.walk(), limit).await.len(), 2, "by {limit}");
    }
}

/// As every other read does.
pub async fn a_walk_leaves_out_what_is_expired(place: impl TestWalk) {
    let end = place.clock().now().seconds() + 60;
    let (mortal, lasting) = (item("L", "1", [(TTL, Value::N(end))]), item("L", "2", []));
    for row in [&mortal, &lasting] {
        place.table().write(put(row)).await.unwrap();
    }
    assert_eq!(all(&*place.walk(), 10).await.len(), 2);
    place.clock().advance(Duration::from_secs(61));
    assert_eq!(all(&*place.walk(), 10).await, [lasting]);
}

/// A row may be removed between two pages.
pub async fn a_walk_goes_on_after_a_row_that_is_gone(place: impl TestWalk) {
    let last = item("L", "9", []);
    place.table().write(put(&last)).await.unwrap();
    let gone = item("L", "5", []).key;
    assert_eq!(place.walk().rows_after(Some(&gone), 10).await.unwrap(), [last]);
}
