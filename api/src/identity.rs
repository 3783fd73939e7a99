//! Who asks: what a request shows, and the port that knows whose it is.

use std::sync::Arc;

use async_trait::async_trait;
use domain::account::Identity;
use domain::actions::Authenticate;
use domain::ports::{Clock, PortError};
use store::Blog;

/// What a request shows to say who asks. Not printable.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// The key in a browser's session cookie.
    Session(String),
    /// The key in `Authorization: Bearer`.
    Bearer(String),
    /// A ticket for one socket. Authenticating with it uses it up.
    Ticket(String),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Credential::Session(_) => "Session(..)",
            Credential::Bearer(_) => "Bearer(..)",
            Credential::Ticket(_) => "Ticket(..)",
        })
    }
}

/// Knows whose a credential is.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// Tells whose a credential is; `None` for one that is unknown, revoked or past its end.
    async fn authenticate(&self, credential: &Credential) -> Result<Option<Identity>, PortError>;
}

/// Knows whose a key is, by the table.
pub struct TableAuthenticator {
    /// Keys.
    pub blog: Blog,
    /// When.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Authenticator for TableAuthenticator {
    async fn authenticate(&self, credential: &Credential) -> Result<Option<Identity>, PortError> {
        let action = Authenticate { accounts: &self.blog, clock: &*self.clock };
        match credential {
            Credential::Session(key) | Credential::Bearer(key) => action.key(key).await,
            Credential::Ticket(ticket) => action.ticket(ticket).await,
        }
    }
}
