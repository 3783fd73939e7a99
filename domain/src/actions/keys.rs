//! Drawing keys.

use std::time::Duration;

use crate::Timestamp;
use crate::account::{KeyKind, KeyRecord, Role, Scope, key_hash};
use crate::ports::IdSource;
use crate::{Secret, UserId};

/// A key that was just drawn: the only moment in which it is known.
#[derive(Clone)]
pub struct NewKey {
    /// To be handed out once, and never logged.
    pub key: String,
    /// What is stored of it.
    pub record: KeyRecord,
}

/// Does not print the key.
impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("kind", &self.record.kind).finish_non_exhaustive()
    }
}

pub(super) struct Draw<'a> {
    pub kind: KeyKind,
    pub user: &'a UserId,
    pub role: Role,
    pub scopes: Vec<Scope>,
    pub name: String,
    pub client: Option<String>,
    pub life: Duration,
}

impl Draw<'_> {
    /// 256 random bits under a prefix that says what it is (scanners of leaked secrets look for it).
    pub(super) fn draw(self, ids: &dyn IdSource, now: Timestamp) -> NewKey {
        let bits = || Secret::from_bits(ids.secret());
        let prefix = match self.kind {
            KeyKind::Session => "dd_ses_",
            KeyKind::Token => "dd_pat_",
            KeyKind::Ticket => "dd_tic_",
        };
        let key = format!("{prefix}{}{}", bits().reveal(), bits().reveal());
        let record = KeyRecord {
            hash: key_hash(&key),
            kind: self.kind,
            user: self.user.clone(),
            role: self.role,
            scopes: self.scopes,
            name: self.name,
            stands_for: None,
            created_at: now,
            expires_at: now.plus(self.life),
            client: self.client,
            // Who begins a session uses it.
            last_used_at: (self.kind == KeyKind::Session).then_some(now),
        };
        NewKey { key, record }
    }
}
