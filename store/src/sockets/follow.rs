//! Who follows a topic, and whether they were told everything.

use std::time::Duration;

use domain::Timestamp;
use domain::event::Head;
use domain::ports::PortError;
use serde::{Deserialize, Serialize};

use super::{LIFE, STOPPED, Sockets, Subscription, due, shown, upkeep_index};
use crate::blog::port;
use crate::keys::{self, Upkeep};
use crate::rows::{self, REVISION};
use crate::table::{
    Change as Field, Condition, FailedCondition, Item, Key, TTL, TableError, Value, Write,
};

/// So long a subscription that was stopped before it was begun stays stopped.
const STOPPED_FOR: Duration = Duration::from_secs(10);
/// How often a subscription is begun anew because its topic's watch came or went.
const TRIES: u32 = 5;
/// Whether a follower was told everything up to the head, and is told what follows.
const LIVE: &str = "live";
/// The last event that a follower was told.
const FROM: &str = "from";
/// Tells a subscription from an earlier one that was called the same.
const RUN: &str = "run";

/// Somebody who follows a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follower {
    /// The socket.
    pub socket: String,
    /// As its client calls the subscription.
    pub id: String,
    /// Tells the subscription from an earlier one that was called the same.
    pub run: String,
    /// With whom it shares frames.
    pub group: String,
    /// The session or token of the socket.
    pub session: Option<String>,
    /// The last event that it was told; none before its first frame.
    #[serde(skip)]
    pub from: Option<u64>,
}

impl From<&Subscription> for Follower {
    /// One that was told nothing yet.
    fn from(subscription: &Subscription) -> Self {
        let Subscription { socket, id, run, group, session, .. } = subscription.clone();
        Follower { socket, id, run, group, session, from: None }
    }
}

/// What came of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is noted, and not live yet. Where the log ended just before.
    Noted(Head),
    /// The client has stopped it already.
    Stopped,
    /// The client has one of this id.
    Exists,
    /// The socket is closed.
    SocketGone,
}

/// What came of the wish to be told what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// Done.
    Done,
    /// There are events that it was not told.
    Behind,
    /// The subscription has ended.
    Ended,
}

impl Sockets {
    /// Notes a subscription, which somebody shall look at by `look_at` if it is not live by then.
    ///
    /// # Errors
    /// A failure of the table; `Conflict` when the topic's watch comes and goes all the time.
    pub async fn follow(
        &self,
        subscription: &Subscription,
        now: Timestamp,
        look_at: Timestamp,
    ) -> Result<Joined, PortError> {
        let Subscription { socket, id, topic, .. } = subscription;
        for _ in 0..TRIES {
            let asked = [keys::head(topic), keys::watch(topic)];
            let found = self.blog.rows(&asked).await?;
            let find = |key: &Key| found.iter().find(|row| row.key == *key);
            let head = self.blog.read_head(find(&asked[0]))?;
            let watched = find(&asked[1]).is_some();
            let writes = vec![
                Write::Check(keys::socket(socket), Condition::Present),
                Write::Put(row(subscription, now)?, Condition::AbsentOrExpired(now.seconds())),
                Write::Put(follower_row(subscription, now, look_at)?, Condition::Always),
                super::watch::join(topic, &head, watched, now)?,
            ];
            match self.blog.transact(writes).await {
                Ok(()) => return Ok(Joined::Noted(head)),
                Err(TableError::ConditionFailed(failed)) => {
                    let of = |write| failed.iter().find(|failed| failed.write == write);
                    match (of(0), of(1)) {
                        (Some(_), _) => return Ok(Joined::SocketGone),
                        (_, Some(there)) if stopped(there) => {
                            self.forget(socket, id).await?;
                            return Ok(Joined::Stopped);
                        }
                        (_, Some(_)) => return Ok(Joined::Exists),
                        // The watch came or went.
                        (None, None) => {}
                    }
                }
                Err(error) => return Err(port(error)),
            }
        }
        Err(PortError::Conflict)
    }

