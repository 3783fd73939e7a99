//! Asking for a mail with a one-time link: to make an account, or to choose a new password.

use crate::MailId;
use crate::actions::attempts::{self, Visitor};
use crate::actions::{ActionError, Refusal, credentials};
use crate::mail::{MailPurpose, MailRequest};
use crate::ports::{Accounts, Clock, IdSource, MailRequests};
use crate::text::Language;

/// What asking for a mail needs of the world.
pub struct AskForMail<'a> {
    /// Where attempts are counted. Whether the address has an account is not looked up.
    pub accounts: &'a dyn Accounts,
    /// Where it is written down who is to get a mail.
    pub requests: &'a dyn MailRequests,
    /// When.
    pub clock: &'a dyn Clock,
    /// Ids.
    pub ids: &'a dyn IdSource,
    /// Whether readers may sign up.
    pub sign_up_open: bool,
}

impl AskForMail<'_> {
    /// Writes down that the address is to be sent a mail; a worker sends it. Three writes and no read,
    /// whether or not the address has an account, so that neither the answer nor the time tells.
    ///
    /// # Errors
    /// `Refused` with `Invalid`, `SignUpClosed`, or `TooManyAttempts` after 3 mails of the kind for one
    /// address or 20 from one network within an hour.
    #[tracing::instrument(name = "mail.ask", skip_all, fields(mail.purpose = ?purpose))]
    pub async fn run(
        &self,
        purpose: MailPurpose,
        email: &str,
        language: Language,
        visitor: &Visitor,
    ) -> Result<(), ActionError> {
        if purpose == MailPurpose::SignUp && !self.sign_up_open {
            return Err(Refusal::SignUpClosed.into());
        }
        let email = credentials::email(email)?;
        // The network first: who asks for every address must not keep all from being sent mails.
        let (accounts, clock) = (self.accounts, self.clock);
        let network = visitor.network.to_string();
        attempts::count(accounts, clock, &attempts::MAIL_FROM, &network).await?;
        let address = format!("{purpose:?}:{email}");
        attempts::count(accounts, clock, &attempts::MAIL, &address).await?;
        let id = MailId::from_bits(self.ids.secret());
        let request = MailRequest::new(id, purpose, email, language, clock.now());
        Ok(self.requests.ask(&request).await?)
    }
}
