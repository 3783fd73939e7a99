//! The post office, where several look at once.

use std::sync::Arc;
use std::time::Duration;

use contract::TestClock;
use domain::MailId;
use domain::mail::{Mail, MailPurpose, MailRequest, MailState, SiteAddress};
use domain::ports::{Clock, MailRequests, Mailer, PortError, Posted};
use domain::text::Language;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use workers::PostOffice;

use crate::rig::Rig;

const TAKEN_FOR: Duration = Duration::from_secs(60);

/// Says that a mail is under way, and takes it when it may.
struct Slow {
    sent: Mutex<Vec<String>>,
    under_way: Semaphore,
    may: Semaphore,
}

impl Slow {
    async fn is_under_way(&self) {
        self.under_way.acquire().await.unwrap().forget();
    }
}

#[async_trait::async_trait]
impl Mailer for Slow {
    async fn send(&self, mail: &Mail) -> Result<Posted, PortError> {
        self.under_way.add_permits(1);
        self.may.acquire().await.unwrap().forget();
        self.sent.lock().push(mail.to.clone());
        Ok(Posted::Sent)
    }
}

fn office(rig: &Rig, mailer: Arc<Slow>) -> Arc<PostOffice> {
    let blog = Arc::new(rig.blog.clone());
    Arc::new(PostOffice {
        accounts: blog.clone(),
        requests: blog,
        mailer,
        clock: rig.clock.clone(),
        ids: rig.ids.clone(),
        site: SiteAddress { title: "Deepdive".into(), origin: "https://blog.example".into() },
        bell: Arc::default(),
        taken_for: Some(TAKEN_FOR),
    })
}

#[tokio::test]
async fn a_mail_that_one_office_sends_the_others_leave_alone_until_its_time_is_over() {
    let clock = Arc::new(TestClock::default());
    let rig = Rig::at(clock.clone(), |table, _| table).await;
    let now = clock.now();
    let request = MailRequest {
        id: MailId::from_bits(1),
        purpose: MailPurpose::SignUp,
        email: "lee@example.org".to_owned(),
        language: Language::English,
        asked_at: now,
        expires_at: now.plus(MailPurpose::SignUp.life()),
        state: MailState::Due { at: now, attempts: 0 },
    };
    rig.blog.ask(&request).await.unwrap();
    let mailer = Arc::new(Slow {
        sent: Mutex::default(),
        under_way: Semaphore::new(0),
        may: Semaphore::new(0),
    });

    let (first, second) = (office(&rig, mailer.clone()), office(&rig, mailer.clone()));
    let sending = tokio::spawn(async move { first.send_due().await.unwrap() });
    mailer.is_under_way().await;
    assert_eq!(second.send_due().await.unwrap(), 0);
    mailer.may.add_permits(1);
    assert_eq!(sending.await.unwrap(), 1);
    assert_eq!(*mailer.sent.lock(), ["lee@example.org"]);

    // An office that broke off: the mail is due again.
    rig.blog.ask(&request).await.unwrap();
    let broken = tokio::spawn({
        let office = office(&rig, mailer.clone());
        async move { office.send_due().await }
    });
    mailer.is_under_way().await;
    broken.abort();
    let _ = broken.await;
    assert_eq!(second.send_due().await.unwrap(), 0);
    clock.advance(TAKEN_FOR);
    let again = tokio::spawn(async move { second.send_due().await.unwrap() });
    mailer.is_under_way().await;
    mailer.may.add_permits(1);
    assert_eq!(again.await.unwrap(), 1);
}
