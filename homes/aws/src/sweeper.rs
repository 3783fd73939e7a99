//! What looks once a minute for what no bell told of.

use std::error::Error;
use std::sync::Arc;

use domain::ports::{MailRequests, PortError};
use domain::stage::{StageId, StageKind};
use workers::Jobs;

use crate::config::Environment;
use crate::notifier::Notice;
use crate::records::{OpenError, Records};
use crate::router::Ringer;

/// Stages of a kind that are rung for in one go: what are too many, the next minute goes on with.
const LOOK: u32 = 100;
/// Requests for mails that are looked at, as the post office does.
const MAILS: u32 = 1_000;

/// Finds stages that are overdue, leases that have ended, uploads whose arrival nobody noted, failures that
/// are to be tried again, held stages that have room, and mails whose next try has come.
pub struct Sweeper {
    jobs: Jobs,
    mails: Arc<dyn MailRequests>,
    ringer: Ringer,
}

impl Sweeper {
    /// Opens the table.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        let ringer = Ringer::new(environment)?;
        let records = Records::open(environment).await?;
        Ok(Sweeper { jobs: records.jobs(), mails: Arc::new(records.blog.clone()), ringer })
    }

    /// Looks once. What it makes due again, the stream tells of; for what was due before, it rings. What
    /// fails is told, and left to the next minute.
    pub async fn sweep(&self) {
        self.jobs.go_round().await;
        if let Err(error) = self.ringer.notify(&Notice::Round).await {
            tracing::warn!(error = %error, "nobody looks after the sockets");
        }
        if let Err(error) = self.mails().await {
            tracing::warn!(error = &*error, "mails were not looked at");
        }
        for kind in StageKind::ALL {
            match self.overdue(kind).await {
                Ok(stages) => {
                    for stage in stages {
                        if let Err(error) = self.ringer.ring(&stage).await {
                            tracing::warn!(stage = %stage, error = %error, "nobody was told");
                        }
                    }
                }
                Err(error) => tracing::warn!(error = %error, "the due index was not read"),
            }
        }
    }

    async fn mails(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let now = self.jobs.clock.now();
        let requests = self.mails.requests(MAILS).await?;
        if requests.iter().any(|request| request.due_at().is_some_and(|at| at <= now)) {
            self.ringer.mails().await?;
        }
        Ok(())
    }

    /// An upload is awaited until its ticket ends, but may be there: all of those are looked at.
    async fn overdue(&self, kind: StageKind) -> Result<Vec<StageId>, PortError> {
        let mut stages = self.jobs.posts.due(kind, self.jobs.clock.now(), LOOK).await?;
        if kind == StageKind::Image {
            let (open, _) = self.jobs.posts.open_stages(kind, None).await?;
            stages.extend(
                open.into_iter().filter(|stage| !stages.contains(stage)).collect::<Vec<_>>(),
            );
        }
        Ok(stages)
    }
}
