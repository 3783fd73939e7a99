//! The port, as SQLite keeps it.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ports::Clock;
use rusqlite::Connection;
use store::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write, limits};
use tokio::sync::broadcast;

use crate::config::SqliteTableConfig;
use crate::data_folder::DataFolder;
use crate::error::{Fault, OpenError};
use crate::file::TableFile;
use crate::readers::Readers;
use crate::writer::Writer;
use crate::{database, query};

/// Keys that the feed holds for a slow listener before it loses the oldest.
const FEED: usize = 4096;

/// The single table in one SQLite file.
///
/// A write is durable when it is acknowledged: it survives `kill -9` and loss of power. Every read is
/// strongly consistent, whatever was asked for, indexes included; nothing is ever a `Conflict`. Callers
/// must not come to rely on either, since the other home does not have them.
///
/// Dropping it waits for the writes that were begun.
pub struct SqliteTable {
    readers: Readers,
    writer: Writer,
    clock: Arc<dyn Clock>,
    feed: broadcast::Sender<Key>,
    /// Keeps other processes out for as long as the file is open.
    _folder: DataFolder,
}

impl SqliteTable {
    /// Opens the table of a data folder, and makes it if there is none. After a crash the log is read
    /// back first; that takes no command and little time.
    ///
    /// # Errors
    /// `Newer` - a later release wrote it; `Sqlite` - it does not open; `Threads`.
    pub fn open(
        folder: &DataFolder,
        config: &SqliteTableConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let file = folder.path().join(TableFile::NAME);
        let (feed, _) = broadcast::channel(FEED);
        // The writer first: it makes the file that the readers open.
        let connection = database::open_writer(&file, config)?;
        let readers = Readers::start(&file, config.readers)?;
        let writer = Writer::start(connection, feed.clone())?;
        Ok(Self { readers, writer, clock, feed, _folder: folder.clone() })
    }

    /// Listens to the keys of writes from now on, each sent after its commit. A listener that falls
    /// 4,096 keys behind loses the oldest, and `recv` says so.
    pub fn subscribe(&self) -> broadcast::Receiver<Key> {
        self.feed.subscribe()
    }

    /// Removes up to `limit` items that are expired, oldest first, and says how many there were. They
    /// were invisible before; this gives their room back. Call again while it returns `limit`.
    ///
    /// # Errors
    /// `Full`, `Backend`.
    pub async fn remove_expired(&self, limit: u32) -> Result<usize, TableError> {
        Ok(self.writer.remove_expired(self.now(), limit).await?.removed)
    }

    /// The partitions whose names begin so, in byte order. For the operator's commands: the port has no
    /// such thing, and nothing that is served may need it.
    ///
    /// # Errors
    /// `Backend`.
    pub async fn partitions(&self, prefix: &str) -> Result<Vec<String>, TableError> {
        let prefix = prefix.to_owned();
        let read = move |connection: &Connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT pk FROM items WHERE pk >= ?1 AND pk < ?1 || char(1114111) ORDER BY pk",
            )?;
            let rows = statement.query_map([&prefix], |row| row.get(0))?;
            Ok(rows.collect::<Result<Vec<String>, _>>()?)
        };
        self.readers.run(read).await
    }

    /// Runs a read that is none of the port's.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, TableError> {
        self.readers.run(read).await
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().seconds()
    }
}

#[async_trait]
impl Table for SqliteTable {
    async fn get(&self, key: &Key, _: Consistency) -> Result<Option<Item>, TableError> {
        limits::check_key(key)?;
        let (key, now) = (key.clone(), self.now());
        self.readers
            .run(move |connection| {
                let attributes = database::read_visible(connection, &key, now)?;
                Ok(attributes.map(|attributes| Item { key, attributes }))
            })
            .await
    }

    async fn batch_get(&self, keys: &[Key], _: Consistency) -> Result<Batch, TableError> {
        limits::check_batch(keys)?;
        let (keys, now) = (keys.to_vec(), self.now());
        self.readers.run(move |connection| batch(connection, keys, now)).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        limits::check_query(query)?;
        let (query, now) = (query.clone(), self.now());
        self.readers.run(move |connection| query::page(connection, &query, now)).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        limits::check_single(&write)?;
        Ok(self.writer.write(vec![write]).await?.item)
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        limits::check_transaction(&writes)?;
        if !writes.is_empty() {
            self.writer.write(writes).await?;
        }
        Ok(())
    }
}

/// Reads a batch from one snapshot, until it has 16 MB.
fn batch(connection: &Connection, keys: Vec<Key>, now: i64) -> Result<Batch, Fault> {
    let snapshot = connection.unchecked_transaction()?;
    let mut batch = Batch { items: Vec::with_capacity(keys.len()), unprocessed: Vec::new() };
    let mut bytes = 0;
    for key in keys {
        if bytes >= limits::BATCH_BYTES {
            batch.unprocessed.push(key);
        } else if let Some(attributes) = database::read_visible(&snapshot, &key, now)? {
            let item = Item { key, attributes };
            bytes += limits::bytes_of(&item);
            batch.items.push(item);
        }
    }
    snapshot.commit()?;
    Ok(batch)
}
