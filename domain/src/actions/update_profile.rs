//! What people change about their own accounts.

use crate::UserId;
use crate::account::{Identity, KeyKind, Role, User};
use crate::actions::attempts;
use crate::actions::refusal::{Attempt, deciding};
use crate::actions::{ActionError, Refusal, RevokeKey, credentials};
use crate::ports::{Accounts, Clock, Passwords, PortError};

/// What is to be changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ProfileInput {
    /// 2 to 20 characters.
    pub nickname: Option<String>,
    /// At most 160 characters.
    pub bio: Option<String>,
}

/// What changing a profile needs of the world.
pub struct UpdateProfile<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
}

impl UpdateProfile<'_> {
    /// Changes how a person is shown. Two reads and one write.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, or `NotFound` when the account is gone.
    #[tracing::instrument(name = "profile.update", skip_all, fields(user.id = %user))]
    pub async fn run(&self, user: &UserId, input: ProfileInput) -> Result<User, ActionError> {
        let nickname = input.nickname.as_deref().map(credentials::nickname).transpose()?;
        let bio = input.bio.as_deref().map(credentials::bio).transpose()?;
        deciding!({
            let old = self.accounts.user(user).await?.ok_or(Refusal::NotFound)?;
            let mut new = old.clone();
            new.nickname = nickname.clone().unwrap_or(new.nickname);
            new.bio = bio.clone().unwrap_or(new.bio);
            if new == old || self.accounts.change(&old, &new).await? {
                Ok(new)
            } else {
                Err(Attempt::Again)
            }
        })
    }
}

/// What changing a password needs of the world.
pub struct ChangePassword<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
    /// Where passwords are kept.
    pub passwords: &'a dyn Passwords,
    /// When.
    pub clock: &'a dyn Clock,
}

impl ChangePassword<'_> {
    /// Sets another password, and ends all sessions but the one that asks; gives the hashes of those.
    /// Access tokens stay: their owner sees them in a list, and programs use them.
    ///
    /// # Errors
    /// `Refused` with `WrongCredentials` when `current` is not the password, `Invalid`, or
    /// `TooManyAttempts`: a try counts as one to sign in.
    #[tracing::instrument(name = "password.change", skip_all, fields(user.id = %identity.user))]
    pub async fn run(
        &self,
        identity: &Identity,
        current: &str,
        new: &str,
    ) -> Result<Vec<String>, ActionError> {
        credentials::password("newPassword", new)?;
        let user = self.accounts.user(&identity.user).await?.ok_or(Refusal::NotFound)?;
        attempts::count(self.accounts, self.clock, &attempts::SIGN_IN, &user.email).await?;
        if !self.passwords.check(Some(&user.id), current).await? {
            return Err(Refusal::WrongCredentials.into());
        }
        self.passwords.set(&user.id, new).await?;
        Ok(RevokeKey { accounts: self.accounts }.others(identity).await?)
    }
}

/// What changing a role needs of the world.
pub struct SetRole<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
}

impl SetRole<'_> {
    /// Changes what a person may do, as the operator of the machine asks: with all their keys.
    ///
    /// # Errors
    /// `Refused(NotFound)`.
    pub async fn run(&self, user: &UserId, role: Role) -> Result<(), ActionError> {
        let old = self.accounts.user(user).await?.ok_or(Refusal::NotFound)?;
        if !self.accounts.change(&old, &User { role, ..old.clone() }).await? {
            return Err(PortError::Conflict.into());
        }
        for kind in [KeyKind::Session, KeyKind::Token] {
            let keys = self.accounts.keys_of(user, kind).await?;
            self.accounts.set_role_of_keys(&keys, role).await?;
        }
        Ok(())
    }
}

/// What setting a password needs of the world.
pub struct SetPassword<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
    /// Where passwords are kept.
    pub passwords: &'a dyn Passwords,
}

impl SetPassword<'_> {
    /// Sets a password, as the operator of the machine asks, and ends all sessions and access tokens.
    ///
    /// # Errors
    /// `Refused(Invalid)`.
    pub async fn run(&self, user: &UserId, password: &str) -> Result<(), ActionError> {
        credentials::password("password", password)?;
        self.passwords.set(user, password).await?;
        // After the new password, so that nobody comes back in with the old one.
        RevokeKey { accounts: self.accounts }.all(user).await?;
        Ok(())
    }
}
