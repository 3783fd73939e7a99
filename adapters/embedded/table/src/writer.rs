//! The one thread that writes.
//!
//! Group commit: a commit waits for the disk, and whatever arrives meanwhile becomes the next commit
//! together. So one writer alone waits for nobody, and a hundred share one sync. All are acknowledged
//! after it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use store::table::{
    Attributes, Condition, FailedCondition, Item, Key, TableError, Write, change, condition,
    limits, size,
};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::database;
use crate::error::{Fault, OpenError};

/// Most requests of one commit: bounds how long the first of them waits for the last.
const GROUP: usize = 128;
/// Requests that wait before callers have to.
const QUEUE: usize = 1024;

/// The writing thread, as its callers hold it.
pub struct Writer {
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

struct Request {
    task: Task,
    reply: oneshot::Sender<Result<Written, TableError>>,
}

enum Task {
    Write(Vec<Write>),
    RemoveExpired { now: i64, limit: u32 },
}

/// What a request did.
#[derive(Debug, Default)]
pub struct Written {
    /// The item of a single write, as it is now.
    pub item: Option<Item>,
    /// Rows that an expiry removed.
    pub removed: usize,
}

/// What a task of an open transaction did.
enum Done {
    Stored(Option<Attributes>),
    Removed(usize),
}

impl Writer {
    /// Starts the thread. Keys are sent to `feed` once they are durable.
    ///
    /// # Errors
    /// `Threads`.
    pub fn start(connection: Connection, feed: broadcast::Sender<Key>) -> Result<Self, OpenError> {
        let (requests, waiting) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("table-writer".to_owned())
            .spawn(move || serve(&connection, waiting, &feed))
            .map_err(OpenError::Threads)?;
        Ok(Self { requests: Some(requests), thread: Some(thread) })
    }

    /// Writes all or nothing. Goes on to its end when the caller no longer waits.
    ///
    /// # Errors
    /// `ConditionFailed`, `Invalid`, `Full`, `Backend`.
    pub async fn write(&self, writes: Vec<Write>) -> Result<Written, TableError> {
        self.ask(Task::Write(writes)).await
    }

    /// Removes items that are expired at the second `now`.
    ///
    /// # Errors
    /// `Full`, `Backend`.
    pub async fn remove_expired(&self, now: i64, limit: u32) -> Result<Written, TableError> {
        self.ask(Task::RemoveExpired { now, limit }).await
    }

    async fn ask(&self, task: Task) -> Result<Written, TableError> {
        let (reply, answer) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or(Fault::Stopped)?;
        requests.send(Request { task, reply }).await.map_err(|_| Fault::Stopped)?;
        answer.await.map_err(|_| Fault::Stopped)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // It finishes what was sent, then ends; groups are caught when they panic.
            let _ = thread.join();
        }
    }
}

fn serve(
    connection: &Connection,
    mut waiting: mpsc::Receiver<Request>,
    feed: &broadcast::Sender<Key>,
) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        let unwound = catch_unwind(AssertUnwindSafe(|| answer(connection, group, feed)));
        if unwound.is_err() {
            // The replies are dropped, so their callers are told that it failed.
            abandon(connection);
        }
    }
}

fn answer(connection: &Connection, group: Vec<Request>, feed: &broadcast::Sender<Key>) {
    match commit(connection, &group) {
        Ok(done) => {
            for (request, result) in group.into_iter().zip(done) {
                acknowledge(request, result, feed);
            }
        }
        // One that does not fit a full disk, or a damaged row, must not fail the others: each gets a
        // commit of its own. Nothing of the group was acknowledged, so doing it again is no doubling.
        Err(_) if group.len() > 1 => {
            for request in group {
                answer(connection, vec![request], feed);
            }
        }
        Err(fault) => {
            if let Some(request) = group.into_iter().next() {
                let _ = request.reply.send(Err(fault.into()));
            }
        }
    }
}

