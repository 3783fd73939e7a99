//! What looks once a minute for what no bell told of.

use domain::ports::PortError;
use domain::stage::{StageId, StageKind};
use workers::Jobs;

use crate::config::Environment;
use crate::notifier::Notice;
use crate::records::{OpenError, Records};
use crate::router::Ringer;

/// Stages of a kind that are rung for in one go: what are too many, the next minute goes on with.
const LOOK: u32 = 100;

/// Finds stages that are overdue, leases that have ended, uploads whose arrival nobody noted, failures that
/// are to be tried again, and held stages that have room.
pub struct Sweeper {
    jobs: Jobs,
    ringer: Ringer,
}

impl Sweeper {
    /// Opens the table.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        let ringer = Ringer::new(environment)?;
        Ok(Sweeper { jobs: Records::open(environment).await?.jobs(), ringer })
    }

    /// Looks once. What it makes due again, the stream tells of; for what was due before, it rings. What
    /// fails is told, and left to the next minute.
    pub async fn sweep(&self) {
        self.jobs.go_round().await;
        if let Err(error) = self.ringer.notify(&Notice::Round).await {
            tracing::warn!(error = %error, "nobody looks after the sockets");
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
