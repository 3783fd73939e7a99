//! Mail where there is no mail server.

use async_trait::async_trait;
use domain::mail::Mail;
use domain::ports::{Mailer, PortError, Posted};

/// Tells the operator, in the log, whom to send which link. The only place where a secret is logged, and
/// on purpose: whoever reads the log runs the blog.
pub struct OperatorMailer;

#[async_trait]
impl Mailer for OperatorMailer {
    async fn send(&self, mail: &Mail) -> Result<Posted, PortError> {
        match &mail.link {
            Some(link) => {
                tracing::info!(
                    to = mail.to,
                    link,
                    "no mail server is set (--smtp-url): pass this one-time link on"
                );
            }
            None => tracing::info!("no mail server is set (--smtp-url): a notice was not sent"),
        }
        Ok(Posted::ToldOperator)
    }
}