fn acknowledge(request: Request, result: Result<Done, TableError>, feed: &broadcast::Sender<Key>) {
    let Request { task, reply } = request;
    let written = result.map(|done| match (done, task) {
        (Done::Removed(removed), _) => Written { item: None, removed },
        (Done::Stored(_), Task::RemoveExpired { .. }) => Written::default(),
        (Done::Stored(now), Task::Write(writes)) => {
            tell(&writes, feed);
            Written { item: item_now(writes, now), removed: 0 }
        }
    });
    // A caller that has gone does not miss the answer.
    let _ = reply.send(written);
}

fn tell(writes: &[Write], feed: &broadcast::Sender<Key>) {
    if feed.receiver_count() == 0 {
        return;
    }
    for write in writes {
        if !matches!(write, Write::Check(..)) {
            // Fails when the last receiver left just now.
            let _ = feed.send(write.key().clone());
        }
    }
}

/// The item that a single write leaves; transactions answer with none.
fn item_now(mut writes: Vec<Write>, now: Option<Attributes>) -> Option<Item> {
    if writes.len() != 1 {
        return None;
    }
    match writes.pop()? {
        Write::Put(item, _) => Some(item),
        Write::Update(key, ..) => now.map(|attributes| Item { key, attributes }),
        Write::Delete(..) | Write::Check(..) => None,
    }
}

/// Runs a group in one transaction: each request sees those before it.
fn commit(
    connection: &Connection,
    group: &[Request],
) -> Result<Vec<Result<Done, TableError>>, Fault> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let done = group
        .iter()
        .map(|request| match &request.task {
            Task::Write(writes) => Ok(perform(connection, writes)?.map(Done::Stored)),
            Task::RemoveExpired { now, limit } => {
                Ok(Ok(Done::Removed(database::delete_expired(connection, *now, *limit)?)))
            }
        })
        .collect::<Result<Vec<_>, Fault>>();
    let committed = done.and_then(|done| {
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(done)
    });
    if committed.is_err() {
        abandon(connection);
    }
    committed
}

/// Rolls back whatever is open; a full disk may have done so already.
fn abandon(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "table.rollback");
    }
}

/// Performs the writes of one request, or none of them: everything that can be refused is refused
/// before the first row is touched, so a refusal needs no savepoint to go back to.
fn perform(
    connection: &Connection,
    writes: &[Write],
) -> Result<Result<Option<Attributes>, TableError>, Fault> {
    let mut old = Vec::with_capacity(writes.len());
    let mut failed = Vec::new();
    for (number, write) in writes.iter().enumerate() {
        let item =
            if sees_old(write) { database::read_any(connection, write.key())? } else { None };
        if !condition::holds(write.condition(), item.as_ref()) {
            let key = write.key().clone();
            let item = item.clone().map(|attributes| Item { key, attributes });
            failed.push(FailedCondition { write: number, item });
        }
        old.push(item);
    }
    if !failed.is_empty() {
        return Ok(Err(TableError::ConditionFailed(failed)));
    }
    let updated = match updates(writes, old) {
        Ok(updated) => updated,
        Err(refused) => return Ok(Err(refused)),
    };
    for (write, updated) in writes.iter().zip(&updated) {
        match (write, updated) {
            (Write::Put(item, _), _) => database::put(connection, &item.key, &item.attributes)?,
            (Write::Update(key, ..), Some(attributes)) => {
                database::put(connection, key, attributes)?;
            }
            (Write::Delete(key, _), _) => database::delete(connection, key)?,
            (Write::Update(..), None) | (Write::Check(..), _) => {}
        }
    }
    Ok(Ok(updated.into_iter().next().flatten()))
}

/// Whether a write depends on the item as it is.
fn sees_old(write: &Write) -> bool {
    matches!(write, Write::Update(..)) || !matches!(write.condition(), Condition::Always)
}

