//! Signing in and out.

use std::time::Duration;

use crate::Timestamp;
use crate::account::{Identity, User, key_hash};
use crate::actions::create_owner::session;
use crate::actions::{ActionError, NewKey, Refusal};
use crate::ports::{Accounts, Clock, IdSource, Passwords, PortError};

/// Tries for one account's address in a window.
const ATTEMPTS: u32 = 10;
/// Tries from one network in a window, whatever accounts they are for. More than one person may sit
/// behind an address.
const ATTEMPTS_OF_NETWORK: u32 = 100;
/// The window.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What signing in needs of the world.
pub struct SignIn<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
    /// What checks passwords.
    pub passwords: &'a dyn Passwords,
    /// When.
    pub clock: &'a dyn Clock,
    /// Keys.
    pub ids: &'a dyn IdSource,
}

impl SignIn<'_> {
    /// Begins a session. An unknown address is answered as a wrong password is, and as slowly.
    /// `network` is any number for where the client is.
    ///
    /// # Errors
    /// `Refused` with `WrongCredentials`, or `TooManyAttempts` after 10 tries for one address or 100
    /// from one network within 15 minutes, right or wrong.
    #[tracing::instrument(name = "account.sign_in", skip_all)]
    pub async fn run(
        &self,
        email: &str,
        password: &str,
        network: u64,
    ) -> Result<(User, NewKey), ActionError> {
        let email = email.trim().to_lowercase();
        let now = self.clock.now();
        // The network first: who tries every account must not lock them all.
        self.count("sign-in-from", &network.to_string(), ATTEMPTS_OF_NETWORK, now).await?;
        self.count("sign-in", &email, ATTEMPTS, now).await?;
        let user = self.accounts.by_email(&email).await?;
        let right = self.passwords.check(user.as_ref().map(|user| &user.id), password).await?;
        let Some(user) = user.filter(|_| right) else {
            return Err(Refusal::WrongCredentials.into());
        };
        let session = session(&user, self.ids, now);
        self.accounts.add_key(&session.record).await?;
        Ok((user, session))
    }

    /// Counts a try. By hash: addresses have no place in a rate limit's key.
    async fn count(
        &self,
        limit: &str,
        of: &str,
        most: u32,
        now: Timestamp,
    ) -> Result<(), ActionError> {
        let name = format!("{limit}:{}", key_hash(of));
        if self.accounts.count_attempt(&name, WINDOW, now).await? > most {
            return Err(Refusal::TooManyAttempts { retry_at: now.plus(WINDOW) }.into());
        }
        Ok(())
    }
}

/// What signing out needs of the world.
pub struct SignOut<'a> {
    /// Where keys are kept.
    pub accounts: &'a dyn Accounts,
}

impl SignOut<'_> {
    /// Ends the session with which `identity` came. Idempotent.
    ///
    /// # Errors
    /// A failure of the port.
    #[tracing::instrument(name = "account.sign_out", skip_all)]
    pub async fn run(&self, identity: &Identity) -> Result<(), PortError> {
        self.accounts.take_key(&identity.key).await.map(drop)
    }
}
