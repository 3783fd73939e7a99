//! Ending sessions and access tokens.

use crate::account::{Identity, KeyKind, KeyRecord};
use crate::actions::{ActionError, Refusal};
use crate::ports::{Accounts, PortError};
use crate::{KeyId, UserId};

/// What ending keys needs of the world.
///
/// Whoever calls it closes the sockets of what has ended, before the answer goes out: the actions say
/// by hash what that is.
pub struct RevokeKey<'a> {
    /// Where keys are kept.
    pub accounts: &'a dyn Accounts,
}

impl RevokeKey<'_> {
    /// Ends one of the person's own sessions or access tokens, and gives its hash. One query and one
    /// transaction.
    ///
    /// # Errors
    /// `Refused(NotFound)` when they have none of that name (any more).
    #[tracing::instrument(name = "key.revoke", skip_all, fields(user.id = %user))]
    pub async fn run(
        &self,
        user: &UserId,
        kind: KeyKind,
        id: &KeyId,
    ) -> Result<String, ActionError> {
        let keys = self.accounts.keys_of(user, kind).await?;
        let key = keys.into_iter().find(|key| key.id() == *id).ok_or(Refusal::NotFound)?;
        self.accounts.remove_keys(std::slice::from_ref(&key)).await?;
        Ok(key.hash)
    }

    /// Ends all sessions of a person but the one with which `identity` came, and gives their hashes.
    ///
    /// # Errors
    /// A failure of the port; some may have ended.
    #[tracing::instrument(name = "key.revoke_others", skip_all, fields(user.id = %identity.user))]
    pub async fn others(&self, identity: &Identity) -> Result<Vec<String>, PortError> {
        let mut keys = self.accounts.keys_of(&identity.user, KeyKind::Session).await?;
        keys.retain(|key| key.hash != identity.key);
        self.end(keys).await
    }

    /// Ends all sessions and access tokens of a person, and gives their hashes.
    ///
    /// # Errors
    /// A failure of the port; some may have ended.
    #[tracing::instrument(name = "key.revoke_all", skip_all, fields(user.id = %user))]
    pub async fn all(&self, user: &UserId) -> Result<Vec<String>, PortError> {
        let mut keys = self.accounts.keys_of(user, KeyKind::Session).await?;
        keys.extend(self.accounts.keys_of(user, KeyKind::Token).await?);
        self.end(keys).await
    }

    async fn end(&self, keys: Vec<KeyRecord>) -> Result<Vec<String>, PortError> {
        self.accounts.remove_keys(&keys).await?;
        Ok(keys.into_iter().map(|key| key.hash).collect())
    }
}
