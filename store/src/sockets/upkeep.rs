//! What somebody has to look at after a while, whoever was to be done with it by then.

use domain::Timestamp;
use domain::ports::PortError;

use super::{Follower, Socket, Sockets, follow, upkeep_index};
use crate::blog::port;
use crate::keys::{self, Upkeep};
use crate::rows;
use crate::table::{
    Change as Field, Condition, Consistency, Index, Item, Key, Query, SortRange, TableError, Value,
    Write,
};

/// Something that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Due<T> {
    /// What.
    pub what: T,
    key: Key,
    place: String,
}

impl Sockets {
    /// Sockets that are due, at most `limit`.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`; here and below.
    pub async fn due_sockets(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Due<Socket>>, PortError> {
        self.due(Upkeep::Socket, now, limit, rows::entity).await
    }

    /// Followers who were not told everything in time, with the topics that they follow.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn due_followers(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Due<(String, Follower)>>, PortError> {
        let read = |row: &Item| {
            let topic = row.key.pk.strip_prefix("S#").unwrap_or_default().to_owned();
            Ok((topic, follow::read(row)?))
        };
        self.due(Upkeep::Follower, now, limit, read).await
    }

    /// Topics that are followed and have not been looked at for a while.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn due_watches(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Due<String>>, PortError> {
        self.due(Upkeep::Watch, now, limit, rows::entity).await
    }

    /// Takes something that is due, which is due again at `again_at`: false when somebody else has it, or
    /// it is gone.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn take<T>(&self, due: &Due<T>, again_at: Timestamp) -> Result<bool, PortError> {
        let (_, place) = upkeep_index();
        let next = Value::S(Upkeep::place(&due.key, again_at));
        let unchanged = Condition::Equals(place, Value::S(due.place.clone()));
        let update = Write::Update(due.key.clone(), vec![Field::Set(place, next)], unchanged);
        match self.blog.write(update).await {
            Ok(_) => Ok(true),
            Err(TableError::ConditionFailed(_)) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }

    async fn due<T>(
        &self,
        upkeep: Upkeep,
        now: Timestamp,
        limit: u32,
        read: impl Fn(&Item) -> Result<T, PortError>,
    ) -> Result<Vec<Due<T>>, PortError> {
        let query = Query {
            index: Some(Index::Gsi1),
            partition: upkeep.partition().to_owned(),
            range: SortRange::Between("0".to_owned(), keys::due_until(now)),
            ascending: true,
            limit,
            start: None,
            consistency: Consistency::Eventual,
        };
        let (_, place) = upkeep_index();
        let found = self.blog.page(&query).await?.items;
        let due = |row: &Item| {
            let place = rows::string(row, place).unwrap_or_default().to_owned();
            Ok(Due { what: read(row)?, key: row.key.clone(), place })
        };
        found.iter().map(due).collect()
    }
}
