//! The GraphQL type `WaitingMail`.

use async_graphql::{ID, Object};
use domain::mail::MailRequest;

use crate::global_id::GlobalId;
use crate::scalars::DateTime;
use crate::types::enums::MailPurpose;

/// A mail that nobody has sent yet.
pub struct WaitingMail(pub(crate) MailRequest);

/// A mail that nobody has sent yet.
#[Object]
impl WaitingMail {
    /// For `revealMailLink`.
    async fn id(&self) -> ID {
        GlobalId::Mail(self.0.id.clone()).into()
    }

    /// Who is to get it.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What for.
    async fn purpose(&self) -> MailPurpose {
        self.0.purpose.into()
    }

    /// When it was asked for.
    async fn asked_at(&self) -> DateTime {
        self.0.asked_at.into()
    }

    /// Its link works until then.
    async fn expires_at(&self) -> DateTime {
        self.0.expires_at.into()
    }
}
