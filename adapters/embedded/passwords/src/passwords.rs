//! The port, over the table.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::UserId;
use domain::ports::{IdSource, Passwords, PortError};
use store::keys;
use store::table::{Condition, Consistency, Item, Table, TableError, Value, Write};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::hash;

const ADAPTER: &str = "the password store";
const HASH: &str = "phc";

/// Version of the item, for releases to come.
const VERSION: i64 = 1;

/// Hashes at a time: each takes 19 MB and a core, and the blog must stay readable meanwhile.
const AT_ONCE: usize = 2;

/// Longer than anybody types; shorter than what would be worth hashing for an attacker.
const LONGEST: usize = 1024;

/// Keeps passwords as argon2id hashes in items `U#<user>`, `PASSWORD`.
///
/// Hashes run on threads of their own, two at a time; further calls wait for their turn. A hash of
/// older parameters is replaced when its password is next found right.
pub struct Argon2Passwords {
    table: Arc<dyn Table>,
    ids: Arc<dyn IdSource>,
    turns: Arc<Semaphore>,
}

impl Argon2Passwords {
    /// Makes the adapter. Does nothing yet.
    pub fn new(table: Arc<dyn Table>, ids: Arc<dyn IdSource>) -> Self {
        Self { table, ids, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Runs a hash when it is its turn.
    async fn work<T: Send + 'static>(
        &self,
        hash: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
    ) -> Result<T, PortError> {
        let turn = self.turns.clone().acquire_owned().await.map_err(failed)?;
        let hashing = spawn_blocking(move || {
            let result = hash();
            // Held by the work itself: a caller that leaves does not let another one in.
            drop(turn);
            result
        });
        hashing.await.map_err(failed)?.map_err(failed)
    }

    async fn new_hash(&self, password: String) -> Result<String, PortError> {
        let salt = self.ids.secret();
        self.work(move || hash::hash(&password, salt)).await
    }

    async fn stored(&self, user: &UserId) -> Result<Option<String>, PortError> {
        let item =
            self.table.get(&keys::password(user), Consistency::Strong).await.map_err(of_table)?;
        match item.map(|mut item| item.attributes.remove(HASH)) {
            None => Ok(None),
            Some(Some(Value::S(hash))) => Ok(Some(hash)),
            Some(_) => Err(damaged(user)),
        }
    }

    /// Replaces a hash of older parameters, unless somebody set a new password meanwhile. What fails
    /// here can be done next time.
    async fn renew(&self, user: &UserId, password: String, old: String) {
        let renewed = async {
            let item = item(user, self.new_hash(password).await?);
            let unchanged = Condition::Equals(HASH, Value::S(old));
            match self.table.write(Write::Put(item, unchanged)).await {
                Ok(_) | Err(TableError::ConditionFailed(_)) => Ok(()),
                Err(error) => Err(of_table(error)),
            }
        };
        if let Err(error) = renewed.await {
            tracing::warn!(%error, user.id = %user, "password.renew");
        }
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn set(&self, user: &UserId, password: &str) -> Result<(), PortError> {
        if password.len() > LONGEST {
            let most = format!("a password has at most {LONGEST} bytes");
            return Err(PortError::Rejected(most));
        }
        let item = item(user, self.new_hash(password.to_owned()).await?);
        self.table.write(Write::Put(item, Condition::Always)).await.map_err(of_table)?;
        Ok(())
    }

    async fn check(&self, user: Option<&UserId>, password: &str) -> Result<bool, PortError> {
        let stored = match user {
            Some(user) => self.stored(user).await?,
            None => None,
        };
        let known = stored.is_some();
        let hash = stored.unwrap_or_else(|| hash::NOBODYS.to_owned());
        // None that was set is as long; what is hashed in its stead is as long as one can be.
        let short = password.len() <= LONGEST;
        let tried = if short { password.to_owned() } else { String::new() };

        let right = self
            .work({
                let (tried, hash) = (tried.clone(), hash.clone());
                move || hash::verify(&tried, &hash)
            })
            .await?
            && known
            && short;
        if let Some(user) = user
            && right
            && hash::outdated(&hash)
        {
            self.renew(user, tried, hash).await;
        }
        Ok(right)
    }
}

fn item(user: &UserId, hash: String) -> Item {
    let attributes =
        BTreeMap::from([("v".to_owned(), Value::N(VERSION)), (HASH.to_owned(), Value::S(hash))]);
    Item { key: keys::password(user), attributes }
}

fn damaged(user: &UserId) -> PortError {
    PortError::Corrupt { table: "password", field: HASH, id: user.to_string() }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> PortError {
    PortError::backend(ADAPTER, error)
}

fn of_table(error: TableError) -> PortError {
    match error {
        TableError::Conflict => PortError::Conflict,
        TableError::Unavailable => PortError::Unavailable("the table"),
        TableError::Full => PortError::Full,
        other => failed(other),
    }
}
