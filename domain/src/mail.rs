//! Mails: who is to get which one, and what it says.
//!
//! Whoever asks for a mail leaves a [`MailRequest`] and nothing else: the answer goes out before anybody
//! looks whether the address has an account, so it tells nothing, and neither does the time it takes.
//! The one-time link is drawn when the mail is sent; of it, only a hash is stored.

use std::time::Duration;

use crate::text::Language;
use crate::{MailId, Timestamp};

/// What a mail is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum MailPurpose {
    /// An account is to be made.
    SignUp,
    /// A password was forgotten.
    PasswordReset,
}

impl MailPurpose {
    /// How long a link of such a mail can be used.
    pub fn life(self) -> Duration {
        match self {
            MailPurpose::SignUp => Duration::from_secs(24 * 3600),
            MailPurpose::PasswordReset => Duration::from_secs(3600),
        }
    }

    /// The page that the link opens.
    pub fn path(self) -> &'static str {
        match self {
            MailPurpose::SignUp => "/confirm",
            MailPurpose::PasswordReset => "/reset",
        }
    }
}

/// Where a mail is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MailState {
    /// To be sent, not before `at`.
    Due {
        /// When.
        at: Timestamp,
        /// How often it was tried.
        attempts: u32,
    },
    /// The mail server has it.
    Sent,
    /// Nobody sends it: the operator passes its link on.
    WithOperator,
}

/// That an address is to be sent a link. There is one for each purpose and address: the newest.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MailRequest {
    /// Links name the request that they belong to by it.
    pub id: MailId,
    /// What for.
    pub purpose: MailPurpose,
    /// In lower case. Whether it has an account is not looked up when it is asked for.
    pub email: String,
    /// What the mail is written in.
    pub language: Language,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Its links end then, and so does the request.
    pub expires_at: Timestamp,
    /// Where it is.
    pub state: MailState,
}

impl MailRequest {
    /// One that is due at once, of whose links none is good longer than its purpose allows.
    pub fn new(
        id: MailId,
        purpose: MailPurpose,
        email: String,
        language: Language,
        now: Timestamp,
    ) -> Self {
        let state = MailState::Due { at: now, attempts: 0 };
        let expires_at = now.plus(purpose.life());
        MailRequest { id, purpose, email, language, asked_at: now, expires_at, state }
    }

    /// From when on it is to be sent, if nobody has sent it.
    pub fn due_at(&self) -> Option<Timestamp> {
        match self.state {
            MailState::Due { at, .. } => Some(at),
            MailState::Sent | MailState::WithOperator => None,
        }
    }
}

/// What is stored of a one-time link: the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LinkRecord {
    /// See [`key_hash`](crate::account::key_hash).
    pub hash: String,
    /// The request that it belongs to.
    pub request: MailId,
    /// What it may be used for.
    pub purpose: MailPurpose,
    /// Whose it is.
    pub email: String,
    /// No use after that.
    pub expires_at: Timestamp,
}

/// Where links of the blog lead, and what it is called.
#[derive(Clone, Debug)]
pub struct SiteAddress {
    /// What the blog is called.
    pub title: String,
    /// Such as `https://blog.example`.
    pub origin: String,
}

/// A mail, written.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The one-time link in the text, if there is one. A secret.
    pub link: Option<String>,
}

/// Does not print what is in it.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("subject", &self.subject).finish_non_exhaustive()
    }
}

impl SiteAddress {
    /// The link that a token makes.
    pub fn link(&self, purpose: MailPurpose, token: &str) -> String {
        format!("{}{}?token={token}", self.origin, purpose.path())
    }

    /// Writes the mail with a one-time link.
    pub fn mail_with(&self, request: &MailRequest, link: String) -> Mail {
        let title = &self.title;
        let (subject, text) = match (request.purpose, request.language) {
            (MailPurpose::SignUp, Language::English) => (
                format!("Your account at {title}"),
                format!(
                    "Somebody, most likely you, asked for an account at {title} with this address.\n\n\
                     Open this link within 24 hours, and choose a name and a password:\n\n{link}\n\n\
                     If it was not you, do nothing: no account is made.\n"
                ),
            ),
            (MailPurpose::SignUp, Language::Korean) => (
                format!("{title} 가입을 마쳐 주세요"),
                format!(
                    "누군가(아마도 당신이) 이 주소로 {title}에 가입하려고 합니다.\n\n\
                     24시간 안에 아래 주소를 열어 필명과 비밀번호를 정해 주세요.\n\n{link}\n\n\
                     본인이 아니라면 그대로 두세요. 계정은 만들어지지 않습니다.\n"
                ),
            ),
            (MailPurpose::PasswordReset, Language::English) => (
                format!("A new password for {title}"),
                format!(
                    "Somebody, most likely you, wants a new password for the account at {title} with \
                     this address.\n\nOpen this link within an hour, and choose one:\n\n{link}\n\n\
                     If it was not you, do nothing: the old password stays.\n"
                ),
            ),
            (MailPurpose::PasswordReset, Language::Korean) => (
                format!("{title} 비밀번호를 새로 정해 주세요"),
                format!(
                    "누군가(아마도 당신이) 이 주소로 만든 {title} 계정의 비밀번호를 새로 정하려고 \
                     합니다.\n\n한 시간 안에 아래 주소를 열어 주세요.\n\n{link}\n\n\
                     본인이 아니라면 그대로 두세요. 비밀번호는 바뀌지 않습니다.\n"
                ),
            ),
        };
        Mail { to: request.email.clone(), subject, text, link: Some(link) }
    }

    /// Writes the mail for somebody who asks for an account and has one.
    pub fn mail_of_known(&self, request: &MailRequest) -> Mail {
        let SiteAddress { title, origin } = self;
        let (subject, text) = match request.language {
            Language::English => (
                format!("You have an account at {title}"),
                format!(
                    "Somebody, most likely you, asked for an account at {title} with this address. It \
                     has one already.\n\nSign in: {origin}/sign-in\n\
                     If you forgot the password: {origin}/forgot\n\n\
                     If it was not you, do nothing.\n"
                ),
            ),
            Language::Korean => (
                format!("{title}에 이미 계정이 있습니다"),
                format!(
                    "누군가(아마도 당신이) 이 주소로 {title}에 가입하려고 했습니다. 이 주소의 계정이 \
                     이미 있습니다.\n\n로그인: {origin}/sign-in\n\
                     비밀번호를 잊었다면: {origin}/forgot\n\n\
                     본인이 아니라면 그대로 두세요.\n"
                ),
            ),
        };
        Mail { to: request.email.clone(), subject, text, link: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mail_holds_its_link_on_a_line_of_its_own_and_is_printed_nowhere() {
        let site = SiteAddress { title: "깊이".into(), origin: "https://blog.example".into() };
        for purpose in [MailPurpose::SignUp, MailPurpose::PasswordReset] {
            for language in [Language::Korean, Language::English] {
                let (id, email) = (MailId::from_bits(1), "kim@example.org".to_owned());
                let request = MailRequest::new(id, purpose, email, language, Timestamp(0));
                let link = site.link(purpose, "dd_lnk_x");
                let mail = site.mail_with(&request, link.clone());
                assert!(mail.text.lines().any(|line| line == link), "{}", mail.text);
                assert!(mail.subject.contains("깊이") && !mail.subject.contains('\n'));
                assert!(!format!("{mail:?}").contains("dd_lnk_x"));
                assert!(!site.mail_of_known(&request).text.contains("token="));
            }
        }
    }
}