/// What the updates make of their items; none for every other write.
fn updates(
    writes: &[Write],
    old: Vec<Option<Attributes>>,
) -> Result<Vec<Option<Attributes>>, TableError> {
    let mut bytes = 0;
    let updated = writes
        .iter()
        .zip(old)
        .map(|(write, old)| match write {
            Write::Update(key, changes, _) => {
                let attributes = change::apply(old, changes)?;
                limits::check_attributes(key, &attributes)?;
                bytes += size::of_item(key, &attributes);
                Ok(Some(attributes))
            }
            Write::Put(item, _) => {
                bytes += limits::bytes_of(item);
                Ok(None)
            }
            Write::Delete(..) | Write::Check(..) => Ok(None),
        })
        .collect::<Result<Vec<_>, TableError>>()?;
    limits::check_transaction_bytes(bytes)?;
    Ok(updated)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;
    use std::path::Path;

    use store::table::Value;

    use super::*;
    use crate::SqliteTableConfig;

    type Answer = oneshot::Receiver<Result<Written, TableError>>;

    fn open(place: &Path, max_bytes: Option<u64>) -> Connection {
        let config = SqliteTableConfig { readers: 1, max_bytes };
        database::open_writer(&place.join("table.sqlite"), &config).unwrap()
    }

    fn put(sk: &str, bytes: usize) -> Write {
        let attributes = BTreeMap::from([("body".to_owned(), Value::B(vec![7; bytes]))]);
        Write::Put(Item { key: Key::new("L", sk), attributes }, Condition::Absent)
    }

    /// Serves requests that all wait before the first is taken.
    fn serve_at_once(connection: &Connection, writes: Vec<Write>) -> Vec<Answer> {
        let (requests, waiting) = mpsc::channel(QUEUE);
        let answers = writes
            .into_iter()
            .map(|write| {
                let (reply, answer) = oneshot::channel();
                let request = Request { task: Task::Write(vec![write]), reply };
                requests.try_send(request).ok().unwrap();
                answer
            })
            .collect();
        drop(requests);
        serve(connection, waiting, &broadcast::channel(1).0);
        answers
    }

    #[test]
    fn writes_that_wait_together_share_a_commit() {
        let place = tempfile::tempdir().unwrap();
        let connection = open(place.path(), None);
        let log = || std::fs::metadata(place.path().join("table.sqlite-wal")).unwrap().len();
        let before = log();
        let writes = (0..GROUP).map(|n| put(&format!("{n:03}"), 10)).collect();
        for mut answer in serve_at_once(&connection, writes) {
            answer.try_recv().unwrap().unwrap();
        }
        // Each commit logs at least the page that it changed.
        let pages = (log() - before) / 4096;
        assert!(pages < GROUP as u64 / 2, "{pages} pages for {GROUP} writes");
    }

    #[test]
    fn each_request_of_a_group_sees_those_before_it() {
        let place = tempfile::tempdir().unwrap();
        let connection = open(place.path(), None);
        let mut answers = serve_at_once(&connection, vec![put("1", 1), put("1", 2), put("2", 3)]);
        let mut next = || answers.remove(0).try_recv().unwrap();
        next().unwrap();
        assert!(matches!(next(), Err(TableError::ConditionFailed(_))));
        next().unwrap();
    }

    #[test]
    fn one_that_does_not_fit_the_disk_does_not_fail_its_group() {
        let place = tempfile::tempdir().unwrap();
        let connection = open(place.path(), Some(200 * 1024));
        let writes = vec![put("1", 10), put("2", 300_000), put("3", 10)];
        let mut answers = serve_at_once(&connection, writes);
        let mut next = || answers.remove(0).try_recv().unwrap();
        next().unwrap();
        assert!(matches!(next(), Err(TableError::Full)));
        next().unwrap();
        let stored = |sk| database::read_any(&connection, &Key::new("L", sk)).unwrap().is_some();
        assert_eq!(["1", "2", "3"].map(stored), [true, false, true]);
    }
}
