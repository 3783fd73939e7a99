//! Making accounts.

use crate::account::{KeyKind, Role, SESSION_LIFE, Scope, User, key_hash};
use crate::actions::keys::Draw;
use crate::actions::{ActionError, NewKey, Refusal, credentials};
use crate::ports::{Accounts, AddUserError, Clock, IdSource, Passwords};
use crate::{Timestamp, UserId};

/// The blog's first account.
#[derive(Clone)]
pub struct OwnerInput {
    /// From the set-up link.
    pub setup_token: String,
    /// Address.
    pub email: String,
    /// 10 to 200 characters.
    pub password: String,
    /// 2 to 20 characters.
    pub nickname: String,
    /// The program that asks, as people call it.
    pub client: Option<String>,
}

/// What making the owner needs of the world.
pub struct CreateOwner<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
    /// Where passwords are kept.
    pub passwords: &'a dyn Passwords,
    /// When.
    pub clock: &'a dyn Clock,
    /// Ids and keys.
    pub ids: &'a dyn IdSource,
}

impl CreateOwner<'_> {
    /// Makes the owner's account with the token of the newest set-up link, and a session.
    ///
    /// Possible once: of several that try, one has it.
    ///
    /// # Errors
    /// `Refused` with `Invalid` or `AlreadySetUp`.
    #[tracing::instrument(name = "owner.create", skip_all)]
    pub async fn run(&self, input: OwnerInput) -> Result<(User, NewKey), ActionError> {
        if self.accounts.has_owner().await? {
            return Err(Refusal::AlreadySetUp.into());
        }
        let now = self.clock.now();
        let mut user = new_user(self.ids, &input.email, &input.nickname, Role::Admin, now)?;
        credentials::password("password", &input.password)?;
        let set_up = key_hash(&input.setup_token);
        // The owner becomes the author of the demo posts: they are the owner's to edit and remove.
        if let Some(vacant) = self.accounts.vacant_author(&set_up).await? {
            user.id = vacant;
        }
        // First the password: an account without one could not be entered after a crash in between.
        self.passwords.set(&user.id, &input.password).await?;
        match self.accounts.add(&user, Some(&set_up)).await {
            Ok(()) => {}
            Err(AddUserError::Port(error)) => return Err(error.into()),
            Err(_) => return Err(Refusal::AlreadySetUp.into()),
        }
        let session = session(&user, input.client, self.ids, now);
        self.accounts.add_key(&session.record).await?;
        Ok((user, session))
    }
}

/// What making any account needs of the world.
pub struct CreateUser<'a> {
    /// Where accounts are kept.
    pub accounts: &'a dyn Accounts,
    /// Where passwords are kept.
    pub passwords: &'a dyn Passwords,
    /// When.
    pub clock: &'a dyn Clock,
    /// Ids.
    pub ids: &'a dyn IdSource,
}

impl CreateUser<'_> {
    /// Makes an account, as the operator of the machine asks. The nickname is the address's first
    /// part until its owner changes it.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, also when the address has an account.
    pub async fn run(&self, email: &str, password: &str, role: Role) -> Result<User, ActionError> {
        let name: String = email.split('@').next().unwrap_or_default().chars().take(20).collect();
        let nickname = if name.chars().count() < 2 { format!("{name}{name}") } else { name };
        let user = new_user(self.ids, email, &nickname, role, self.clock.now())?;
        credentials::password("password", password)?;
        self.passwords.set(&user.id, password).await?;
        match self.accounts.add(&user, None).await {
            Ok(()) => Ok(user),
            Err(AddUserError::Port(error)) => Err(error.into()),
            Err(error) => Err(Refusal::invalid("email", error.to_string()).into()),
        }
    }
}

pub(super) fn new_user(
    ids: &dyn IdSource,
    email: &str,
    nickname: &str,
    role: Role,
    now: Timestamp,
) -> Result<User, Refusal> {
    let email = credentials::email(email)?;
    let nickname = credentials::nickname(nickname)?;
    let id = UserId::from_bits(ids.fresh());
    Ok(User { id, email, nickname, bio: String::new(), role, created_at: now })
}

pub(super) fn session(
    user: &User,
    client: Option<String>,
    ids: &dyn IdSource,
    now: Timestamp,
) -> NewKey {
    let scopes = vec![Scope::Read, Scope::Write];
    let (kind, name, life) = (KeyKind::Session, String::new(), SESSION_LIFE);
    Draw { kind, user: &user.id, role: user.role, scopes, name, client, life }.draw(ids, now)
}
