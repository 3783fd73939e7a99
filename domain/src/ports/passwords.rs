//! The port that keeps and checks passwords.

use crate::UserId;
use crate::ports::PortError;

/// Keeps passwords so that nobody can read them.
///
/// Implementations: `Argon2Passwords` (embedded), `CognitoPasswords` (AWS).
#[async_trait::async_trait]
pub trait Passwords: Send + Sync {
    /// Sets a user's password; the old one is gone.
    async fn set(&self, user: &UserId, password: &str) -> Result<(), PortError>;

    /// Checks a password. `None` for a person who does not exist takes as long as a wrong password,
    /// and is false.
    async fn check(&self, user: Option<&UserId>, password: &str) -> Result<bool, PortError>;
}
