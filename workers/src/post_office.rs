//! The post office: sends the mails that were asked for, after the answer went out.
//!
//! Like the runner it looks when a bell rings, and now and then without one.

use std::sync::Arc;
use std::time::Duration;

use domain::actions::DeliverMail;
use domain::mail::{MailRequest, MailState, SiteAddress};
use domain::ports::{Accounts, Clock, IdSource, MailRequests, Mailer, PortError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The look that finds what no bell told of, and mails whose next try has come.
const POLL: Duration = Duration::from_secs(20);
/// Requests looked at in one go.
const LOOK: u32 = 1_000;

/// What the post office needs of the world.
pub struct PostOffice {
    /// Who has an account.
    pub accounts: Arc<dyn Accounts>,
    /// Who is to get a mail.
    pub requests: Arc<dyn MailRequests>,
    /// What sends them.
    pub mailer: Arc<dyn Mailer>,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// Secrets.
    pub ids: Arc<dyn IdSource>,
    /// Where links lead.
    pub site: SiteAddress,
    /// Rung when a mail may have become due.
    pub bell: Arc<Notify>,
    /// Where several offices look at once: for so long one of them takes a mail that it sends, and the others leave
    /// it alone. Alone, an office takes none.
    pub taken_for: Option<Duration>,
}

impl PostOffice {
    /// Runs until `stop`. A mail under way is broken off then, and sent after the next start.
    pub async fn run(&self, stop: CancellationToken) {
        let working = async {
            loop {
                if let Err(error) = self.send_due().await {
                    tracing::warn!(error = %error, "mails were not looked at");
                }
                let _ = tokio::time::timeout(POLL, self.bell.notified()).await;
            }
        };
        tokio::select! {
            () = working => {}
            () = stop.cancelled() => {}
        }
    }

    /// Sends what is due, one after the other, first asked first; how many that were.
    ///
    /// # Errors
    /// A failure of the store; the rest stays due.
    pub async fn send_due(&self) -> Result<usize, PortError> {
        let now = self.clock.now();
        let due = |request: &MailRequest| request.due_at().is_some_and(|at| at <= now);
        let mut requests = self.requests.requests(LOOK).await?;
        requests.retain(due);
        requests.sort_by_key(|request| request.asked_at);
        let deliver = DeliverMail {
            accounts: &*self.accounts,
            requests: &*self.requests,
            mailer: &*self.mailer,
            clock: &*self.clock,
            ids: &*self.ids,
            site: &self.site,
        };
        let mut sent = 0;
        for request in requests {
            let Some(request) = self.take(request).await? else { continue };
            deliver.run(&request).await?;
            sent += 1;
        }
        Ok(sent)
    }

    /// The request as it is now that this office sends it; none when another one was faster.
    async fn take(&self, request: MailRequest) -> Result<Option<MailRequest>, PortError> {
        let (Some(time), MailState::Due { attempts, .. }) = (self.taken_for, &request.state) else {
            return Ok(Some(request));
        };
        let state = MailState::Due { at: self.clock.now().plus(time), attempts: *attempts };
        let taken = MailRequest { state, ..request.clone() };
        Ok(self.requests.change_request(&request, Some(&taken)).await?.then_some(taken))
    }
}
