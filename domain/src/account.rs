//! People, and the keys by which they are known.

use sha2::{Digest, Sha256};

use crate::post::hex;
use crate::{KeyId, Timestamp, UserId};

/// What a person may do. Each role may do what those before it may.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Role {
    /// Reads, likes, comments.
    Reader,
    /// Writes posts.
    Author,
    /// Runs the blog.
    Admin,
}

/// What an access token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Scope {
    /// Queries and subscriptions.
    Read,
    /// Mutations.
    Write,
}

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct User {
    /// For the account's whole life.
    pub id: UserId,
    /// Lower case; unique.
    pub email: String,
    /// 2 to 20 characters.
    pub nickname: String,
    /// At most 160 characters.
    pub bio: String,
    /// What they may do.
    pub role: Role,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// What a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum KeyKind {
    /// A browser's session, in a cookie.
    Session,
    /// A personal access token.
    Token,
    /// One socket, once, within a minute.
    Ticket,
}

/// How long a session lasts without being used.
pub const SESSION_LIFE: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 3600);
/// How long a ticket for a socket lasts.
pub const TICKET_LIFE: std::time::Duration = std::time::Duration::from_secs(60);

/// What is stored of a key: its hash, never the key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeyRecord {
    /// See [`key_hash`]. Names the record.
    pub hash: String,
    /// What it opens.
    pub kind: KeyKind,
    /// Whose it is.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// For what it may be used; a session for everything.
    pub scopes: Vec<Scope>,
    /// Of a token, as its owner named it.
    pub name: String,
    /// Of a ticket, the key that it stands for.
    pub stands_for: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// No use after that.
    pub expires_at: Timestamp,
    /// Of a session, the program that began it, as people call it. Older rows have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// When it was used, to about an hour. Older rows, and tokens that were never used, have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

impl KeyRecord {
    /// What the key is called outside: made of the hash, and does not tell it.
    pub fn id(&self) -> KeyId {
        let mut named = Sha256::new();
        named.update(b"the outside name of a key\n");
        named.update(self.hash.as_bytes());
        let mut bits = [0; 16];
        bits.copy_from_slice(&named.finalize()[..16]);
        KeyId::from_bits(u128::from_be_bytes(bits))
    }
}

/// Names a key without telling it: SHA-256, in hexadecimal. Keys are 128 random bits or more, so
/// there is nothing to guess and no salt is needed.
pub fn key_hash(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

/// Who asks, as one read of a key tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// For what the key may be used.
    pub scopes: Vec<Scope>,
    /// Hash of the key (of a ticket, that of the key it stands for): what revocation names.
    pub key: String,
    /// The key's end.
    pub expires_at: Timestamp,
}

impl From<KeyRecord> for Identity {
    fn from(record: KeyRecord) -> Self {
        Identity {
            user: record.user,
            role: record.role,
            scopes: record.scopes,
            key: record.hash,
            expires_at: record.expires_at,
        }
    }
}

impl Identity {
    /// Whether they may write posts with this key.
    pub fn writes(&self) -> bool {
        self.role >= Role::Author && self.scopes.contains(&Scope::Write)
    }

    /// Whether they may read what is theirs with this key.
    pub fn reads(&self) -> bool {
        self.scopes.contains(&Scope::Read)
    }
}
