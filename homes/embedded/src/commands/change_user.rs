//! `deepdive user list`, `set-role`, `reset-password` and `reset-link`: for the operator, while the server is stopped.

use std::fmt::Write;
use std::io::BufRead;
use std::path::PathBuf;

use domain::account::{Role, User};
use domain::actions::{ActionError, DrawResetLink, SetPassword, SetRole};
use domain::mail::SiteAddress;
use domain::ports::{Accounts, PortError};

use crate::cli::{ListUsersFlags, ResetLinkFlags, ResetPasswordFlags, SetRoleFlags};
use crate::commands::create_user::{CreateUserError, read_password};
use crate::commands::serve::reachable;
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

/// Draws a link by which a person chooses a new password; what they have is valid until they do.
///
/// # Errors
/// [`ChangeUserError`] - also when nobody has the address.
pub async fn reset_link(flags: ResetLinkFlags) -> Result<String, ChangeUserError> {
    let ResetLinkFlags { data_dir, email, public_url, listen } = flags;
    let settings = Settings::decide(Flags { data_dir, public_url, listen, ..Flags::default() })?;
    let records = Records::open(&settings.data_dir).await?;
    let local = || format!("http://{}", reachable(settings.listen));
    let origin = settings.public_url.as_ref().map_or_else(local, |url| url.origin());
    let site = SiteAddress { title: settings.title.clone(), origin };
    // Says whose address is not known.
    let user = find(&records, &email).await?;
    let (accounts, requests) = (&records.blog, &records.blog);
    let (clock, ids) = (&*records.clock, &*records.ids);
    let draw = DrawResetLink { accounts, requests, clock, ids, site: &site };
    Ok(draw.run(&user.email).await?)
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
    use domain::actions::{UseLink, Visitor};
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

    fn link(folder: &TempDir, email: &str) -> ResetLinkFlags {
        ResetLinkFlags {
            data_dir: Some(folder.path().to_owned()),
            email: email.to_owned(),
            public_url: Some("https://blog.example".parse().unwrap()),
            listen: None,
        }
    }

    #[tokio::test]
    async fn a_drawn_link_leads_to_a_new_password_once() {
        let folder = tempfile::tempdir().unwrap();
        create(&folder, "kim@example.org").await;
        let former = reset_link(link(&folder, "kim@example.org")).await.unwrap();
        let drawn = reset_link(link(&folder, " Kim@example.org")).await.unwrap();
        let token = |link: &str| link.rsplit_once("/reset?token=").unwrap().1.to_owned();
        assert!(drawn.starts_with("https://blog.example/reset?token=dd_lnk_"), "{drawn}");
        let error = reset_link(link(&folder, "nobody@example.org")).await.unwrap_err();
        assert!(matches!(error, ChangeUserError::Unknown(_)), "{error:?}");

        let records = Records::open(folder.path()).await.unwrap();
        let (accounts, requests) = (&records.blog, &records.blog);
        let (passwords, clock, ids) = (&*records.passwords, &*records.clock, &*records.ids);
        let link = UseLink { accounts, requests, passwords, clock, ids, sign_up_open: false };
        let visitor = Visitor { network: 1, client: None };
        let new = "another password";
        assert!(link.reset(&token(&former), new, &visitor).await.is_err(), "a newer one is drawn");
        let kim = link.reset(&token(&drawn), new, &visitor).await.unwrap();
        assert!(records.passwords.check(Some(&kim.id), new).await.unwrap());
        assert!(link.reset(&token(&drawn), "a third password", &visitor).await.is_err());
    }
}
