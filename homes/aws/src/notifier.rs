//! What the function is told that tells those who follow something.

use domain::ports::{PortError, Posts, Wanted};
use domain::stage::StageId;
use realtime::Topic;
use schema::SocketExecutor;
use serde::{Deserialize, Serialize};
use sockets::Exchange;
use store::Blog;
use store::keys;
use store::table::Key;

use crate::config::Environment;
use crate::records::OpenError;

/// Where to look: it may come twice, late or in vain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Notice {
    /// Something was appended to a log.
    Appended {
        /// Whose.
        topic: String,
    },
    /// A stage is further than it was.
    Progressed {
        /// The row's partition.
        pk: String,
        /// Its place there.
        sk: String,
    },
    /// A session or token is over.
    Revoked {
        /// Hash of its key.
        session: String,
    },
    /// A minute has passed.
    Round,
}

/// Tells those who follow something.
pub struct Notifier {
    exchange: Exchange<SocketExecutor>,
    blog: Blog,
}

impl Notifier {
    /// Opens the table.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        let (exchange, blog) = crate::exchange::open(environment).await?;
        Ok(Notifier { exchange, blog })
    }

    /// Does what a notice asks for.
    ///
    /// # Errors
    /// The table or the gateway failed: what was not told is told the next time.
    pub async fn answer(&self, notice: Notice) -> Result<(), PortError> {
        match notice {
            Notice::Appended { topic } => self.exchange.notify(&Topic::new(topic)).await,
            Notice::Revoked { session } => self.exchange.revoked(&session).await,
            Notice::Round => self.exchange.go_round().await,
            Notice::Progressed { pk, sk } => match keys::parse_stage(&Key::new(pk, sk)) {
                Some(stage) => self.progress(&stage).await,
                None => Ok(()),
            },
        }
    }

    async fn progress(&self, id: &StageId) -> Result<(), PortError> {
        let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        let Some(stage) = self.blog.load(&wanted).await?.stages.pop() else { return Ok(()) };
        let (topic, payload) = schema::progress(&stage);
        self.exchange.progress(&topic, payload).await
    }
}
