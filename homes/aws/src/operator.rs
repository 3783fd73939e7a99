//! What only who may invoke functions of the account can ask for.

use domain::account::Role;
use domain::actions::{
    ActionError, CreateAccessToken, CreateUser, DrawResetLink, InviteOwner, Refusal,
};
use domain::mail::SiteAddress;
use lambda_runtime::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::{Environment, Site};
use crate::passwords::PoolPasswords;
use crate::records::{OpenError, Records};

/// What is asked. Not to be shown: it may hold a password.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", tag = "command")]
enum Command {
    /// The link by which the owner's account is made.
    SetUpLink,
    /// An account, as `deepdive user create` makes it.
    CreateUser(NewUser),
    /// The link by which somebody chooses a new password, as `deepdive user reset-link` draws it.
    ResetLink { email: String },
}

/// An account that is to be made.
#[derive(Deserialize)]
struct NewUser {
    email: String,
    password: String,
    #[serde(with = "RoleName")]
    role: Role,
    /// Whether an access token is wanted, for a year and with all scopes.
    #[serde(default)]
    token: bool,
}

/// A role as operators spell it.
#[derive(Deserialize)]
#[serde(remote = "Role", rename_all = "camelCase")]
enum RoleName {
    Reader,
    Author,
    Admin,
}

/// Answers the operator.
pub struct Operator {
    records: Records,
    site: Site,
    passwords: PoolPasswords,
}

impl Operator {
    /// Opens the table.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        let (site, records) = (environment.site()?, Records::open(environment).await?);
        let passwords = PoolPasswords::open(environment, records.table.clone())?;
        Ok(Operator { records, site, passwords })
    }

    /// Answers `{"command": "setUpLink"}`: with the link, a new one each time, or with null when the blog has
    /// its owner; and `{"command": "createUser", "email", "password", "role", "token"}`: with the account's id, and
    /// an access token if one is wanted; and `{"command": "resetLink", "email"}`: with a link that is good once, for
    /// an hour.
    ///
    /// # Errors
    /// There is no such command, address or password are refused, or the table failed.
    pub async fn answer(&self, event: Value) -> Result<Value, Error> {
        match serde_json::from_value(event)? {
            Command::SetUpLink => self.set_up_link().await,
            Command::CreateUser(user) => self.create_user(user).await,
            Command::ResetLink { email } => self.reset_link(&email).await,
        }
    }

    async fn reset_link(&self, email: &str) -> Result<Value, Error> {
        let Records { blog, clock, ids, .. } = &self.records;
        let (title, origin) = (self.site.title.clone(), self.site.public_url.origin());
        let site = SiteAddress { title, origin };
        let (accounts, requests, clock, ids) = (blog, blog, &**clock, &**ids);
        let draw = DrawResetLink { accounts, requests, clock, ids, site: &site };
        match draw.run(email).await {
            Err(ActionError::Refused(Refusal::NotFound)) => {
                Err("no account has this address".into())
            }
            link => Ok(json!({ "resetLink": link? })),
        }
    }

    async fn set_up_link(&self) -> Result<Value, Error> {
        let Records { blog, ids, .. } = &self.records;
        let token = InviteOwner { accounts: blog, ids: &**ids }.run().await?;
        let origin = self.site.public_url.origin();
        Ok(json!({ "setUpLink": token.map(|token| format!("{origin}/setup?token={token}")) }))
    }

    async fn create_user(&self, new: NewUser) -> Result<Value, Error> {
        let (accounts, clock, ids) = (&self.records.blog, &*self.records.clock, &*self.records.ids);
        let create = CreateUser { accounts, passwords: &self.passwords, clock, ids };
        let user = create.run(&new.email, &new.password, new.role).await?;
        let mut made = json!({ "user": user.id.to_string() });
        if new.token {
            let create = CreateAccessToken { accounts, posts: accounts, clock, ids };
            made["token"] = json!(create.for_operator(&user).await?.key);
        }
        Ok(made)
    }
}
