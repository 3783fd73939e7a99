//! Keys for programs and for sockets.

use std::time::Duration;

use crate::UserId;
use crate::account::{Identity, KeyKind, KeyRecord, Role, Scope, TICKET_LIFE, User};
use crate::actions::keys::Draw;
use crate::actions::refusal::{deciding, replayed};
use crate::actions::{ActionError, IdempotencyKey, NewKey, Refusal};
use crate::ports::{Accounts, Change, Clock, IdSource, PortError, Posts, Wanted};

/// Access tokens that a person may have at once.
const TOKENS: usize = 100;

/// What a token is to be.
#[derive(Clone, Debug)]
pub struct TokenInput {
    /// For its owner; 1 to 60 characters.
    pub name: String,
    /// At least one.
    pub scopes: Vec<Scope>,
    /// 1 to 365.
    pub days: u32,
}

/// What comes of asking for a token.
#[derive(Debug)]
pub enum Token {
    /// It was made now.
    Made(NewKey),
    /// It was made under this idempotency key before. The key itself was shown then, and is not kept.
    Replayed(KeyRecord),
}

/// What making a token needs of the world.
pub struct CreateAccessToken<'a> {
    /// Where keys are kept.
    pub accounts: &'a dyn Accounts,
    /// Where it is remembered what was done.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Keys.
    pub ids: &'a dyn IdSource,
}

impl CreateAccessToken<'_> {
    /// Makes a personal access token, never with more rights than the key that asks for it.
    ///
    /// Atomic; idempotent under a key: one batch, one query and one transaction, or one batch and one
    /// read to replay.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, `KeyReused`, or `NotFound` when the token that was made under the key
    /// was revoked since.
    #[tracing::instrument(name = "token.create", skip_all, fields(user.id = %identity.user))]
    pub async fn run(
        &self,
        identity: &Identity,
        input: TokenInput,
        key: Option<IdempotencyKey>,
    ) -> Result<Token, ActionError> {
        if let Some(scope) = input.scopes.iter().find(|scope| !identity.scopes.contains(scope)) {
            let message = format!("the key that asks has no scope {scope:?} itself");
            return Err(Refusal::invalid("scopes", message).into());
        }
        let Some(key) = key else {
            self.check_room(&identity.user).await?;
            return self.make(&identity.user, identity.role, input).await.map(Token::Made);
        };
        let user = &identity.user;
        let new = self.draw(user, identity.role, input)?;
        deciding!({
            let idempotency = Some((user.clone(), key.key.clone()));
            let loaded = self.posts.load(&Wanted { idempotency, ..Wanted::default() }).await?;
            if let Some(hash) = replayed(loaded.done.as_ref(), Some(&key))? {
                let record = self.accounts.key(&hash).await?;
                return Ok(Token::Replayed(record.ok_or(Refusal::NotFound)?));
            }
            self.check_room(user).await?;
            let remember = key.remember(user, &new.record.hash);
            let change = Change {
                key: Some(new.record.clone()),
                remember: Some((remember, self.clock.now())),
                ..Change::default()
            };
            self.posts.apply(change).await?;
            Ok(Token::Made(new.clone()))
        })
    }

    /// Makes the token that is shown to an operator of an account that they made: for a year, with all scopes.
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub async fn for_operator(&self, user: &User) -> Result<NewKey, ActionError> {
        let (name, scopes) = ("command line".to_owned(), vec![Scope::Read, Scope::Write]);
        self.make(&user.id, user.role, TokenInput { name, scopes, days: 365 }).await
    }

    /// Makes one for any user, as the operator of the machine asks.
    ///
    /// # Errors
    /// `Refused(Invalid)`.
    pub async fn make(
        &self,
        user: &UserId,
        role: Role,
        input: TokenInput,
    ) -> Result<NewKey, ActionError> {
        let new = self.draw(user, role, input)?;
        self.accounts.add_key(&new.record).await?;
        Ok(new)
    }

    async fn check_room(&self, user: &UserId) -> Result<(), ActionError> {
        if self.accounts.keys_of(user, KeyKind::Token).await?.len() < TOKENS {
            return Ok(());
        }
        let message = format!("you have {TOKENS} access tokens; revoke one first");
        Err(Refusal::invalid("name", message).into())
    }

    fn draw(&self, user: &UserId, role: Role, input: TokenInput) -> Result<NewKey, Refusal> {
        let TokenInput { name, mut scopes, days } = input;
        let name = name.trim().to_owned();
        if !(1..=60).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(Refusal::invalid("name", "a token's name has 1 to 60 characters"));
        }
        if scopes.is_empty() {
            return Err(Refusal::invalid("scopes", "a token has at least one scope"));
        }
        if !(1..=365).contains(&days) {
            return Err(Refusal::invalid("expiresInDays", "a token lasts 1 to 365 days"));
        }
        let life = Duration::from_secs(u64::from(days) * 24 * 3600);
        scopes.dedup();
        let kind = KeyKind::Token;
        let draw = Draw { kind, user, role, scopes, name, client: None, life };
        Ok(draw.draw(self.ids, self.clock.now()))
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
            client: None,
            life: TICKET_LIFE,
        }
        .draw(self.ids, self.clock.now());
        new.record.stands_for = Some(identity.key.clone());
        self.accounts.add_key(&new.record).await?;
        Ok(new)
    }
}
