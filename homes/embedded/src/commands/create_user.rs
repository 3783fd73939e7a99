//! `deepdive user create`.

use std::io::BufRead;

use domain::actions::{ActionError, CreateAccessToken, CreateUser};

use crate::cli::CreateUserFlags;
use crate::compose::{OpenHomeError, Records};
use crate::config::{Flags, Settings, SettingsError};

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data folder, also when the server runs.
    #[error(transparent)]
    Open(#[from] OpenHomeError),
    /// No password came.
    #[error("no password came over standard input")]
    NoPassword(#[source] Option<std::io::Error>),
    /// The account itself.
    #[error("no account was made")]
    Action(#[from] ActionError),
}

/// Makes an account. Returns what is to be printed: its id, or an access token when one is wanted.
///
/// # Errors
/// [`CreateUserError`] - when the folder is in use, or address or password are refused.
pub async fn create_user(
    flags: CreateUserFlags,
    input: impl BufRead,
) -> Result<String, CreateUserError> {
    let password = read_password(input)?;
    let settings = Settings::decide(Flags { data_dir: flags.data_dir, ..Flags::default() })?;
    let records = Records::open(&settings.data_dir).await?;
    let (accounts, clock, ids) = (&records.blog, &*records.clock, &*records.ids);
    let create = CreateUser { accounts, passwords: &*records.passwords, clock, ids };
    let user = create.run(&flags.email, &password, flags.role.into()).await?;
    if !flags.token {
        return Ok(user.id.to_string());
    }
    let create = CreateAccessToken { accounts, posts: &records.blog, clock, ids };
    Ok(create.for_operator(&user).await?.key)
}

pub(super) fn read_password(mut input: impl BufRead) -> Result<String, CreateUserError> {
    let mut line = String::new();
    input.read_line(&mut line).map_err(|error| CreateUserError::NoPassword(Some(error)))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(CreateUserError::NoPassword(None));
    }
    Ok(password.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::account::Scope;
    use domain::ports::Accounts;

    use super::*;
    use crate::cli::RoleName;

    fn flags(folder: &tempfile::TempDir, token: bool) -> CreateUserFlags {
        CreateUserFlags {
            data_dir: Some(folder.path().to_owned()),
            email: "Author@Example.org".to_owned(),
            password_stdin: true,
            role: RoleName::Author,
            token,
        }
    }

    #[tokio::test]
    async fn the_printed_token_opens_the_new_account() {
        let folder = tempfile::tempdir().unwrap();
        let input = &b"a long password\r\nsomething else"[..];
        let token = create_user(flags(&folder, true), input).await.unwrap();
        assert!(token.starts_with("dd_pat_"), "{token}");
        let records = Records::open(folder.path()).await.unwrap();
        let key = records.blog.key(&domain::account::key_hash(&token)).await.unwrap().unwrap();
        assert!(records.passwords.check(Some(&key.user), "a long password").await.unwrap());
        assert_eq!(key.scopes, [Scope::Read, Scope::Write]);
    }

    #[tokio::test]
    async fn an_empty_password_makes_no_account() {
        let folder = tempfile::tempdir().unwrap();
        for input in [&b""[..], b"\n"] {
            let error = create_user(flags(&folder, false), input).await.unwrap_err();
            assert!(matches!(error, CreateUserError::NoPassword(None)), "{error:?}");
        }
        let error = create_user(flags(&folder, false), &b"short\n"[..]).await.unwrap_err();
        assert!(matches!(error, CreateUserError::Action(_)), "{error:?}");
    }

    #[tokio::test]
    async fn a_folder_in_use_is_told_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let _running = Records::open(folder.path()).await.unwrap();
        let error =
            create_user(flags(&folder, false), &b"a long password\n"[..]).await.unwrap_err();
        let told = api::told::told(&error);
        assert!(told.contains("in use") && told.lines().count() == 1, "{told}");
    }
}
