//! Sockets that no process holds: who is connected, who follows what, and how far they were told.
//!
//! In a home that keeps no process, a socket is rows. Beside the socket's own lie its subscriptions; each of
//! them has a second row beside all who follow its topic. A topic that somebody follows has a watch, which
//! says up to which event its followers were told, and by whom just now.
//!
//! **Nobody misses an event.** A follower is `REPLAYING` until it has been told everything up to the head and
//! the head is still there: one transaction says both and makes it live. Who tells the live ones reads the log
//! first and the followers second, so that whoever became live before an event was committed is among them.
//!
//! All rows end by themselves a while after no gateway would keep the socket.

mod follow;
mod upkeep;
mod watch;

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use domain::Timestamp;
use domain::account::{Identity, KeyKind, KeyRecord};
use domain::ports::PortError;
use serde::{Deserialize, Serialize};

use crate::blog::{Blog, port};
use crate::keys::{self, Upkeep};
use crate::rows::{self, DOC};
use crate::table::{
    Condition, Consistency, Item, Key, Query, SortRange, TTL, TableError, Value, Write,
};

pub use follow::{Follower, Joined, Live};
pub use upkeep::Due;
pub use watch::Advanced;

/// After so long a gateway has closed any socket, and some more.
const LIFE: Duration = Duration::from_secs(2 * 3600 + 900);
/// Rows of a partition that are read at once.
const ROWS: u32 = 1000;
/// Whether somebody was let in.
const ADMITTED: &str = "admitted";
/// That the client stopped a subscription before it was begun.
const STOPPED: &str = "stopped";

/// A socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Socket {
    /// As who holds it calls it.
    pub id: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The other end's address.
    pub address: IpAddr,
    /// Whether somebody was let in.
    pub admitted: bool,
    /// The session or token that they came with; none for a guest.
    pub session: Option<String>,
}

/// What a socket's client asked to follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its socket.
    pub socket: String,
    /// As the client calls it.
    pub id: String,
    /// What it follows.
    pub topic: String,
    /// Tells it from an earlier one that was called the same.
    pub run: String,
    /// With whom it shares frames.
    pub group: String,
    /// The session or token of the socket.
    pub session: Option<String>,
    /// What was asked, to be asked again by who tells it.
    pub request: serde_json::Value,
}

/// The sockets of a blog.
#[derive(Clone)]
pub struct Sockets {
    blog: Blog,
}

impl Sockets {
    /// Those in the table of `blog`.
    pub fn new(blog: Blog) -> Self {
        Sockets { blog }
    }

    /// Notes a socket that was opened, and when somebody shall look whether anybody was let in.
    ///
    /// # Errors
    /// A failure of the table; here and below.
    pub async fn open(&self, socket: &Socket, look_at: Timestamp) -> Result<(), PortError> {
        let row = socket_row(socket, look_at)?;
        self.blog.write(Write::Put(row, Condition::Always)).await.map_err(port).map(drop)
    }

