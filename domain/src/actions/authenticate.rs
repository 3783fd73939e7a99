//! Telling who asks.

use std::time::Duration;

use crate::account::{Identity, KeyKind, KeyRecord, SESSION_LIFE, key_hash};
use crate::ports::{Accounts, Clock, PortError};

/// A use is remembered when the last one that was is older than this: no write for each request.
const USE: Duration = Duration::from_secs(3600);

/// What authentication needs of the world.
pub struct Authenticate<'a> {
    /// Where keys are kept.
    pub accounts: &'a dyn Accounts,
    /// When.
    pub clock: &'a dyn Clock,
}

impl Authenticate<'_> {
    /// Tells whose session or access token `key` is; `None` for one that is unknown, over or revoked.
    /// One read. At most once an hour it is remembered that the key is used, which also renews a
    /// session.
    ///
    /// # Errors
    /// A failure of the port.
    pub async fn key(&self, key: &str) -> Result<Option<Identity>, PortError> {
        let Some(record) = self.accounts.key(&key_hash(key)).await? else { return Ok(None) };
        if record.kind == KeyKind::Ticket || record.expires_at <= self.clock.now() {
            return Ok(None);
        }
        self.remember_use(&record).await;
        Ok(Some(record.into()))
    }

    /// Tells whose ticket it is, and uses it up: of several that try, one is let in.
    ///
    /// # Errors
    /// A failure of the port.
    pub async fn ticket(&self, ticket: &str) -> Result<Option<Identity>, PortError> {
        let hash = key_hash(ticket);
        let Some(record) = self.accounts.key(&hash).await? else { return Ok(None) };
        let valid = record.kind == KeyKind::Ticket && record.expires_at > self.clock.now();
        if !valid || !self.accounts.take_key(&hash).await? {
            return Ok(None);
        }
        let Some(behind) = &record.stands_for else { return Ok(None) };
        // The session may have been ended since the ticket was drawn; a socket lives as long as it.
        let Some(session) = self.accounts.key(behind).await? else { return Ok(None) };
        if session.expires_at <= self.clock.now() {
            return Ok(None);
        }
        self.remember_use(&session).await;
        Ok(Some(session.into()))
    }

    /// A key that cannot be written down as used (a full disk, a busy table) opens all the same.
    async fn remember_use(&self, record: &KeyRecord) {
        let now = self.clock.now();
        if record.last_used_at.is_some_and(|at| now.since(at) < USE) {
            return;
        }
        let expires_at = match record.kind {
            KeyKind::Session => now.plus(SESSION_LIFE).max(record.expires_at),
            KeyKind::Token | KeyKind::Ticket => record.expires_at,
        };
        if let Err(error) = self.accounts.use_key(&record.hash, now, expires_at).await {
            tracing::warn!(error = %error, "it was not remembered that a key is used");
        }
    }
}
