//! The `Table` port: DynamoDB's semantics in few operations, and nothing more.
//!
//! What an adapter may do, and callers must bear (the hostile wrapper does all of it): answer a batch
//! in part, cut a page early, show an index late, refuse a transaction for a conflict that has passed
//! when it is tried again, lose or double a wake-up.
//!
//! What a call means is pure, and written once for all adapters: [`limits`] says which calls are refused,
//! [`condition`] what a condition asks, [`change`] what an update makes, [`size`] what counts as large.

pub mod change;
pub mod condition;
pub mod limits;
pub mod size;

use std::collections::BTreeMap;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Value {
    /// Text. May be empty, except in keys.
    S(String),
    /// A whole number.
    N(i64),
    /// True or false.
    Bool(bool),
    /// Bytes.
    B(#[serde(with = "serde_bytes_vec")] Vec<u8>),
    /// A list.
    L(Vec<Value>),
    /// A map.
    M(BTreeMap<String, Value>),
}

mod serde_bytes_vec {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Vec::<u8>::deserialize(deserializer)
    }
}

/// The attributes of an item, keys of the table apart.
pub type Attributes = BTreeMap<String, Value>;

/// The primary key of an item. Neither part may be empty; `pk` has at most 2,048 bytes, `sk` 1,024.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Partition.
    pub pk: String,
    /// Place in the partition, in byte order.
    pub sk: String,
}

impl Key {
    /// Makes a key.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
}

/// An item, at most 400 KB in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Where it is.
    pub key: Key,
    /// What it says.
    pub attributes: Attributes,
}

impl Item {
    /// Whether its last second lies before the second `now`, so that no read sees it any more.
    pub fn expired(&self, now: i64) -> bool {
        matches!(self.attributes.get(TTL), Some(Value::N(ttl)) if *ttl < now)
    }
}

/// A secondary index. An item stands in it while it has both of its key attributes (sparse), and an
/// index holds whole items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    /// Due work: attributes `gsi1pk` (text) and `gsi1sk` (text).
    Gsi1,
    /// Failed work that is tried again, lists of an owner: `gsi2pk` (text) and `gsi2sk` (text).
    Gsi2,
    /// Popular tags: `gsi3pk` (text) and `gsi3sk` (number).
    Gsi3,
}

impl Index {
    /// All of them.
    pub const ALL: [Index; 3] = [Index::Gsi1, Index::Gsi2, Index::Gsi3];

    /// Names of the two key attributes.
    pub fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Index::Gsi1 => ("gsi1pk", "gsi1sk"),
            Index::Gsi2 => ("gsi2pk", "gsi2sk"),
            Index::Gsi3 => ("gsi3pk", "gsi3sk"),
        }
    }
}

/// The attribute after which an item is no longer seen: whole seconds since 1970. It is removed some
/// time later.
pub const TTL: &str = "ttl";

/// Whether a read sees every write that was acknowledged before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// It does. Not to be had on an index.
    Strong,
    /// It may be a moment late.
    Eventual,
}

/// Which part of a partition's sort keys.
#[derive(Clone, Debug, PartialEq)]
pub enum SortRange {
    /// All.
    All,
    /// Those that begin so.
    Prefix(String),
    /// From (inclusive) to (inclusive), in byte order.
    Between(String, String),
    /// Of [`Index::Gsi3`], from (inclusive) to (inclusive).
    NumberBetween(i64, i64),
}

/// A query of one partition, of the table or of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// None is the table itself.
    pub index: Option<Index>,
    /// The partition.
    pub partition: String,
    /// Which part of it.
    pub range: SortRange,
    /// Lowest sort key first, else highest first.
    pub ascending: bool,
    /// At most so many items, 1 to 1,000.
    pub limit: u32,
    /// Where the page before ended, as it was given, or made of a known item by [`Start::at`].
    pub start: Option<Start>,
    /// Strong only on the table itself.
    pub consistency: Consistency,
}

/// Just after an item, in the order of a query (DynamoDB's exclusive start key).
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// The item's key.
    pub key: Key,
    /// Its sort key in the index that is queried, if one is.
    pub index_sort: Option<Value>,
}

impl Start {
    /// Just after an item of the table. The item itself need not exist (any more).
    pub fn at(key: Key) -> Self {
        Self { key, index_sort: None }
    }

    /// Just after an item of an index. The item itself need not exist (any more).
    pub fn at_index(key: Key, sort: Value) -> Self {
        Self { key, index_sort: Some(sort) }
    }
}

