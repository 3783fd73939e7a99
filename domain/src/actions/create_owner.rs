//! Making accounts.

use crate::account::{KeyKind, Role, SESSION_LIFE, Scope, User, key_hash};
use crate::actions::keys::Draw;
use crate::actions::{ActionError, NewKey, Refusal};
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
        check_password(&input.password)?;
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
        let session = session(&user, self.ids, now);
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
        check_password(password)?;
        self.passwords.set(&user.id, password).await?;
        match self.accounts.add(&user, None).await {
            Ok(()) => Ok(user),
            Err(AddUserError::Port(error)) => Err(error.into()),
            Err(error) => Err(Refusal::invalid("email", error.to_string()).into()),
        }
    }
}

fn new_user(
    ids: &dyn IdSource,
    email: &str,
    nickname: &str,
    role: Role,
    now: Timestamp,
) -> Result<User, Refusal> {
    let email = email.trim().to_lowercase();
    let plausible = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        });
    if !plausible {
        return Err(Refusal::invalid("email", "this is not an e-mail address"));
    }
    let nickname = nickname.trim().to_owned();
    if !(2..=20).contains(&nickname.chars().count()) || nickname.chars().any(char::is_control) {
        return Err(Refusal::invalid("nickname", "a nickname has 2 to 20 characters"));
    }
    let id = UserId::from_bits(ids.fresh());
    Ok(User { id, email, nickname, bio: String::new(), role, created_at: now })
}

fn check_password(password: &str) -> Result<(), Refusal> {
    if (10..=200).contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(Refusal::invalid("password", "a password has 10 to 200 characters"))
    }
}

pub(super) fn session(user: &User, ids: &dyn IdSource, now: Timestamp) -> NewKey {
    let scopes = vec![Scope::Read, Scope::Write];
    let kind = KeyKind::Session;
    Draw { kind, user: &user.id, role: user.role, scopes, name: String::new(), life: SESSION_LIFE }
        .draw(ids, now)
}
