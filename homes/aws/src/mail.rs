//! The function that sends the mails that were asked for.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::mail::{Mail, SiteAddress};
use domain::ports::{Mailer, PortError, Posted};
use embedded_mail::SmtpMailer;
use serde_json::Value;
use workers::PostOffice;

use crate::config::Environment;
use crate::records::{OpenError, Records};

/// Longer than a mail takes: who is asked for at the same moment leaves it alone so long, and sends it then if its
/// process has ended.
const TAKEN_FOR: Duration = Duration::from_secs(120);

/// Opens the post office. An event only says "look": what is there decides, and several may look at once.
///
/// # Errors
/// [`OpenError`]
pub async fn open(environment: &Environment) -> Result<PostOffice, OpenError> {
    let site = environment.site()?;
    let mailer: Arc<dyn Mailer> = match environment.mail()? {
        Some(config) => Arc::new(SmtpMailer::new(&config)?),
        None => Arc::new(Desk),
    };
    let Records { blog, clock, ids, .. } = Records::open(environment).await?;
    let blog = Arc::new(blog);
    Ok(PostOffice {
        accounts: blog.clone(),
        requests: blog,
        mailer,
        clock,
        ids,
        site: SiteAddress { title: site.title, origin: site.public_url.origin() },
        bell: Arc::default(),
        taken_for: Some(TAKEN_FOR),
    })
}

/// What rings for the post office.
pub fn bell() -> Value {
    Value::Object(serde_json::Map::default())
}

/// Mail where no mail server is set: who is to get a link is told to the owner, who draws one on their account page and
/// passes it on. It is not logged here: logs of the cloud are read by more people than the owner's page.
struct Desk;

#[async_trait]
impl Mailer for Desk {
    async fn send(&self, mail: &Mail) -> Result<Posted, PortError> {
        if mail.link.is_some() {
            tracing::info!("a mail waits on the owner's account page, to be passed on");
        }
        Ok(Posted::ToldOperator)
    }
}
