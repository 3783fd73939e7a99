//! How a page of a partition is read.

use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use store::table::{Index, Item, Page, Query, SortRange, Start, Value, limits};

use crate::database;
use crate::error::Fault;

/// Reads a page, without the items whose `ttl` lies before the second `now`.
///
/// The page ends at the query's limit or before the item that would make it larger than 1 MB, and
/// never without an item while there are any.
///
/// # Errors
/// SQLite's; a body that does not decode.
pub fn page(connection: &Connection, query: &Query, now: i64) -> Result<Page, Fault> {
    let Statement { sql, values } = statement(query, now);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(rusqlite::params_from_iter(values))?;

    let mut items: Vec<Item> = Vec::new();
    let mut bytes = 0;
    let mut more = false;
    while let Some(row) = rows.next()? {
        if items.len() == query.limit as usize {
            more = true;
            break;
        }
        let item = database::item(row)?;
        let size = limits::bytes_of(&item);
        if !limits::fits_page(bytes, size) {
            more = true;
            break;
        }
        bytes += size;
        items.push(item);
    }
    let next = items.last().filter(|_| more).map(|item| after(query.index, item));
    Ok(Page { items, next })
}

fn after(index: Option<Index>, item: &Item) -> Start {
    let index_sort = index.and_then(|index| item.attributes.get(index.attributes().1).cloned());
    Start { key: item.key.clone(), index_sort }
}

/// A statement and its values. There are few different texts, so SQLite's prepared ones are found
/// again.
struct Statement {
    sql: String,
    values: Vec<Sql>,
}

impl Statement {
    /// Adds a condition; each `?` of it stands for one of the values.
    fn and(&mut self, condition: &str, values: impl IntoIterator<Item = Sql>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

fn statement(query: &Query, now: i64) -> Statement {
    let (source, partition, sort, place) = match query.index {
        None => ("items", "pk", "sk", "sk"),
        Some(Index::Gsi1) => ("items INDEXED BY gsi1", "gsi1pk", "gsi1sk", "(gsi1sk, pk, sk)"),
        Some(Index::Gsi2) => ("items INDEXED BY gsi2", "gsi2pk", "gsi2sk", "(gsi2sk, pk, sk)"),
        Some(Index::Gsi3) => ("items INDEXED BY gsi3", "gsi3pk", "gsi3sk", "(gsi3sk, pk, sk)"),
    };
    let mut statement = Statement {
        sql: format!("SELECT pk, sk, body FROM {source} WHERE {partition} = ?"),
        values: vec![Sql::Text(query.partition.clone())],
    };
    bound(&mut statement, &query.range, sort);
    if let Some(start) = &query.start {
        let than = if query.ascending { ">" } else { "<" };
        let end = [Sql::Text(start.key.pk.clone()), Sql::Text(start.key.sk.clone())];
        match start.index_sort.clone().map(sql) {
            None => statement.and(&format!("{place} {than} ?"), end.into_iter().skip(1)),
            Some(sort) => {
                let values = std::iter::once(sort).chain(end);
                statement.and(&format!("{place} {than} (?, ?, ?)"), values);
            }
        }
    }
    statement.and("(ttl IS NULL OR ttl >= ?)", [Sql::Integer(now)]);

    let direction = if query.ascending { "ASC" } else { "DESC" };
    let order = if query.index.is_some() {
        format!("{sort} {direction}, pk {direction}, sk {direction}")
    } else {
        format!("sk {direction}")
    };
    // One more than asked for: whether it exists is whether there is a next page.
    statement.sql.push_str(&format!(" ORDER BY {order} LIMIT ?"));
    statement.values.push(Sql::Integer(i64::from(query.limit) + 1));
    statement
}

fn bound(statement: &mut Statement, range: &SortRange, sort: &str) {
    match range {
        SortRange::All => {}
        SortRange::Prefix(prefix) => {
            statement.and(&format!("{sort} >= ?"), [Sql::Text(prefix.clone())]);
            if let Some(end) = end_of_prefix(prefix) {
                statement.and(&format!("{sort} < ?"), [Sql::Text(end)]);
            }
        }
        SortRange::Between(from, to) => {
            let values = [Sql::Text(from.clone()), Sql::Text(to.clone())];
            statement.and(&format!("{sort} BETWEEN ? AND ?"), values);
        }
        SortRange::NumberBetween(from, to) => {
            let values = [Sql::Integer(*from), Sql::Integer(*to)];
            statement.and(&format!("{sort} BETWEEN ? AND ?"), values);
        }
    }
}

fn sql(value: Value) -> Sql {
    match value {
        Value::S(text) => Sql::Text(text),
        Value::N(number) => Sql::Integer(number),
        // `limits` lets no other kind be a start.
        _ => Sql::Null,
    }
}

/// The first text after all that begin with a prefix; none when there is no such text. Order of bytes
/// is order of code points in UTF-8.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // The range skips the surrogates by itself.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: &str, end: Option<&str>) {
        assert_eq!(end_of_prefix(prefix).as_deref(), end, "{prefix:?}");
    }

    #[test]
    fn the_end_of_a_prefix_is_the_next_text_of_its_length() {
        check("REV#", Some("REV$"));
        check("가", Some("각"));
        check("a\u{7f}", Some("a\u{80}"));
        check("a\u{d7ff}", Some("a\u{e000}"));
        check("a\u{10ffff}", Some("b"));
        check("\u{10ffff}\u{10ffff}", None);
    }
}
