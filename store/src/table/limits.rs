//! What a call may be, for every home: all that DynamoDB refuses, and what only the port does. What is
//! refused in one home is refused in the other, so that nothing fails because it moved.

use std::collections::HashSet;

use super::{
    Attributes, Change, Condition, Consistency, Index, Item, Key, Query, SortRange, Start,
    TableError, Value, Write, size,
};

/// Keys of one batch.
pub const BATCH_KEYS: usize = 100;
/// Bytes of one batch's answer; the keys beyond are left unprocessed.
pub const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of one page.
pub const PAGE_BYTES: usize = 1024 * 1024;

const TRANSACTION_WRITES: usize = 100;
const TRANSACTION_BYTES: usize = 4 * 1024 * 1024;
const ITEM_BYTES: usize = 400 * 1024;
const PK_BYTES: usize = 2048;
const SK_BYTES: usize = 1024;
const NESTING: usize = 32;
const QUERY_ITEMS: u32 = 1000;

fn refuse<T>(why: impl Into<String>) -> Result<T, TableError> {
    Err(TableError::Invalid(why.into()))
}

/// Checks a primary key.
///
/// # Errors
/// `Invalid` - a part is empty or too long.
pub fn check_key(key: &Key) -> Result<(), TableError> {
    check_key_text("pk", &key.pk, PK_BYTES)?;
    check_key_text("sk", &key.sk, SK_BYTES)
}

fn check_key_text(name: &str, text: &str, most: usize) -> Result<(), TableError> {
    if text.is_empty() {
        return refuse(format!("{name} is empty"));
    }
    if text.len() > most {
        return refuse(format!("{name} has {} bytes, more than {most}", text.len()));
    }
    Ok(())
}

/// Checks the keys of a batch of reads.
///
/// # Errors
/// `Invalid` - too many, a bad key, or one twice.
pub fn check_batch(keys: &[Key]) -> Result<(), TableError> {
    if keys.len() > BATCH_KEYS {
        return refuse(format!("{} keys in a batch, more than {BATCH_KEYS}", keys.len()));
    }
    keys.iter().try_for_each(check_key)?;
    check_each_once(keys.iter())
}

fn check_each_once<'a>(keys: impl Iterator<Item = &'a Key>) -> Result<(), TableError> {
    let mut seen = HashSet::new();
    for key in keys {
        if !seen.insert(key) {
            return refuse(format!("{} {} comes twice", key.pk, key.sk));
        }
    }
    Ok(())
}

/// Checks the writes of a transaction, as far as that is possible without the items as they are.
///
/// # Errors
/// `Invalid` - too many, an item twice, a write that is wrong by itself, or puts above 4 MB.
pub fn check_transaction(writes: &[Write]) -> Result<(), TableError> {
    if writes.len() > TRANSACTION_WRITES {
        return refuse(format!(
            "{} writes in a transaction, more than {TRANSACTION_WRITES}",
            writes.len()
        ));
    }
    writes.iter().try_for_each(check_write)?;
    check_each_once(writes.iter().map(Write::key))?;
    let put = |write: &Write| if let Write::Put(item, _) = write { bytes_of(item) } else { 0 };
    check_transaction_bytes(writes.iter().map(put).sum())
}

/// Checks a write that stands alone, as far as that is possible without the item as it is.
///
/// # Errors
/// `Invalid` - as [`check_write`], or a check, which alone would do nothing.
pub fn check_single(write: &Write) -> Result<(), TableError> {
    if matches!(write, Write::Check(..)) {
        return refuse("a check stands in transactions only");
    }
    check_write(write)
}

/// Checks one write, as far as that is possible without the item as it is.
///
/// # Errors
/// `Invalid` - a bad key, item, change or condition.
pub fn check_write(write: &Write) -> Result<(), TableError> {
    check_key(write.key())?;
    match write {
        Write::Put(item, condition) => {
            check_attributes(&item.key, &item.attributes)?;
            check_condition(condition)
        }
        Write::Update(_, changes, condition) => {
            check_changes(changes)?;
            check_condition(condition)
        }
        Write::Delete(_, condition) | Write::Check(_, condition) => check_condition(condition),
    }
}

