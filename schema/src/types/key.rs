//! The GraphQL types `Session` and `AccessToken`.

use async_graphql::{Context, ID, Object, Result};
use domain::account::KeyRecord;

use crate::global_id::GlobalId;
use crate::scalars::DateTime;
use crate::types::enums::Scope;
use crate::viewer::Viewer;

/// A browser in which the viewer is signed in. Its key is never told.
pub struct Session(pub(crate) KeyRecord);

/// A browser in which the viewer is signed in. Its key is never told.
#[Object]
impl Session {
    /// For `revokeSession`; tells nothing of the session's key.
    async fn id(&self) -> ID {
        GlobalId::Session(self.0.id()).into()
    }

    /// The program that signed in, such as `Firefox, Linux`; null when it is not known.
    async fn client(&self) -> Option<&str> {
        self.0.client.as_deref()
    }

    /// When the viewer signed in.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was last used, to about an hour.
    async fn last_used_at(&self) -> DateTime {
        self.0.last_used_at.unwrap_or(self.0.created_at).into()
    }

    /// When it ends, unless it is used before.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Whether it is the one with which this is asked.
    async fn current(&self, context: &Context<'_>) -> Result<bool> {
        is_current(context, &self.0)
    }
}

/// A personal access token, for a program. The token itself is told once, when it is made.
pub struct AccessToken(pub(crate) KeyRecord);

/// A personal access token, for a program. The token itself is told once, when it is made.
#[Object]
impl AccessToken {
    /// For `revokeAccessToken`; tells nothing of the token.
    async fn id(&self) -> ID {
        GlobalId::Token(self.0.id()).into()
    }

    /// As its owner named it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may be used for.
    async fn scopes(&self) -> Vec<Scope> {
        self.0.scopes.iter().copied().map(Scope::from).collect()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was last used, to about an hour; null when it never was.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime::from)
    }

    /// No use after that.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }

    /// Whether it is the one with which this is asked.
    async fn current(&self, context: &Context<'_>) -> Result<bool> {
        is_current(context, &self.0)
    }
}

fn is_current(context: &Context<'_>, key: &KeyRecord) -> Result<bool> {
    let viewer = Viewer::of(context)?;
    Ok(viewer.signed_in().is_ok_and(|identity| identity.key == key.hash))
}
