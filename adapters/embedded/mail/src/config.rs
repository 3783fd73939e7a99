//! Where the mail server is, and who writes.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use lettre::SmtpTransport;
use lettre::message::Mailbox;

/// What sending over SMTP needs.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// The mail server.
    pub url: SmtpUrl,
    /// Who writes.
    pub from: Sender,
    /// A server that says nothing for so long is away.
    pub timeout: Duration,
}

/// A mail server's address, with user and password if it asks for them:
/// `smtps://user:password@mail.example` (TLS from the first byte, port 465),
/// `smtp://user:password@mail.example?tls=required` (STARTTLS, port 587), or `smtp://127.0.0.1:25` (in
/// the clear, for a server on the same machine). Does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl(String);

impl SmtpUrl {
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpUrl(..)")
    }
}

/// A text that is no address of a mail server. Does not repeat it: there may be a password in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an address such as smtps://user:password@mail.example, \
     smtp://user:password@mail.example?tls=required or smtp://127.0.0.1:25"
)]
pub struct NotASmtpUrl;

impl FromStr for SmtpUrl {
    type Err = NotASmtpUrl;

    fn from_str(text: &str) -> Result<Self, NotASmtpUrl> {
        match SmtpTransport::from_url(text) {
            Ok(_) => Ok(SmtpUrl(text.to_owned())),
            Err(_) => Err(NotASmtpUrl),
        }
    }
}

/// Who mails are from: `blog@blog.example`, or `Deepdive <blog@blog.example>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(pub(crate) Mailbox);

/// A text that is no sender.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a sender such as blog@blog.example or Deepdive <blog@blog.example>")]
pub struct NotASender;

impl FromStr for Sender {
    type Err = NotASender;

    fn from_str(text: &str) -> Result<Self, NotASender> {
        text.parse().map(Sender).map_err(|_| NotASender)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_mail_server_is_understood_and_never_printed() {
        for good in [
            "smtp://127.0.0.1:2525",
            "smtps://kim:secret@mail.example",
            "smtp://a:b@c?tls=required",
        ] {
            let url: SmtpUrl = good.parse().unwrap();
            assert_eq!(format!("{url:?}"), "SmtpUrl(..)");
        }
        for bad in ["", "mail.example", "https://mail.example", "smtp://"] {
            assert_eq!(bad.parse::<SmtpUrl>(), Err(NotASmtpUrl), "{bad}");
        }
    }

    #[test]
    fn a_sender_has_an_address_and_maybe_a_name() {
        assert!("Deepdive <blog@blog.example>".parse::<Sender>().is_ok());
        assert!("blog@blog.example".parse::<Sender>().is_ok());
        assert_eq!("Deepdive".parse::<Sender>(), Err(NotASender));
    }
}
