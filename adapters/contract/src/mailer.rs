//! What every `Mailer` that reaches a mail server promises.

use std::sync::Arc;

use async_trait::async_trait;
use domain::mail::Mail;
use domain::ports::{Mailer, PortError, Posted};

/// A mail as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The recipient of the envelope.
    pub to: String,
    /// As the header says, decoded.
    pub subject: String,
    /// The body, decoded, with plain line ends, and without empty lines at its end.
    pub text: String,
}

/// How a clause gets at a mailer and at what arrives.
#[async_trait]
pub trait TestMailer: Send + Sized {
    /// Makes a mailer and a mail server that nobody else uses.
    async fn fresh() -> Self;

    /// The mailer.
    fn mailer(&self) -> Arc<dyn Mailer>;

    /// From now on the server answers each recipient with this code; 250 takes them.
    fn answer_recipients(&self, code: u16);

    /// From now on nobody is there.
    async fn go_away(&self);

    /// What has arrived, first one first.
    fn arrived(&self) -> Vec<Arrived>;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestMailer`](crate::mailer::TestMailer).
#[macro_export]
macro_rules! mailer_contract {
    ($adapter:ty) => {
        $crate::mailer_contract!($adapter:
            a_mail_arrives_once_as_it_was_written,
            a_refused_recipient_is_rejected_for_good,
            a_server_that_is_busy_or_away_may_take_it_later,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $clause() {
            let place = <$adapter as $crate::mailer::TestMailer>::fresh().await;
            $crate::mailer::$clause(place).await;
        })+
    };
}

fn mail(to: &str) -> Mail {
    let link = "https://blog.example/confirm?token=dd_lnk_0123456789abcdefghjkmnpqrstvwxyz0123456789abcdef";
    Mail {
        to: to.to_owned(),
        subject: "깊이 가입을 마쳐 주세요".to_owned(),
        text: format!("누군가 가입하려고 합니다.\n\n{link}\n.\nA line that begins with a dot.\n"),
        link: Some(link.to_owned()),
    }
}

/// Korean, long lines, and lines of a single dot.
pub async fn a_mail_arrives_once_as_it_was_written(place: impl TestMailer) {
    let mail = mail("kim@example.org");
    assert_eq!(place.mailer().send(&mail).await.unwrap(), Posted::Sent);
    let Mail { to, subject, text, .. } = mail;
    let text = text.trim_end().to_owned();
    let arrived = place.arrived();
    assert_eq!(arrived, [Arrived { to, subject, text }]);
}

/// And neither the text nor the address is in the error.
pub async fn a_refused_recipient_is_rejected_for_good(place: impl TestMailer) {
    place.answer_recipients(550);
    let error = place.mailer().send(&mail("nobody@example.org")).await.unwrap_err();
    assert!(matches!(error, PortError::Rejected(_)), "{error:?}");
    let told = format!("{error} {error:?}");
    assert!(!told.contains("nobody") && !told.contains("dd_lnk_"), "{told}");
    assert!(place.mailer().send(&mail("no address")).await.is_err());
    assert_eq!(place.arrived(), []);
}

/// What arrives then is not lost.
pub async fn a_server_that_is_busy_or_away_may_take_it_later(place: impl TestMailer) {
    place.answer_recipients(451);
    let error = place.mailer().send(&mail("kim@example.org")).await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    place.answer_recipients(250);
    place.mailer().send(&mail("kim@example.org")).await.unwrap();
    assert_eq!(place.arrived().len(), 1);
    place.go_away().await;
    let error = place.mailer().send(&mail("kim@example.org")).await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
}
