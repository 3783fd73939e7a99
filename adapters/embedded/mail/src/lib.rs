//! Mail of the embedded home: over SMTP, or, where no mail server is set, to the operator.
//!
//! It knows how a mail is sent, and nothing of who is to get one or when it is tried again.

mod config;
mod operator;
mod smtp;

pub use config::{NotASender, NotASmtpUrl, Sender, SmtpConfig, SmtpUrl};
pub use operator::OperatorMailer;
pub use smtp::SmtpMailer;