/// A page of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// May be fewer than asked for, even none, although more follow: only `next` tells.
    pub items: Vec<Item>,
    /// Where to go on; none at the end.
    pub next: Option<Start>,
}

/// An answer to a batch of reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Those that exist, in any order.
    pub items: Vec<Item>,
    /// Those that were not read: ask again.
    pub unprocessed: Vec<Key>,
}

/// What must hold of the stored item for a write to happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Anything.
    Always,
    /// The item is not there (an expired one is there until it is removed; see [`Condition::AbsentOrExpired`]).
    Absent,
    /// The item is not there, or its `ttl` is below the given second.
    AbsentOrExpired(i64),
    /// The item is there.
    Present,
    /// The attribute is there and equal.
    Equals(&'static str, Value),
    /// The attribute is not there, or not equal. True of an absent item.
    Differs(&'static str, Value),
    /// The attribute is not there. True of an absent item.
    Lacks(&'static str),
    /// The attribute is there, of the same kind (number or text), and lower.
    Below(&'static str, Value),
    /// The attribute is there, of the same kind (number or text), and equal or higher.
    AtLeast(&'static str, Value),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
}

/// A change of one attribute. All changes of an update see the item as it was before.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Sets it.
    Set(&'static str, Value),
    /// Sets one entry of a map, which must be there.
    SetIn(&'static str, String, Value),
    /// Adds to a number, from 0 when it is not there. Atomic.
    Add(&'static str, i64),
    /// Removes it.
    Remove(&'static str),
}

/// One write.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Stores the item in place of the old one.
    Put(Item, Condition),
    /// Changes attributes; makes the item when it is not there.
    Update(Key, Vec<Change>, Condition),
    /// Removes the item; removing what is not there is no error.
    Delete(Key, Condition),
    /// Writes nothing, only requires. In transactions only.
    Check(Key, Condition),
}

impl Write {
    /// The key that it concerns.
    pub fn key(&self) -> &Key {
        match self {
            Write::Put(item, _) => &item.key,
            Write::Update(key, ..) | Write::Delete(key, _) | Write::Check(key, _) => key,
        }
    }

    /// What it requires.
    pub fn condition(&self) -> &Condition {
        match self {
            Write::Put(_, condition)
            | Write::Update(_, _, condition)
            | Write::Delete(_, condition)
            | Write::Check(_, condition) => condition,
        }
    }
}

/// What a table says no with.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Conditions did not hold; nothing was written. One entry for each write that failed.
    #[error("a condition did not hold")]
    ConditionFailed(Vec<FailedCondition>),
    /// Another transaction was at the same items; nothing was written. Try again after a while.
    #[error("another transaction was at the same items")]
    Conflict,
    /// Throttled or out of reach; a later try may succeed. A write may have happened all the same.
    #[error("the table is unavailable")]
    Unavailable,
    /// The call itself is wrong or beyond a limit (an empty key, 101 writes, an item above 400 KB, two
    /// writes of one item in a transaction).
    #[error("the table refuses the call: {0}")]
    Invalid(String),
    /// The storage is full; reads go on.
    #[error("the storage is full")]
    Full,
    /// The operation made all the calls that it may make (see [`Blog::within`](crate::Blog::within)).
    #[error("one operation may make {0} calls to the table")]
    OverAllowance(u32),
    /// Anything else.
    #[error("{adapter} failed")]
    Backend {
        /// Which adapter.
        adapter: &'static str,
        /// Its own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A condition that did not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedCondition {
    /// Position of the write in the transaction; 0 for a single write.
    pub write: usize,
    /// The item as it is, if there is one.
    pub item: Option<Item>,
}

/// The single table.
///
/// Implementations: `SqliteTable` (embedded), `DynamoTable` (AWS).
#[async_trait::async_trait]
pub trait Table: Send + Sync {
    /// Reads an item. An expired one is not seen.
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError>;

    /// Reads up to 100 items, each key once.
    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError>;

    /// Reads a page of a partition. Expired items are not seen.
    async fn query(&self, query: &Query) -> Result<Page, TableError>;

    /// Writes one item and returns it as it is now (none after a delete). Durable when it returns.
    ///
    /// # Errors
    /// `ConditionFailed` with the item as it is.
    async fn write(&self, write: Write) -> Result<Option<Item>, TableError>;

    /// Writes up to 100 items, each once: all or nothing, isolated from other writes and from single
    /// reads. Durable when it returns.
    ///
    /// # Errors
    /// `ConditionFailed` with every write whose condition did not hold; `Conflict`.
    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError>;
}
