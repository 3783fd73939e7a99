//! Up to which event the followers of a topic were told, and who is at it.

use std::time::Duration;

use domain::Timestamp;
use domain::event::Head;
use domain::ports::PortError;

use super::follow::{at_head, number};
use super::{Sockets, due, first_of, upkeep_index};
use crate::blog::port;
use crate::keys::{self, Upkeep};
use crate::rows;
use crate::table::{Change as Field, Condition, Item, TableError, Value, Write};

/// How often somebody looks whether a topic that is followed has events that nobody was told.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The last event that followers were told.
const NOTIFIED: &str = "notified";
/// Who tells them just now.
const LEASE: &str = "lease";
/// Until when, in milliseconds.
const LEASED_UNTIL: &str = "leased_until";
/// How many have joined so far: nobody may find the watch unneeded who has not seen the last of them.
const JOINS: &str = "joins";

/// What came of having told everything up to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// It is the last one, and the lease is given back.
    Done,
    /// There are more.
    More,
    /// Somebody else has the lease.
    Lost,
}

/// What notes one more follower: makes the watch when there is none.
pub(super) fn join(
    topic: &str,
    head: &Head,
    watched: bool,
    now: Timestamp,
) -> Result<Write, PortError> {
    let key = keys::watch(topic);
    if watched {
        return Ok(Write::Update(key, vec![Field::Add(JOINS, 1)], Condition::Present));
    }
    let row = rows::item(key, &topic)?;
    let row = rows::with(row, NOTIFIED, number(head.seq));
    let row = rows::with(row, JOINS, Value::N(1));
    Ok(Write::Put(due(row, Upkeep::Watch, now.plus(LOOK_EVERY)), Condition::Absent))
}

impl Sockets {
    /// Takes it upon itself to tell the followers of a topic, unless somebody else does or nobody follows:
    /// the last event that they were told.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn lease(
        &self,
        topic: &str,
        token: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<u64>, PortError> {
        let free = Condition::Any(vec![
            Condition::Lacks(LEASE),
            Condition::Below(LEASED_UNTIL, Value::N(now.0)),
        ]);
        let fields = leased(token, until);
        let condition = Condition::All(vec![Condition::Present, free]);
        match self.blog.write(Write::Update(keys::watch(topic), fields, condition)).await {
            Ok(Some(row)) => notified(&row).map(Some),
            Ok(None) | Err(TableError::ConditionFailed(_)) => Ok(None),
            Err(error) => Err(port(error)),
        }
    }

    /// The followers were told everything up to `seq`. If that is the last event, the lease is given back in
    /// the same transaction.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn advance(&self, topic: &str, token: &str, seq: u64) -> Result<Advanced, PortError> {
        let fields = vec![
            Field::Set(NOTIFIED, number(seq)),
            Field::Remove(LEASE),
            Field::Remove(LEASED_UNTIL),
        ];
        let ours = Condition::Equals(LEASE, Value::S(token.to_owned()));
        let writes = vec![Write::Update(keys::watch(topic), fields, ours), at_head(topic, seq)];
        match self.blog.transact(writes).await {
            Ok(()) => Ok(Advanced::Done),
            Err(TableError::ConditionFailed(failed)) => {
                let lost = failed.iter().any(|failed| failed.write == 0);
                Ok(if lost { Advanced::Lost } else { Advanced::More })
            }
            Err(error) => Err(port(error)),
        }
    }

    /// Gives a lease back, if it still holds, without having told anything.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn release(&self, topic: &str, token: &str) -> Result<(), PortError> {
        let fields = vec![Field::Remove(LEASE), Field::Remove(LEASED_UNTIL)];
        let ours = Condition::Equals(LEASE, Value::S(token.to_owned()));
        match self.blog.write(Write::Update(keys::watch(topic), fields, ours)).await {
            Ok(_) | Err(TableError::ConditionFailed(_)) => Ok(()),
            Err(error) => Err(port(error)),
        }
    }

    /// Goes on telling, with a lease that begins anew: false when somebody else has it.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn keep_lease(
        &self,
        topic: &str,
        token: &str,
        seq: u64,
        until: Timestamp,
    ) -> Result<bool, PortError> {
        let mut fields = leased(token, until);
        fields.push(Field::Set(NOTIFIED, number(seq)));
        let ours = Condition::Equals(LEASE, Value::S(token.to_owned()));
        match self.blog.write(Write::Update(keys::watch(topic), fields, ours)).await {
            Ok(_) => Ok(true),
            Err(TableError::ConditionFailed(_)) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }

    /// The last event that the followers of a topic were told, when nobody is at telling them more; none when
    /// nobody follows it.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn told(&self, topic: &str) -> Result<Option<u64>, PortError> {
        let watch = self.blog.row(&keys::watch(topic)).await?;
        let idle = watch.filter(|watch| !watch.attributes.contains_key(LEASE));
        idle.as_ref().map(notified).transpose()
    }

    /// Says whether a topic has events that its followers were not told. A topic that nobody follows any
    /// more loses its watch; one that is followed is looked at again after a minute.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn look_at_watch(&self, topic: &str, now: Timestamp) -> Result<bool, PortError> {
        let asked = [keys::head(topic), keys::watch(topic)];
        let found = self.blog.rows(&asked).await?;
        let Some(watch) = found.iter().find(|row| row.key == asked[1]) else { return Ok(false) };
        let head = self.blog.read_head(found.iter().find(|row| row.key == asked[0]))?;
        let write = if self.followed(topic).await? {
            let (_, place) = upkeep_index();
            let next = Upkeep::place(&watch.key, now.plus(LOOK_EVERY));
            let fields = vec![Field::Set(place, Value::S(next))];
            Write::Update(watch.key.clone(), fields, Condition::Present)
        } else {
            let joins = watch.attributes.get(JOINS).cloned().unwrap_or(Value::N(0));
            Write::Delete(watch.key.clone(), Condition::Equals(JOINS, joins))
        };
        match self.blog.write(write).await {
            // Whoever joined meanwhile is seen the next time.
            Ok(_) | Err(TableError::ConditionFailed(_)) => Ok(notified(watch)? < head.seq),
            Err(error) => Err(port(error)),
        }
    }

    async fn followed(&self, topic: &str) -> Result<bool, PortError> {
        let query = first_of(keys::follower(topic, "", "").pk, 1);
        Ok(!self.blog.page(&query).await?.items.is_empty())
    }
}

fn leased(token: &str, until: Timestamp) -> Vec<Field> {
    vec![Field::Set(LEASE, Value::S(token.to_owned())), Field::Set(LEASED_UNTIL, Value::N(until.0))]
}

fn notified(watch: &Item) -> Result<u64, PortError> {
    match watch.attributes.get(NOTIFIED) {
        Some(Value::N(seq)) => Ok(u64::try_from(*seq).unwrap_or_default()),
        _ => Err(rows::corrupt(&watch.key, NOTIFIED)),
    }
}
