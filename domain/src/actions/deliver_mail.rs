//! Sending the mails that were asked for.

use std::time::Duration;

use crate::account::key_hash;
use crate::actions::{ActionError, Refusal};
use crate::mail::{LinkRecord, Mail, MailPurpose, MailRequest, MailState, SiteAddress};
use crate::ports::{Accounts, Clock, IdSource, MailRequests, Mailer, PortError, Posted};
use crate::{MailId, Secret};

/// A mail that was tried so often is the operator's.
const ATTEMPTS: u32 = 8;
/// The wait after the first failed try; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// What sending mails needs of the world.
pub struct DeliverMail<'a> {
    /// Who has an account.
    pub accounts: &'a dyn Accounts,
    /// Who is to get a mail.
    pub requests: &'a dyn MailRequests,
    /// What sends them.
    pub mailer: &'a dyn Mailer,
    /// When.
    pub clock: &'a dyn Clock,
    /// Secrets.
    pub ids: &'a dyn IdSource,
    /// Where links lead.
    pub site: &'a SiteAddress,
}

impl DeliverMail<'_> {
    /// Sends the mail of a request, if there is one to send: who has no account gets none for a new
    /// password, and who has one gets no link to make one. Writes down what came of it; a failure is
    /// tried again later, and after eight times it is the operator's.
    ///
    /// # Errors
    /// A failure of the store. What the mailer says is no error of this action.
    #[tracing::instrument(name = "mail.deliver", skip_all, fields(mail.purpose = ?request.purpose))]
    pub async fn run(&self, request: &MailRequest) -> Result<(), PortError> {
        let known = self.accounts.by_email(&request.email).await?.is_some();
        let mail = match (request.purpose, known) {
            (MailPurpose::PasswordReset, false) => None,
            (MailPurpose::SignUp, true) => Some(self.site.mail_of_known(request)),
            (MailPurpose::SignUp, false) | (MailPurpose::PasswordReset, true) => {
                let link = draw_link(self.requests, self.ids, self.site, request).await?;
                Some(self.site.mail_with(request, link))
            }
        };
        let Some(mail) = mail else {
            return self.requests.change_request(request, None).await.map(drop);
        };
        let state = match self.mailer.send(&mail).await {
            Ok(Posted::Sent) => MailState::Sent,
            Ok(Posted::ToldOperator) => MailState::WithOperator,
            Err(error) => self.after_failure(request, &error),
        };
        self.end(request, &mail, state).await
    }

    async fn end(
        &self,
        request: &MailRequest,
        mail: &Mail,
        state: MailState,
    ) -> Result<(), PortError> {
        // Without a link there is nothing that is still to be used.
        let over = mail.link.is_none() && !matches!(state, MailState::Due { .. });
        let new = MailRequest { state, ..request.clone() };
        // False when it was asked for anew meanwhile: that one is sent by itself.
        self.requests.change_request(request, (!over).then_some(&new)).await.map(drop)
    }

    fn after_failure(&self, request: &MailRequest, error: &PortError) -> MailState {
        let attempts = match request.state {
            MailState::Due { attempts, .. } => attempts + 1,
            MailState::Sent | MailState::WithOperator => ATTEMPTS,
        };
        let given_up = attempts >= ATTEMPTS || matches!(error, PortError::Rejected(_));
        tracing::warn!(
            error = error as &dyn std::error::Error,
            attempts,
            given_up,
            "a mail was not sent"
        );
        if given_up {
            return MailState::WithOperator;
        }
        let wait = FIRST_WAIT * 2u32.pow(attempts.saturating_sub(1).min(ATTEMPTS));
        MailState::Due { at: self.clock.now().plus(wait), attempts }
    }
}

/// What showing a link to the operator needs of the world.
pub struct RevealLink<'a> {
    /// Who has an account.
    pub accounts: &'a dyn Accounts,
    /// Who is to get a mail.
    pub requests: &'a dyn MailRequests,
    /// Secrets.
    pub ids: &'a dyn IdSource,
    /// Where links lead.
    pub site: &'a SiteAddress,
}

impl RevealLink<'_> {
    /// Draws another link for a mail, for the operator who passes it on. The ones before stay valid,
    /// until one of them is used.
    ///
    /// # Errors
    /// `Refused(NotFound)` when there is no such mail, or nothing to link to.
    #[tracing::instrument(name = "mail.reveal_link", skip_all)]
    pub async fn run(&self, id: &MailId) -> Result<String, ActionError> {
        let requests = self.requests.requests(1_000).await?;
        let request = requests.into_iter().find(|request| request.id == *id);
        let request = request.ok_or(Refusal::NotFound)?;
        let known = self.accounts.by_email(&request.email).await?.is_some();
        if known != (request.purpose == MailPurpose::PasswordReset) {
            return Err(Refusal::NotFound.into());
        }
        Ok(draw_link(self.requests, self.ids, self.site, &request).await?)
    }
}

/// 256 random bits under a prefix that says what it is, as keys are; only their hash is stored.
pub(super) async fn draw_link(
    requests: &dyn MailRequests,
    ids: &dyn IdSource,
    site: &SiteAddress,
    request: &MailRequest,
) -> Result<String, PortError> {
    let bits = || Secret::from_bits(ids.secret());
    let token = format!("dd_lnk_{}{}", bits().reveal(), bits().reveal());
    let link = LinkRecord {
        hash: key_hash(&token),
        request: request.id.clone(),
        purpose: request.purpose,
        email: request.email.clone(),
        expires_at: request.expires_at,
    };
    requests.add_link(&link).await?;
    Ok(site.link(request.purpose, &token))
}