    /// From now on the follower is told what follows `seq`, if that is the topic's last event.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn go_live(
        &self,
        topic: &str,
        follower: &Follower,
        seq: u64,
    ) -> Result<Live, PortError> {
        let key = keys::follower(topic, &follower.socket, &follower.id);
        let (partition, place) = upkeep_index();
        let fields = vec![
            Field::Set(LIVE, Value::Bool(true)),
            Field::Set(FROM, number(seq)),
            Field::Remove(partition),
            Field::Remove(place),
        ];
        let writes = vec![Write::Update(key, fields, same(follower)), at_head(topic, seq)];
        match self.blog.transact(writes).await {
            Ok(()) => Ok(Live::Done),
            Err(TableError::ConditionFailed(failed)) => {
                let ended = failed.iter().any(|failed| failed.write == 0);
                Ok(if ended { Live::Ended } else { Live::Behind })
            }
            Err(error) => Err(port(error)),
        }
    }

    /// The follower was told up to `from` and missed something: it is not live, and somebody shall look at
    /// it by `look_at`.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn fall_behind(
        &self,
        topic: &str,
        follower: &Follower,
        look_at: Timestamp,
    ) -> Result<(), PortError> {
        let key = keys::follower(topic, &follower.socket, &follower.id);
        let (partition, place) = upkeep_index();
        let mut fields = vec![
            Field::Set(LIVE, Value::Bool(false)),
            Field::Set(partition, Value::S(Upkeep::Follower.partition().to_owned())),
            Field::Set(place, Value::S(Upkeep::place(&key, look_at))),
        ];
        fields.extend(follower.from.map(|from| Field::Set(FROM, number(from))));
        match self.blog.write(Write::Update(key, fields, same(follower))).await {
            Ok(_) | Err(TableError::ConditionFailed(_)) => Ok(()),
            Err(error) => Err(port(error)),
        }
    }

    /// All who follow a topic and were told everything that was told: who became live before this is called
    /// is among them.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn live(&self, topic: &str) -> Result<Vec<Follower>, PortError> {
        let rows = self.all_of(keys::follower(topic, "", "").pk).await?;
        let live = |row: &&Item| row.attributes.get(LIVE) == Some(&Value::Bool(true));
        rows.iter().filter(live).map(read).collect()
    }

    /// What was asked by those of them.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn subscriptions(
        &self,
        followers: &[&Follower],
    ) -> Result<Vec<Subscription>, PortError> {
        let key = |follower: &&Follower| keys::subscription(&follower.socket, &follower.id);
        let keys: Vec<Key> = followers.iter().map(key).collect();
        let rows = self.blog.rows(&keys).await?;
        let open = rows.iter().filter(|row| !row.attributes.contains_key(STOPPED));
        open.map(rows::entity).collect()
    }

    /// Ends a subscription.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn unfollow(&self, topic: &str, socket: &str, id: &str) -> Result<(), PortError> {
        let gone = [keys::subscription(socket, id), keys::follower(topic, socket, id)];
        let writes = gone.map(|key| Write::Delete(key, Condition::Always));
        self.blog.transact(writes.into()).await.map_err(port)
    }

    /// The client stopped what was not begun: it is not begun for a while.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn stop_unseen(
        &self,
        socket: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let row = rows::item(keys::subscription(socket, id), &())?;
        let row = rows::with(row, STOPPED, Value::Bool(true));
        let row = rows::with(row, TTL, Value::N(now.plus(STOPPED_FOR).seconds()));
        let put = Write::Put(row, Condition::AbsentOrExpired(now.seconds()));
        match self.blog.write(put).await {
            Ok(_) => Ok(()),
            // It was begun meanwhile.
            Err(TableError::ConditionFailed(failed)) => {
                let begun = failed.iter().filter_map(|failed| failed.item.as_ref());
                for subscription in begun.filter_map(shown::<Subscription>) {
                    self.unfollow(&subscription.topic, socket, id).await?;
                }
                Ok(())
            }
            Err(error) => Err(port(error)),
        }
    }

    /// Removes the note that a subscription was stopped.
    async fn forget(&self, socket: &str, id: &str) -> Result<(), PortError> {
        let stopped = Condition::Equals(STOPPED, Value::Bool(true));
        let delete = Write::Delete(keys::subscription(socket, id), stopped);
        match self.blog.write(delete).await {
            Ok(_) | Err(TableError::ConditionFailed(_)) => Ok(()),
            Err(error) => Err(port(error)),
        }
    }
}

/// That `seq` is a topic's last event.
pub(super) fn at_head(topic: &str, seq: u64) -> Write {
    let condition = match seq {
        0 => Condition::Absent,
        seq => Condition::Equals(REVISION, number(seq)),
    };
    Write::Check(keys::head(topic), condition)
}

pub(super) fn number(n: u64) -> Value {
    Value::N(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Reads a follower's row.
pub(super) fn read(row: &Item) -> Result<Follower, PortError> {
    let from = match row.attributes.get(FROM) {
        Some(Value::N(from)) => u64::try_from(*from).ok(),
        _ => None,
    };
    Ok(Follower { from, ..rows::entity(row)? })
}

fn same(follower: &Follower) -> Condition {
    Condition::Equals(RUN, Value::S(follower.run.clone()))
}

fn stopped(failed: &FailedCondition) -> bool {
    failed.item.as_ref().is_some_and(|row| row.attributes.contains_key(STOPPED))
}

fn row(subscription: &Subscription, now: Timestamp) -> Result<Item, PortError> {
    let key = keys::subscription(&subscription.socket, &subscription.id);
    let row = rows::item(key, subscription)?;
    Ok(rows::with(row, TTL, Value::N(now.plus(LIFE).seconds())))
}

fn follower_row(
    subscription: &Subscription,
    now: Timestamp,
    look_at: Timestamp,
) -> Result<Item, PortError> {
    let follower = Follower::from(subscription);
    let key = keys::follower(&subscription.topic, &follower.socket, &follower.id);
    let row = rows::item(key, &follower)?;
    let row = rows::with(row, RUN, Value::S(follower.run));
    let row = rows::with(row, LIVE, Value::Bool(false));
    let row = rows::with(row, TTL, Value::N(now.plus(LIFE).seconds()));
    Ok(due(row, Upkeep::Follower, look_at))
}
