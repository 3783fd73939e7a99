//! The file: its schema, its settings, and the statements on single rows.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use store::table::{Attributes, Index, Item, Key, TTL, Value};

use crate::codec;
use crate::config::SqliteTableConfig;
use crate::error::{Fault, OpenError};

/// The schema that this release writes and the newest that it reads.
pub const FORMAT: i64 = 1;

const PAGE_BYTES: u64 = 4096;

/// `body` holds all attributes; the columns behind it repeat those that SQLite must search by. Keys are
/// compared as bytes (the BINARY collation over UTF-8), as DynamoDB compares them.
///
/// WITHOUT ROWID: a partition's items lie side by side in key order, and an item is one search away.
/// Each index ends in the primary key, so that equal sort keys have an order to page by.
const SCHEMA: &str = "
    CREATE TABLE items (
        pk TEXT NOT NULL,
        sk TEXT NOT NULL,
        body BLOB NOT NULL,
        ttl INTEGER,
        gsi1pk TEXT,
        gsi1sk TEXT,
        gsi2pk TEXT,
        gsi2sk TEXT,
        gsi3pk TEXT,
        gsi3sk INTEGER,
        PRIMARY KEY (pk, sk)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX gsi1 ON items (gsi1pk, gsi1sk, pk, sk) WHERE gsi1pk IS NOT NULL;
    CREATE INDEX gsi2 ON items (gsi2pk, gsi2sk, pk, sk) WHERE gsi2pk IS NOT NULL;
    CREATE INDEX gsi3 ON items (gsi3pk, gsi3sk, pk, sk) WHERE gsi3pk IS NOT NULL;
    CREATE INDEX expiry ON items (ttl) WHERE ttl IS NOT NULL;
";

/// Opens the connection that writes, and makes the file if it is not there.
///
/// # Errors
/// `Newer` - the file is of a later release; `Sqlite`.
pub fn open_writer(file: &Path, config: &SqliteTableConfig) -> Result<Connection, OpenError> {
    let sqlite = |source| OpenError::Sqlite { file: file.to_owned(), source };
    let mut connection = Connection::open(file).map_err(sqlite)?;
    prepare(&connection).map_err(sqlite)?;

    let found = format(&connection).map_err(sqlite)?;
    if found > FORMAT {
        return Err(OpenError::Newer { file: file.to_owned(), found, known: FORMAT });
    }
    set_up_writer(&mut connection, found, config).map_err(sqlite)?;
    Ok(connection)
}

/// The schema's version in a file; 0 in a new one.
///
/// # Errors
/// SQLite's.
pub fn format(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn set_up_writer(
    connection: &mut Connection,
    found: i64,
    config: &SqliteTableConfig,
) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: the log is synced before a commit returns, so an acknowledged write survives power loss.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // A burst of writes lets the log grow; it is cut back afterwards.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    if found == 0 {
        let transaction = connection.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()?;
    }
    if let Some(bytes) = config.max_bytes {
        // The limit is not stored in the file, and SQLite raises it to what the file already has.
        let pages = i64::try_from((bytes / PAGE_BYTES).max(1)).unwrap_or(i64::MAX);
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    Ok(())
}

/// Opens one of the connections that read.
///
/// # Errors
/// `Sqlite`.
pub fn open_reader(file: &Path) -> Result<Connection, OpenError> {
    let sqlite = |source| OpenError::Sqlite { file: file.to_owned(), source };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(sqlite)?;
    prepare(&connection).map_err(sqlite)?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // Nobody else in this process holds the file for long; a backup tool may, for a moment.
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", -8192)
}

/// Reads an item's attributes, expired or not.
///
/// # Errors
/// SQLite's; a body that does not decode.
pub fn read_any(connection: &Connection, key: &Key) -> Result<Option<Attributes>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM items WHERE pk = ?1 AND sk = ?2")?;
    decoded(statement.query_row(params![key.pk, key.sk], body).optional()?)
}

/// Reads an item's attributes unless its `ttl` lies before the second `now`.
///
/// # Errors
/// SQLite's; a body that does not decode.
pub fn read_visible(
    connection: &Connection,
    key: &Key,
    now: i64,
) -> Result<Option<Attributes>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT body FROM items WHERE pk = ?1 AND sk = ?2 AND (ttl IS NULL OR ttl >= ?3)",
    )?;
    decoded(statement.query_row(params![key.pk, key.sk, now], body).optional()?)
}

/// Decodes where the row still owns the bytes: the body is never copied as a whole.
fn body(row: &Row<'_>) -> rusqlite::Result<Result<Attributes, codec::DamagedBody>> {
    let bytes = row.get_ref(0)?.as_blob()?;
    Ok(codec::decode(bytes))
}

fn decoded(
    read: Option<Result<Attributes, codec::DamagedBody>>,
) -> Result<Option<Attributes>, Fault> {
    Ok(read.transpose()?)
}

/// Reads the item of a row `pk, sk, body`.
///
/// # Errors
/// SQLite's; a body that does not decode.
pub fn item(row: &Row<'_>) -> Result<Item, Fault> {
    let key = Key { pk: row.get(0)?, sk: row.get(1)? };
    let bytes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
    Ok(Item { key, attributes: codec::decode(bytes)? })
}

/// Stores an item in place of the old one.
///
/// # Errors
/// SQLite's.
pub fn put(connection: &Connection, key: &Key, attributes: &Attributes) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO items
         (pk, sk, body, ttl, gsi1pk, gsi1sk, gsi2pk, gsi2sk, gsi3pk, gsi3sk)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let due = texts(attributes, Index::Gsi1);
    let owned = texts(attributes, Index::Gsi2);
    let popular = ranked(attributes, Index::Gsi3);
    statement.execute(params![
        key.pk,
        key.sk,
        codec::encode(attributes),
        number(attributes, TTL),
        due.map(|(partition, _)| partition),
        due.map(|(_, sort)| sort),
        owned.map(|(partition, _)| partition),
        owned.map(|(_, sort)| sort),
        popular.map(|(partition, _)| partition),
        popular.map(|(_, sort)| sort),
    ])?;
    Ok(())
}

/// Removes an item, if it is there.
///
/// # Errors
/// SQLite's.
pub fn delete(connection: &Connection, key: &Key) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM items WHERE pk = ?1 AND sk = ?2")?
        .execute(params![key.pk, key.sk])?;
    Ok(())
}

/// Removes up to `limit` items whose `ttl` lies before the second `now`, and says how many.
///
/// # Errors
/// SQLite's.
pub fn delete_expired(connection: &Connection, now: i64, limit: u32) -> Result<usize, Fault> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM items WHERE (pk, sk) IN
         (SELECT pk, sk FROM items INDEXED BY expiry WHERE ttl < ?1 ORDER BY ttl LIMIT ?2)",
    )?;
    Ok(statement.execute(params![now, limit])?)
}

fn number(attributes: &Attributes, name: &str) -> Option<i64> {
    match attributes.get(name) {
        Some(Value::N(number)) => Some(*number),
        _ => None,
    }
}

fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    match attributes.get(name) {
        Some(Value::S(text)) => Some(text),
        _ => None,
    }
}

/// Both keys of an index or none: an item stands in an index only with both.
fn texts(attributes: &Attributes, index: Index) -> Option<(&str, &str)> {
    let (partition, sort) = index.attributes();
    Some((text(attributes, partition)?, text(attributes, sort)?))
}

fn ranked(attributes: &Attributes, index: Index) -> Option<(&str, i64)> {
    let (partition, sort) = index.attributes();
    Some((text(attributes, partition)?, number(attributes, sort)?))
}
