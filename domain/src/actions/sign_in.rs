//! Signing in and out.

use crate::account::{Identity, KeyKind, User};
use crate::actions::attempts::{self, Visitor};
use crate::actions::create_owner::session;
use crate::actions::{ActionError, NewKey, Refusal};
use crate::ports::{Accounts, Clock, IdSource, Passwords, PortError};

/// Sessions that a person may have at once. One more ends the one that was used longest ago.
const SESSIONS: usize = 100;

/// What comes of signing in.
#[derive(Debug)]
pub struct SignedIn {
    /// Who signed in.
    pub user: User,
    /// Their new session.
    pub session: NewKey,
    /// Sessions, by hash, that were too many.
    pub ended: Vec<String>,
}

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
    ///
    /// # Errors
    /// `Refused` with `WrongCredentials`, or `TooManyAttempts` after 10 tries for one address or 100
    /// from one network within 15 minutes, right or wrong.
    #[tracing::instrument(name = "account.sign_in", skip_all)]
    pub async fn run(
        &self,
        email: &str,
        password: &str,
        visitor: &Visitor,
    ) -> Result<SignedIn, ActionError> {
        let (accounts, clock) = (self.accounts, self.clock);
        let email = email.trim().to_lowercase();
        // The network first: who tries every account must not lock them all.
        let network = visitor.network.to_string();
        attempts::count(accounts, clock, &attempts::SIGN_IN_FROM, &network).await?;
        attempts::count(accounts, clock, &attempts::SIGN_IN, &email).await?;
        let user = accounts.by_email(&email).await?;
        let right = self.passwords.check(user.as_ref().map(|user| &user.id), password).await?;
        let Some(user) = user.filter(|_| right) else {
            return Err(Refusal::WrongCredentials.into());
        };
        let session = session(&user, visitor.client.clone(), self.ids, clock.now());
        accounts.add_key(&session.record).await?;
        let mut sessions = accounts.keys_of(&user.id, KeyKind::Session).await?;
        sessions.sort_by_key(|one| std::cmp::Reverse(one.last_used_at.unwrap_or(one.created_at)));
        let too_many = sessions.split_off(sessions.len().min(SESSIONS));
        accounts.remove_keys(&too_many).await?;
        let ended = too_many.into_iter().map(|one| one.hash).collect();
        Ok(SignedIn { user, session, ended })
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
