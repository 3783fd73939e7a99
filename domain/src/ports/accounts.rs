//! The port to people and keys.

use std::time::Duration;

use crate::account::{KeyKind, KeyRecord, Role, User};
use crate::ports::PortError;
use crate::{Timestamp, UserId};

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum AddUserError {
    /// The address has an account.
    #[error("the address has an account")]
    EmailTaken,
    /// The blog has an owner.
    #[error("the blog has an owner")]
    OwnerExists,
    /// The set-up token is not the one that was given out last.
    #[error("the set-up token is not valid")]
    WrongSetUpToken,
    /// The store failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Accounts, and the keys by which people are known.
#[async_trait::async_trait]
pub trait Accounts: Send + Sync {
    /// Makes an account; with `set_up` (the token's hash) as the blog's owner, which is possible once.
    /// One transaction.
    async fn add(&self, user: &User, set_up: Option<&str>) -> Result<(), AddUserError>;

    /// Whether the blog has an owner.
    async fn has_owner(&self) -> Result<bool, PortError>;

    /// Stores the hash of the only valid set-up token.
    async fn offer_set_up(&self, hash: &str) -> Result<(), PortError>;

    /// By id.
    async fn user(&self, id: &UserId) -> Result<Option<User>, PortError>;

    /// Replaces what is known of a person, if it is still `old`; else false, and nothing changes. The
    /// address stays.
    async fn change(&self, old: &User, new: &User) -> Result<bool, PortError>;

    /// The author whom nobody is yet and whose posts wait for the owner, if there is one. Told only
    /// for the hash of the valid set-up token: whoever has it sets this author's password.
    async fn vacant_author(&self, set_up: &str) -> Result<Option<UserId>, PortError>;

    /// By address, in lower case.
    async fn by_email(&self, email: &str) -> Result<Option<User>, PortError>;

    /// Stores a key's record.
    async fn add_key(&self, key: &KeyRecord) -> Result<(), PortError>;

    /// Reads a key's record; one read. Expired ones are not seen.
    async fn key(&self, hash: &str) -> Result<Option<KeyRecord>, PortError>;

    /// Remembers that a key is used, and moves its end. Nothing happens to a key that is gone or that
    /// changes meanwhile.
    async fn use_key(
        &self,
        hash: &str,
        used_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), PortError>;

    /// A person's sessions or access tokens that have not ended, in any order: at most 1,000 of them,
    /// in one query. Tickets are in no list.
    async fn keys_of(&self, user: &UserId, kind: KeyKind) -> Result<Vec<KeyRecord>, PortError>;

    /// Removes keys, those that are gone too: 50 in one transaction each.
    async fn remove_keys(&self, keys: &[KeyRecord]) -> Result<(), PortError>;

    /// Lets a person's keys say what their owner may do now.
    async fn set_role_of_keys(&self, keys: &[KeyRecord], role: Role) -> Result<(), PortError>;

    /// Removes a key. True for exactly one of several that try.
    async fn take_key(&self, hash: &str) -> Result<bool, PortError>;

    /// Counts an attempt and returns how many there were under this name in the present window.
    async fn count_attempt(
        &self,
        name: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<u32, PortError>;
}