/// Checks what an item is to be, new or changed.
///
/// # Errors
/// `Invalid` - too large, too deep, a name that is empty or one of the key's, a value that cannot stand
/// in its index.
pub fn check_attributes(key: &Key, attributes: &Attributes) -> Result<(), TableError> {
    for (name, value) in attributes {
        check_attribute(name, value)?;
    }
    let bytes = size::of_item(key, attributes);
    if bytes > ITEM_BYTES {
        return refuse(format!("the item has {bytes} bytes, more than {ITEM_BYTES}"));
    }
    Ok(())
}

/// Checks what a transaction writes in all, updated items included.
///
/// # Errors
/// `Invalid` - above 4 MB.
pub fn check_transaction_bytes(bytes: usize) -> Result<(), TableError> {
    if bytes > TRANSACTION_BYTES {
        return refuse(format!("the transaction has {bytes} bytes, more than {TRANSACTION_BYTES}"));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), TableError> {
    match name {
        "" => refuse("the name of an attribute is empty"),
        "pk" | "sk" => refuse(format!("{name} is part of the key, not an attribute")),
        _ => Ok(()),
    }
}

fn check_attribute(name: &str, value: &Value) -> Result<(), TableError> {
    check_name(name)?;
    if depth(value) > NESTING {
        return refuse(format!("{name} is nested deeper than {NESTING}"));
    }
    Index::ALL.into_iter().try_for_each(|index| check_index_key(index, name, value))
}

fn check_index_key(index: Index, name: &str, value: &Value) -> Result<(), TableError> {
    let (partition, sort) = index.attributes();
    match (index, value) {
        (_, Value::S(text)) if name == partition => check_key_text(name, text, PK_BYTES),
        (_, _) if name == partition => refuse(format!("{name} is not a text")),
        (Index::Gsi1 | Index::Gsi2, Value::S(text)) if name == sort => {
            check_key_text(name, text, SK_BYTES)
        }
        (Index::Gsi3, Value::N(_)) if name == sort => Ok(()),
        (_, _) if name == sort => refuse(format!("{name} is of the wrong kind")),
        _ => Ok(()),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::L(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::M(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn check_changes(changes: &[Change]) -> Result<(), TableError> {
    let mut whole = HashSet::new();
    let mut entries = HashSet::new();
    for change in changes {
        let fresh = match change {
            Change::SetIn(name, entry, _) => entries.insert((*name, entry.as_str())),
            Change::Set(name, _) | Change::Add(name, _) | Change::Remove(name) => {
                whole.insert(*name)
            }
        };
        check_change(change)?;
        if !fresh {
            return refuse(format!("{} is changed twice", changed(change)));
        }
    }
    match entries.iter().find(|(name, _)| whole.contains(name)) {
        Some((name, _)) => refuse(format!("{name} is changed twice")),
        None => Ok(()),
    }
}

/// Checks what a change makes of its attribute, as far as that is known without the item.
fn check_change(change: &Change) -> Result<(), TableError> {
    match change {
        Change::Set(name, value) => check_attribute(name, value),
        Change::SetIn(name, entry, value) => {
            check_attribute(name, &Value::M([(entry.clone(), value.clone())].into()))
        }
        Change::Add(name, number) => check_attribute(name, &Value::N(*number)),
        Change::Remove(name) => check_name(name),
    }
}

fn changed(change: &Change) -> &'static str {
    match change {
        Change::Set(name, _)
        | Change::SetIn(name, ..)
        | Change::Add(name, _)
        | Change::Remove(name) => name,
    }
}

fn check_condition(condition: &Condition) -> Result<(), TableError> {
    match condition {
        Condition::Always
        | Condition::Absent
        | Condition::AbsentOrExpired(_)
        | Condition::Present => Ok(()),
        Condition::Equals(name, _) | Condition::Differs(name, _) | Condition::Lacks(name) => {
            check_name(name)
        }
        Condition::Below(name, value) | Condition::AtLeast(name, value) => {
            if !matches!(value, Value::N(_) | Value::S(_)) {
                return refuse(format!("{name} is compared with what has no order"));
            }
            check_name(name)
        }
        Condition::All(conditions) | Condition::Any(conditions) => {
            conditions.iter().try_for_each(check_condition)
        }
    }
}

/// Checks a query.
///
/// # Errors
/// `Invalid` - no partition, a bad limit, a range or a start that is not of this query's kind or
/// partition, strong consistency asked of an index.
pub fn check_query(query: &Query) -> Result<(), TableError> {
    check_key_text("the partition", &query.partition, PK_BYTES)?;
    if query.limit == 0 || query.limit > QUERY_ITEMS {
        return refuse(format!("a limit of {}, not 1 to {QUERY_ITEMS}", query.limit));
    }
    if query.index.is_some() && query.consistency == Consistency::Strong {
        return refuse("an index is never strongly consistent");
    }
    check_range(query)?;
    match &query.start {
        Some(start) => check_start(query, start),
        None => Ok(()),
    }
}

fn check_range(query: &Query) -> Result<(), TableError> {
    let numeric = query.index == Some(Index::Gsi3);
    match &query.range {
        SortRange::All => Ok(()),
        SortRange::Prefix(_) | SortRange::Between(..) if numeric => {
            refuse("a range of texts over numbers")
        }
        SortRange::NumberBetween(..) if !numeric => refuse("a range of numbers over texts"),
        SortRange::Prefix(prefix) => check_key_text("the prefix", prefix, SK_BYTES),
        SortRange::Between(from, to) => {
            check_key_text("the range's beginning", from, SK_BYTES)?;
            check_key_text("the range's end", to, SK_BYTES)?;
            if from > to { refuse("the range ends before it begins") } else { Ok(()) }
        }
        SortRange::NumberBetween(from, to) => {
            if from > to {
                refuse("the range ends before it begins")
            } else {
                Ok(())
            }
        }
    }
}

fn check_start(query: &Query, start: &Start) -> Result<(), TableError> {
    check_key(&start.key)?;
    let within = match (query.index, &start.index_sort) {
        (None, None) => {
            start.key.pk == query.partition && covers(&query.range, SortKey::Text(&start.key.sk))
        }
        (Some(Index::Gsi1 | Index::Gsi2), Some(Value::S(sort))) => {
            covers(&query.range, SortKey::Text(sort))
        }
        (Some(Index::Gsi3), Some(Value::N(sort))) => covers(&query.range, SortKey::Number(*sort)),
        _ => return refuse("the start is not one of this query's kind"),
    };
    if within { Ok(()) } else { refuse("the start lies outside the query") }
}

enum SortKey<'a> {
    Text(&'a str),
    Number(i64),
}

fn covers(range: &SortRange, sort: SortKey<'_>) -> bool {
    match (range, sort) {
        (SortRange::All, _) => true,
        (SortRange::Prefix(prefix), SortKey::Text(sort)) => sort.starts_with(prefix.as_str()),
        (SortRange::Between(from, to), SortKey::Text(sort)) => {
            from.as_str() <= sort && sort <= to.as_str()
        }
        (SortRange::NumberBetween(from, to), SortKey::Number(sort)) => *from <= sort && sort <= *to,
        _ => false,
    }
}

/// Cuts a new item's worth off the query's page: whether one of `bytes` still fits behind `filled`.
pub fn fits_page(filled: usize, bytes: usize) -> bool {
    filled == 0 || filled + bytes <= PAGE_BYTES
}

/// The bytes of an item, for the sums above.
pub fn bytes_of(item: &Item) -> usize {
    size::of_item(&item.key, &item.attributes)
}
