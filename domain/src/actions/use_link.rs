//! What a one-time link is for: making an account, and choosing a new password.

use crate::account::{Role, User, key_hash};
use crate::actions::attempts::{self, Visitor};
use crate::actions::create_owner::{new_user, session};
use crate::actions::{ActionError, NewKey, Refusal, SetPassword, credentials};
use crate::mail::{LinkRecord, MailPurpose};
use crate::ports::{Accounts, AddUserError, Clock, IdSource, MailRequests, Passwords};

/// What a person chooses behind the link that confirms their address.
pub struct ConfirmInput {
    /// From the link.
    pub token: String,
    /// 10 to 200 characters.
    pub password: String,
    /// 2 to 20 characters.
    pub nickname: String,
}

/// What using a link needs of the world.
pub struct UseLink<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
    /// Where links are kept.
    pub requests: &'a dyn MailRequests,
    /// Where passwords are kept.
    pub passwords: &'a dyn Passwords,
    /// When.
    pub clock: &'a dyn Clock,
    /// Ids and keys.
    pub ids: &'a dyn IdSource,
    /// Whether readers may sign up.
    pub sign_up_open: bool,
}

impl UseLink<'_> {
    /// Makes a reader's account, and a session. The password is chosen here and not when the mail was
    /// asked for: who asks with another's address gets no password into the other's account.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, `SignUpClosed`, `TooManyAttempts`, or `LinkNotValid` for a link that is
    /// unknown, over, used, or not the newest; after `Invalid` the link can be used again.
    #[tracing::instrument(name = "account.confirm", skip_all)]
    pub async fn confirm(
        &self,
        input: ConfirmInput,
        visitor: &Visitor,
    ) -> Result<(User, NewKey), ActionError> {
        if !self.sign_up_open {
            return Err(Refusal::SignUpClosed.into());
        }
        let link = self.find(&input.token, MailPurpose::SignUp, visitor).await?;
        let now = self.clock.now();
        let user = new_user(self.ids, &link.email, &input.nickname, Role::Reader, now)?;
        credentials::password("password", &input.password)?;
        if !self.requests.use_up(&link).await? {
            return Err(Refusal::LinkNotValid.into());
        }
        self.passwords.set(&user.id, &input.password).await?;
        match self.accounts.add(&user, None).await {
            Ok(()) => {}
            Err(AddUserError::Port(error)) => return Err(error.into()),
            // The operator made one meanwhile.
            Err(_) => return Err(Refusal::LinkNotValid.into()),
        }
        let session = session(&user, visitor.client.clone(), self.ids, now);
        self.accounts.add_key(&session.record).await?;
        Ok((user, session))
    }

    /// Sets a new password, and ends all sessions and all access tokens: whoever had the account before
    /// has nothing of it left. Gives the person whose sockets are to be closed.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, `TooManyAttempts`, or `LinkNotValid`; after `Invalid` the link can be
    /// used again.
    #[tracing::instrument(name = "password.reset", skip_all)]
    pub async fn reset(
        &self,
        token: &str,
        password: &str,
        visitor: &Visitor,
    ) -> Result<User, ActionError> {
        let link = self.find(token, MailPurpose::PasswordReset, visitor).await?;
        credentials::password("password", password)?;
        let user = self.accounts.by_email(&link.email).await?.ok_or(Refusal::LinkNotValid)?;
        if !self.requests.use_up(&link).await? {
            return Err(Refusal::LinkNotValid.into());
        }
        let set = SetPassword { accounts: self.accounts, passwords: self.passwords };
        set.run(&user.id, password).await?;
        Ok(user)
    }

    async fn find(
        &self,
        token: &str,
        purpose: MailPurpose,
        visitor: &Visitor,
    ) -> Result<LinkRecord, ActionError> {
        let network = visitor.network.to_string();
        attempts::count(self.accounts, self.clock, &attempts::LINK_FROM, &network).await?;
        let link = self.requests.link(&key_hash(token)).await?;
        let valid =
            |link: &LinkRecord| link.purpose == purpose && link.expires_at > self.clock.now();
        Ok(link.filter(valid).ok_or(Refusal::LinkNotValid)?)
    }
}
