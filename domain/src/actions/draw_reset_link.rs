//! The way to a new password, for whoever runs the blog and has no mail server, or no account that could pass a
//! link on.

use crate::MailId;
use crate::actions::deliver_mail::draw_link;
use crate::actions::{ActionError, Refusal, credentials};
use crate::mail::{MailPurpose, MailRequest, MailState, SiteAddress};
use crate::ports::{Accounts, Clock, IdSource, MailRequests};
use crate::text::Language;

/// What it needs of the world.
pub struct DrawResetLink<'a> {
    /// Who has an account.
    pub accounts: &'a dyn Accounts,
    /// Where links are kept.
    pub requests: &'a dyn MailRequests,
    /// When.
    pub clock: &'a dyn Clock,
    /// Secrets.
    pub ids: &'a dyn IdSource,
    /// Where links lead.
    pub site: &'a SiteAddress,
}

impl DrawResetLink<'_> {
    /// Draws a link by which the person with this address chooses a new password, once and within an hour, and
    /// sends it to nobody. Links that were drawn or sent for the address before are good no more.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, or with `NotFound` when nobody has the address.
    #[tracing::instrument(name = "password.draw_reset_link", skip_all)]
    pub async fn run(&self, email: &str) -> Result<String, ActionError> {
        let email = credentials::email(email)?;
        if self.accounts.by_email(&email).await?.is_none() {
            return Err(Refusal::NotFound.into());
        }
        let (id, purpose) = (MailId::from_bits(self.ids.secret()), MailPurpose::PasswordReset);
        // The language of a mail that nobody writes.
        let due = MailRequest::new(id, purpose, email, Language::English, self.clock.now());
        let request = MailRequest { state: MailState::WithOperator, ..due };
        self.requests.ask(&request).await?;
        Ok(draw_link(self.requests, self.ids, self.site, &request).await?)
    }
}
