//! Passwords in the user pool, and those that a blog brought along from another home.
//!
//! A brought one lies in the table as the hash that it was there, until its owner signs in, which makes the pool
//! ask [`crate::migration`], or until another is chosen. Then it goes: a later export would bring back a password
//! that its owner changed long ago.

use std::sync::Arc;

use async_trait::async_trait;
use aws_passwords::CognitoPasswords;
use aws_table::DynamoTable;
use domain::UserId;
use domain::ports::{Passwords, PortError};
use store::keys;
use store::table::{Condition, Consistency, Table, TableError, Write};

use crate::config::{Environment, SettingsError};

/// The port, over the pool and the table.
pub struct PoolPasswords {
    /// Who keeps passwords.
    pool: CognitoPasswords,
    /// Where those lie that were brought.
    table: Arc<DynamoTable>,
}

impl PoolPasswords {
    /// Over the pool that the infrastructure names. Connects when it is first asked.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn open(environment: &Environment, table: Arc<DynamoTable>) -> Result<Self, SettingsError> {
        Ok(PoolPasswords { pool: CognitoPasswords::new(environment.passwords()?), table })
    }

    async fn forget(&self, user: &UserId) -> Result<(), TableError> {
        let key = keys::password(user);
        if self.table.get(&key, Consistency::Strong).await?.is_some() {
            self.table.write(Write::Delete(key, Condition::Always)).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Passwords for PoolPasswords {
    async fn set(&self, user: &UserId, password: &str) -> Result<(), PortError> {
        // First: what is left behind when the pool fails then is an account whose password has to be chosen anew,
        // and never one with the old password.
        self.forget(user).await.map_err(|error| PortError::backend("the table", error))?;
        self.pool.set(user, password).await
    }

    async fn check(&self, user: Option<&UserId>, password: &str) -> Result<bool, PortError> {
        let right = self.pool.check(user, password).await?;
        if let Some(user) = user
            && right
            && let Err(error) = self.forget(user).await
        {
            // The next time will do.
            tracing::warn!(%error, user.id = %user, "a password that was brought along was not removed");
        }
        Ok(right)
    }
}