    /// A socket with its subscriptions: one query, which sees all that was written before.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn find(
        &self,
        socket: &str,
    ) -> Result<Option<(Socket, Vec<Subscription>)>, PortError> {
        let (mut found, mut subscriptions) = (None, vec![]);
        for row in self.all_of(keys::socket(socket).pk).await? {
            if row.key == keys::socket(socket) {
                found = Some(rows::entity(&row)?);
            } else if !row.attributes.contains_key(STOPPED) {
                subscriptions.push(rows::entity(&row)?);
            }
        }
        Ok(found.map(|socket| (socket, subscriptions)))
    }

    /// Lets somebody in, if nobody was before and the socket is still there; else false.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn admit(&self, socket: &Socket, look_at: Timestamp) -> Result<bool, PortError> {
        let row = socket_row(socket, look_at)?;
        let mut writes = vec![Write::Put(row, Condition::Equals(ADMITTED, Value::Bool(false)))];
        if let Some(session) = &socket.session {
            let row = rows::item(keys::socket_of(session, &socket.id), &())?;
            writes.push(Write::Put(rows::with(row, TTL, ends(socket)), Condition::Always));
        }
        match self.blog.transact(writes).await {
            Ok(()) => Ok(true),
            Err(TableError::ConditionFailed(_)) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }

    /// Removes a socket with its subscriptions.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn close(&self, socket: &str) -> Result<(), PortError> {
        let mut gone = vec![];
        for row in self.all_of(keys::socket(socket).pk).await? {
            if row.key == keys::socket(socket) {
                let session = rows::entity::<Socket>(&row)?.session;
                gone.extend(session.map(|session| keys::socket_of(&session, socket)));
            } else if !row.attributes.contains_key(STOPPED) {
                let Subscription { topic, id, .. } = rows::entity(&row)?;
                gone.push(keys::follower(&topic, socket, &id));
            }
            gone.push(row.key);
        }
        // By chunks: a rest would end by itself, and nobody is told anything who has no socket.
        for keys in gone.chunks(crate::blog::BATCH) {
            let delete = |key: &Key| Write::Delete(key.clone(), Condition::Always);
            self.blog.transact(keys.iter().map(delete).collect()).await.map_err(port)?;
        }
        Ok(())
    }

    /// The sockets that came with a session or token.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn of_session(&self, session: &str) -> Result<Vec<String>, PortError> {
        let rows = self.all_of(keys::socket_of(session, "").pk).await?;
        Ok(rows.into_iter().map(|row| row.key.sk).collect())
    }

    /// Who stands behind sessions and tokens, those left out that are over or revoked: 100 to a call.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn identities(
        &self,
        sessions: &[String],
    ) -> Result<HashMap<String, Identity>, PortError> {
        let keys: Vec<Key> = sessions.iter().map(|session| keys::key(session)).collect();
        let now = self.blog.clock.now();
        let mut found = HashMap::new();
        for row in self.blog.rows(&keys).await? {
            let record: KeyRecord = rows::entity(&row)?;
            if record.kind != KeyKind::Ticket && record.expires_at > now {
                found.insert(record.hash.clone(), record.into());
            }
        }
        Ok(found)
    }

    async fn all_of(&self, partition: String) -> Result<Vec<Item>, PortError> {
        let mut query = first_of(partition, ROWS);
        let mut rows = vec![];
        loop {
            let page = self.blog.page(&query).await?;
            rows.extend(page.items);
            match page.next {
                Some(next) => query.start = Some(next),
                None => return Ok(rows),
            }
        }
    }
}

/// The first rows of a partition.
fn first_of(partition: String, limit: u32) -> Query {
    Query {
        index: None,
        partition,
        range: SortRange::All,
        ascending: true,
        limit,
        start: None,
        consistency: Consistency::Strong,
    }
}

fn socket_row(socket: &Socket, look_at: Timestamp) -> Result<Item, PortError> {
    let row = rows::item(keys::socket(&socket.id), socket)?;
    let row = rows::with(row, ADMITTED, Value::Bool(socket.admitted));
    Ok(due(rows::with(row, TTL, ends(socket)), Upkeep::Socket, look_at))
}

/// Puts a row into the due index.
fn due(row: Item, upkeep: Upkeep, at: Timestamp) -> Item {
    let (partition, place) = upkeep_index();
    let key = row.key.clone();
    let row = rows::with(row, partition, Value::S(upkeep.partition().to_owned()));
    rows::with(row, place, Value::S(Upkeep::place(&key, at)))
}

/// The due index's attributes.
fn upkeep_index() -> (&'static str, &'static str) {
    crate::table::Index::Gsi1.attributes()
}

fn ends(socket: &Socket) -> Value {
    Value::N(socket.opened_at.plus(LIFE).seconds())
}

/// The entity of a row that a failed condition showed.
fn shown<T: serde::de::DeserializeOwned>(row: &Item) -> Option<T> {
    row.attributes.contains_key(DOC).then(|| rows::entity(row).ok()).flatten()
}
