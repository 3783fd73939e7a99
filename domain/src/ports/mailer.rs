//! The port that sends mail.

use crate::mail::Mail;
use crate::ports::PortError;

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// A mail server has it.
    Sent,
    /// There is no mail server: the operator was told, and passes the link on.
    ToldOperator,
}

/// Sends mail.
///
/// A port of its own, and not a part of `Passwords`: a home may have the one without the other, and
/// mails are sent by a worker, which has no business with passwords.
///
/// Implementations: `SmtpMailer` and `OperatorMailer` (embedded).
#[async_trait::async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail. It may arrive twice when an error was given, and much later when none was.
    ///
    /// # Errors
    /// `Unavailable` when a later try may succeed; `Rejected` when the server will never take this mail,
    /// with its reason; `Denied` when the server does not let us in. No error tells the text or the link.
    async fn send(&self, mail: &Mail) -> Result<Posted, PortError>;
}
