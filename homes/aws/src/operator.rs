//! What only who may invoke functions of the account can ask for.

use domain::actions::InviteOwner;
use lambda_runtime::Error;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::config::{Environment, Site};
use crate::records::{OpenError, Records};

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", tag = "command")]
enum Command {
    /// The link by which the owner's account is made.
    SetUpLink,
}

/// Answers the operator.
pub struct Operator {
    records: Records,
    site: Site,
}

impl Operator {
    /// Opens the table.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        Ok(Operator { site: environment.site()?, records: Records::open(environment).await? })
    }

    /// Answers `{"command": "setUpLink"}`: with the link, a new one each time, or with null when the blog has
    /// its owner.
    ///
    /// # Errors
    /// There is no such command, or the table failed.
    pub async fn answer(&self, event: Value) -> Result<Value, Error> {
        let Command::SetUpLink = serde_json::from_value(event)?;
        let Records { blog, ids, .. } = &self.records;
        let token = InviteOwner { accounts: blog, ids: &**ids }.run().await?;
        let origin = self.site.public_url.origin();
        Ok(json!({ "setUpLink": token.map(|token| format!("{origin}/setup?token={token}")) }))
    }
}
