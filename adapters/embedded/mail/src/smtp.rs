//! Mail over SMTP.

use async_trait::async_trait;
use domain::mail::Mail;
use domain::ports::{Mailer, PortError, Posted};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error;
use lettre::{Address, Message, SmtpTransport, Transport};
use tokio::task::spawn_blocking;

use crate::config::{NotASmtpUrl, SmtpConfig};

const ADAPTER: &str = "the mailer";

/// Sends mails over SMTP, a connection for each: they are few, and a server may go away in between. Waits
/// for the server on a thread where that is allowed.
pub struct SmtpMailer {
    transport: SmtpTransport,
    from: Mailbox,
}

impl SmtpMailer {
    /// Makes the adapter. Connects to nothing yet.
    ///
    /// # Errors
    /// [`NotASmtpUrl`] - never for a [`SmtpUrl`](crate::SmtpUrl) that was parsed.
    pub fn new(config: &SmtpConfig) -> Result<Self, NotASmtpUrl> {
        let transport = SmtpTransport::from_url(config.url.reveal())
            .map_err(|_| NotASmtpUrl)?
            .timeout(Some(config.timeout))
            .build();
        Ok(SmtpMailer { transport, from: config.from.0.clone() })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<Posted, PortError> {
        let to: Address = mail.to.parse().map_err(|_| {
            PortError::Rejected("the address cannot be written in a mail".to_owned())
        })?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| PortError::backend(ADAPTER, error))?;
        let transport = self.transport.clone();
        let sent = spawn_blocking(move || transport.send(&message)).await;
        let sent = sent.map_err(|error| PortError::backend(ADAPTER, error))?;
        sent.map(|_| Posted::Sent).map_err(failed)
    }
}

/// A server's own words name the recipient, who has no place in a log: only its code is told.
fn failed(error: Error) -> PortError {
    match error.status().map(|code| code.to_string()) {
        Some(code) if matches!(code.as_str(), "530" | "534" | "535" | "538") => {
            PortError::Denied(format!("the mail server does not let us in ({code})"))
        }
        Some(code) if error.is_permanent() => {
            PortError::Rejected(format!("the mail server refuses the mail ({code})"))
        }
        Some(_) => PortError::Unavailable("the mail server"),
        None if error.is_tls() => PortError::backend(ADAPTER, error),
        None => {
            // Nothing of a mail was said yet. An operator has to know why: a wrong certificate, say.
            tracing::warn!(error = &error as &dyn std::error::Error, "no mail server to talk to");
            PortError::Unavailable("the mail server")
        }
    }
}
