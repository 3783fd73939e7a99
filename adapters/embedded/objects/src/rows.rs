//! The row of each key, and the tickets that were used.

use std::path::Path;
use std::time::Duration;

use domain::Timestamp;
use domain::media::ObjectKey;
use domain::ports::ObjectInfo;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use crate::copy::{remove_file, sync_folder};
use crate::error::{Fault, OpenError};

/// The schema that this release writes and the newest that it reads.
const FORMAT: i64 = 1;

/// The file of the rows.
const FILE: &str = "objects.sqlite";

const SCHEMA: &str = "
    CREATE TABLE objects (
        key TEXT PRIMARY KEY,
        sha256 BLOB NOT NULL,
        length INTEGER NOT NULL,
        content_type TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX objects_by_content ON objects (sha256);
    CREATE TABLE used_tickets (
        number BLOB PRIMARY KEY,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX used_tickets_by_end ON used_tickets (expires_at);
";

/// An upload that began before its ticket ended is over after so long, so the ticket's number need not
/// be remembered for longer.
const LONGEST_UPLOAD: Duration = Duration::from_secs(24 * 60 * 60);

/// One connection to the rows.
pub struct Rows(Connection);

/// What became of a row that was put.
pub struct Replaced {
    /// The content that nobody refers to any more.
    pub orphan: Option<[u8; 32]>,
}

impl Rows {
    /// Opens the connection that writes, and makes the file if it is not there.
    ///
    /// # Errors
    /// `Newer`, `Sqlite`.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let sqlite = |source| OpenError::Sqlite { folder: folder.to_owned(), source };
        let mut connection = Connection::open(folder.join(FILE)).map_err(sqlite)?;
        let found: i64 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite)?;
        if found > FORMAT {
            return Err(OpenError::Newer { folder: folder.to_owned(), found, known: FORMAT });
        }
        set_up(&mut connection, found).map_err(sqlite)?;
        Ok(Self(connection))
    }

    /// Opens a connection that reads beside the one that writes.
    ///
    /// # Errors
    /// `Newer`, `Sqlite`.
    pub fn open_to_read(folder: &Path) -> Result<Self, OpenError> {
        let sqlite = |source| OpenError::Sqlite { folder: folder.to_owned(), source };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(folder.join(FILE), flags).map_err(sqlite)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(sqlite)?;
        let found: i64 =
            connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(sqlite)?;
        if found > FORMAT {
            return Err(OpenError::Newer { folder: folder.to_owned(), found, known: FORMAT });
        }
        Ok(Self(connection))
    }

    /// Reads all rows, as they are at one moment.
    pub fn all(&self) -> rusqlite::Result<Vec<(ObjectKey, ObjectInfo)>> {
        let mut statement =
            self.0.prepare("SELECT sha256, length, content_type, key FROM objects ORDER BY key")?;
        let mut found = vec![];
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            // Only keys were ever stored; what is none cannot be asked for, and is passed over.
            let key: String = row.get(3)?;
            if let Ok(key) = ObjectKey::parse(&key) {
                found.push((key, info(row)?));
            }
        }
        Ok(found)
    }

    /// Makes a file of just these rows, in place of one that was there, durably.
    ///
    /// # Errors
    /// `Io`, `Sqlite`.
    pub fn write_all(folder: &Path, rows: &[(ObjectKey, ObjectInfo)]) -> Result<(), OpenError> {
        let sqlite = |source| OpenError::Sqlite { folder: folder.to_owned(), source };
        let io = |source| OpenError::Io { folder: folder.to_owned(), source };
        let file = folder.join(FILE);
        remove_file(&file).map_err(io)?;
        let mut connection = Connection::open(&file).map_err(sqlite)?;
        let transaction = connection.transaction().map_err(sqlite)?;
        transaction.execute_batch(SCHEMA).map_err(sqlite)?;
        transaction.pragma_update(None, "user_version", FORMAT).map_err(sqlite)?;
        for (key, info) in rows {
            insert(&transaction, key.as_str(), info).map_err(sqlite)?;
        }
        transaction.commit().map_err(sqlite)?;
        connection.close().map_err(|(_, source)| sqlite(source))?;
        std::fs::File::open(&file).and_then(|file| file.sync_all()).map_err(io)?;
        sync_folder(folder).map_err(io)
    }

    /// Reads a row.
    pub fn info(&self, key: &str) -> Result<Option<ObjectInfo>, Fault> {
        let mut statement = self
            .0
            .prepare_cached("SELECT sha256, length, content_type FROM objects WHERE key = ?1")?;
        Ok(statement.query_row([key], info).optional()?)
    }

    /// Puts a row in place of the old one.
    pub fn put(&mut self, key: &str, info: &ObjectInfo) -> Result<Replaced, Fault> {
        let transaction = self.0.transaction()?;
        let replaced = put(&transaction, key, info)?;
        transaction.commit()?;
        Ok(replaced)
    }

    /// Puts the row of an upload and notes that its ticket was used, both or neither. None when the
    /// ticket was used before.
    pub fn put_upload(
        &mut self,
        key: &str,
        info: &ObjectInfo,
        number: u128,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Replaced>, Fault> {
        let transaction = self.0.transaction()?;
        let forget = now.minus(LONGEST_UPLOAD);
        transaction
            .prepare_cached("DELETE FROM used_tickets WHERE expires_at < ?1")?
            .execute([forget.0])?;
        let fresh = transaction
            .prepare_cached("INSERT OR IGNORE INTO used_tickets VALUES (?1, ?2)")?
            .execute(params![number.to_be_bytes(), expires_at.0])?;
        if fresh == 0 {
            return Ok(None);
        }
        let replaced = put(&transaction, key, info)?;
        transaction.commit()?;
        Ok(Some(replaced))
    }

    /// Whether a ticket was used.
    pub fn used(&self, number: u128) -> Result<bool, Fault> {
        let mut statement =
            self.0.prepare_cached("SELECT 1 FROM used_tickets WHERE number = ?1")?;
        Ok(statement.exists([number.to_be_bytes()])?)
    }

    /// Removes a row, if it is there.
    pub fn delete(&mut self, key: &str) -> Result<Replaced, Fault> {
        let transaction = self.0.transaction()?;
        let content = content_of(&transaction, key)?;
        transaction.prepare_cached("DELETE FROM objects WHERE key = ?1")?.execute([key])?;
        let orphan = orphan(&transaction, content)?;
        transaction.commit()?;
        Ok(Replaced { orphan })
    }

    /// Keys that begin so, in byte order.
    pub fn keys_from(&self, prefix: &str, limit: u32) -> Result<Vec<String>, Fault> {
        // Keys hold no character of more than one byte, and `~` comes after all that they hold.
        let mut statement = self.0.prepare_cached(
            "SELECT key FROM objects WHERE key >= ?1 AND key < ?1 || '~' ORDER BY key LIMIT ?2",
        )?;
        let keys = statement.query_map(params![prefix, limit], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// Whether any row refers to a content.
    pub fn refers_to(&self, sha256: &[u8; 32]) -> Result<bool, Fault> {
        refers_to(&self.0, sha256)
    }
}

fn set_up(connection: &mut Connection, found: i64) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    if found == 0 {
        let transaction = connection.transaction()?;
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()?;
    }
    Ok(())
}

fn info(row: &Row<'_>) -> rusqlite::Result<ObjectInfo> {
    // Stored from a length, so never negative.
    let length: i64 = row.get(1)?;
    Ok(ObjectInfo { sha256: row.get(0)?, length: length.unsigned_abs(), content_type: row.get(2)? })
}

fn put(connection: &Connection, key: &str, info: &ObjectInfo) -> Result<Replaced, Fault> {
    let content = content_of(connection, key)?;
    insert(connection, key, info)?;
    Ok(Replaced { orphan: orphan(connection, content)? })
}

fn insert(connection: &Connection, key: &str, info: &ObjectInfo) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO objects VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![key, info.sha256, info.length.cast_signed(), info.content_type])
}

fn content_of(connection: &Connection, key: &str) -> Result<Option<[u8; 32]>, Fault> {
    let mut statement = connection.prepare_cached("SELECT sha256 FROM objects WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

fn orphan(connection: &Connection, content: Option<[u8; 32]>) -> Result<Option<[u8; 32]>, Fault> {
    match content {
        Some(content) if !refers_to(connection, &content)? => Ok(Some(content)),
        _ => Ok(None),
    }
}

fn refers_to(connection: &Connection, sha256: &[u8; 32]) -> Result<bool, Fault> {
    Ok(connection.prepare_cached("SELECT 1 FROM objects WHERE sha256 = ?1")?.exists([sha256])?)
}
