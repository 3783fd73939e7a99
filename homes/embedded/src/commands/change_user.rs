//! `deepdive user list`, `set-role` and `reset-password`: for the operator, while the server is stopped.

use std::fmt::Write;
use std::io::BufRead;
use std::path::PathBuf;

use domain::account::{Role, User};
use domain::actions::{ActionError, SetPassword, SetRole};
use domain::ports::{Accounts, PortError};

use crate::cli::{ListUsersFlags, ResetPasswordFlags, SetRoleFlags};
use crate::commands::create_user::{CreateUserError, read_password};
use crate::compose::{OpenHomeError, Records};
use crate::config::{Flags, Settings, SettingsError};

/// Why an account was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeUserError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data folder, also when the server runs.
    #[error(transparent)]
    Open(#[from] OpenHomeError),
    /// The password on standard input.
    #[error(transparent)]
    Password(#[from] CreateUserError),
    /// Nobody has the address.
    #[error("no account has the address {0}")]
    Unknown(String),
    /// The change itself.
    #[error("the account was not changed")]
    Action(#[from] ActionError),
    /// The table.
    #[error("the accounts cannot be read")]
    Table(#[from] PortError),
}

/// A line for each account, by address: address, role, nickname and id, with tabs between.
///
/// # Errors
/// [`ChangeUserError`] - when the folder is in use or cannot be read.
pub async fn list_users(flags: ListUsersFlags) -> Result<String, ChangeUserError> {
    let records = open(flags.data_dir).await?;
    let mut lines = String::new();
    for address in records.addresses().await? {
        let Some(User { id, email, nickname, role, .. }) = records.blog.by_email(&address).await?
        else {
            continue;
        };
        let role = match role {
            Role::Reader => "reader",
            Role::Author => "author",
            Role::Admin => "admin",
        };
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{email}\t{role}\t{nickname}\t{id}");
    }
    Ok(lines)
}

/// Changes what a person may do.
///
/// # Errors
/// [`ChangeUserError`] - also when nobody has the address.
pub async fn set_role(flags: SetRoleFlags) -> Result<(), ChangeUserError> {
    let records = open(flags.data_dir).await?;
    let user = find(&records, &flags.email).await?;
    SetRole { accounts: &records.blog }.run(&user.id, flags.role.into()).await?;
    Ok(())
}

/// Sets a new password, and ends all sessions and access tokens.
///
/// # Errors
/// [`ChangeUserError`] - also when nobody has the address, or the password is refused.
pub async fn reset_password(
    flags: ResetPasswordFlags,
    input: impl BufRead,
) -> Result<(), ChangeUserError> {
    let password = read_password(input)?;
    let records = open(flags.data_dir).await?;
    let user = find(&records, &flags.email).await?;
    let action = SetPassword { accounts: &records.blog, passwords: &*records.passwords };
    Ok(action.run(&user.id, &password).await?)
}

async fn open(data_dir: Option<PathBuf>) -> Result<Records, ChangeUserError> {
    let settings = Settings::decide(Flags { data_dir, ..Flags::default() })?;
    Ok(Records::open(&settings.data_dir).await?)
}

async fn find(records: &Records, email: &str) -> Result<User, ChangeUserError> {
    let email = email.trim().to_lowercase();
    let user = records.blog.by_email(&email).await?;
    user.ok_or(ChangeUserError::Unknown(email))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::account::key_hash;
    use tempfile::TempDir;

    use super::*;
    use crate::cli::{CreateUserFlags, RoleName};
    use crate::commands::create_user::create_user;

    async fn create(folder: &TempDir, email: &str) -> String {
        let flags = CreateUserFlags {
            data_dir: Some(folder.path().to_owned()),
            email: email.to_owned(),
            password_stdin: true,
            role: RoleName::Author,
            token: true,
        };
        create_user(flags, &b"a long password\n"[..]).await.unwrap()
    }

    #[tokio::test]
    async fn every_account_is_listed_by_its_address() {
        let folder = tempfile::tempdir().unwrap();
        for email in ["lee@example.org", "kim@example.org"] {
            create(&folder, email).await;
        }
        let flags = ListUsersFlags { data_dir: Some(folder.path().to_owned()) };
        let listed = list_users(flags).await.unwrap();
        let shown: Vec<_> = listed.lines().map(|line| line.rsplit_once('\t').unwrap().0).collect();
        assert_eq!(shown, ["kim@example.org\tauthor\tkim", "lee@example.org\tauthor\tlee"]);
    }

    #[tokio::test]
    async fn a_changed_role_holds_for_the_tokens_that_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let token = create(&folder, "kim@example.org").await;
        let flags = |email: &str| SetRoleFlags {
            data_dir: Some(folder.path().to_owned()),
            email: email.to_owned(),
            role: RoleName::Reader,
        };
        set_role(flags(" Kim@example.org")).await.unwrap();
        let records = Records::open(folder.path()).await.unwrap();
        let key = records.blog.key(&key_hash(&token)).await.unwrap().unwrap();
        assert_eq!(key.role, Role::Reader);
        let kim = records.blog.by_email("kim@example.org").await.unwrap().unwrap();
        assert_eq!(kim.role, Role::Reader);
        drop(records);
        let error = set_role(flags("nobody@example.org")).await.unwrap_err();
        assert!(matches!(error, ChangeUserError::Unknown(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_new_password_ends_all_that_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let token = create(&folder, "kim@example.org").await;
        let flags = || ResetPasswordFlags {
            data_dir: Some(folder.path().to_owned()),
            email: "kim@example.org".to_owned(),
            password_stdin: true,
        };
        assert!(reset_password(flags(), &b"short\n"[..]).await.is_err());
        reset_password(flags(), &b"another password\n"[..]).await.unwrap();
        let records = Records::open(folder.path()).await.unwrap();
        assert_eq!(records.blog.key(&key_hash(&token)).await.unwrap(), None);
        let kim = records.blog.by_email("kim@example.org").await.unwrap().unwrap();
        let check =
            async |password| records.passwords.check(Some(&kim.id), password).await.unwrap();
        assert!(check("another password").await && !check("a long password").await);
    }
}
