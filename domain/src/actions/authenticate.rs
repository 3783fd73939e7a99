//! Telling who asks.

use crate::account::{Identity, KeyKind, KeyRecord, SESSION_LIFE, key_hash};
use crate::ports::{Accounts, Clock, PortError};

/// What authentication needs of the world.
pub struct Authenticate<'a> {
    /// Where keys are kept.
    pub accounts: &'a dyn Accounts,
    /// When.
    pub clock: &'a dyn Clock,
}

impl Authenticate<'_> {
    /// Tells whose session or access token `key` is; `None` for one that is unknown, over or revoked.
    /// One read. A session that is used is renewed, at most once a day.
    ///
    /// # Errors
    /// A failure of the port.
    pub async fn key(&self, key: &str) -> Result<Option<Identity>, PortError> {
        let Some(record) = self.accounts.key(&key_hash(key)).await? else { return Ok(None) };
        let now = self.clock.now();
        if record.kind == KeyKind::Ticket || record.expires_at <= now {
            return Ok(None);
        }
        let day = std::time::Duration::from_secs(24 * 3600);
        let fresh = now.plus(SESSION_LIFE);
        if record.kind == KeyKind::Session && fresh.since(record.expires_at) > day {
            self.accounts.renew_key(&record.hash, fresh).await?;
        }
        Ok(Some(identity(record)))
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
        Ok(Some(identity(session)).filter(|identity| identity.expires_at > self.clock.now()))
    }
}

fn identity(record: KeyRecord) -> Identity {
    Identity {
        user: record.user,
        role: record.role,
        scopes: record.scopes,
        key: record.hash,
        expires_at: record.expires_at,
    }
}
