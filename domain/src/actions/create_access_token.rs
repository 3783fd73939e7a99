//! Keys for programs and for sockets.

use std::time::Duration;

use crate::UserId;
use crate::account::{Identity, KeyKind, Role, Scope, TICKET_LIFE};
use crate::actions::keys::Draw;
use crate::actions::{ActionError, NewKey, Refusal};
use crate::ports::{Accounts, Clock, IdSource, PortError};

/// What making a token needs of the world.
pub struct CreateAccessToken<'a> {
    /// Where keys are kept.
    pub accounts: &'a dyn Accounts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Keys.
    pub ids: &'a dyn IdSource,
}

impl CreateAccessToken<'_> {
    /// Makes a personal access token, never with more rights than the key that asks for it.
    ///
    /// # Errors
    /// `Refused(Invalid)`.
    #[tracing::instrument(name = "token.create", skip_all, fields(user.id = %identity.user))]
    pub async fn run(
        &self,
        identity: &Identity,
        name: &str,
        scopes: &[Scope],
        days: u32,
    ) -> Result<NewKey, ActionError> {
        if let Some(scope) = scopes.iter().find(|scope| !identity.scopes.contains(scope)) {
            let message = format!("the key that asks has no scope {scope:?} itself");
            return Err(Refusal::invalid("scopes", message).into());
        }
        self.make(&identity.user, identity.role, name, scopes, days).await
    }

    /// Makes one for any user, as the operator of the machine asks.
    ///
    /// # Errors
    /// `Refused(Invalid)`.
    pub async fn make(
        &self,
        user: &UserId,
        role: Role,
        name: &str,
        scopes: &[Scope],
        days: u32,
    ) -> Result<NewKey, ActionError> {
        let name = name.trim().to_owned();
        if !(1..=60).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(Refusal::invalid("name", "a token's name has 1 to 60 characters").into());
        }
        if scopes.is_empty() {
            return Err(Refusal::invalid("scopes", "a token has at least one scope").into());
        }
        if !(1..=365).contains(&days) {
            return Err(Refusal::invalid("expiresInDays", "a token lasts 1 to 365 days").into());
        }
        let life = Duration::from_secs(u64::from(days) * 24 * 3600);
        let mut scopes = scopes.to_vec();
        scopes.dedup();
        let new = Draw { kind: KeyKind::Token, user, role, scopes, name, life }
            .draw(self.ids, self.clock.now());
        self.accounts.add_key(&new.record).await?;
        Ok(new)
    }
}

/// What drawing a ticket needs of the world.
pub struct SocketTicket<'a> {
    /// Where keys are kept.
    pub accounts: &'a dyn Accounts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Keys.
    pub ids: &'a dyn IdSource,
}

impl SocketTicket<'_> {
    /// Draws a ticket that opens one socket, once, within a minute, with the rights of the key that
    /// asks and as long as that lasts.
    ///
    /// # Errors
    /// A failure of the port.
    pub async fn run(&self, identity: &Identity) -> Result<NewKey, PortError> {
        let kind = KeyKind::Ticket;
        let (scopes, name) = (identity.scopes.clone(), String::new());
        let mut new = Draw {
            kind,
            user: &identity.user,
            role: identity.role,
            scopes,
            name,
            life: TICKET_LIFE,
        }
        .draw(self.ids, self.clock.now());
        new.record.stands_for = Some(identity.key.clone());
        self.accounts.add_key(&new.record).await?;
        Ok(new)
    }
}
