//! One job: a due stage is claimed, its worker runs, and what came of it is written. The same in every home,
//! whoever says that the stage is due.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::actions::{ActionError, ClaimStage, FinishStage};
use domain::ports::{Clock, IdSource, Posts};
use domain::stage::{Failure, Outcome, Stage, StageId, StageStatus};
use domain::usage::Prices;
use tokio::task::JoinSet;

use crate::job::{AssetChange, JobError, Reporter, Worked, Worker};

/// Between renewals of a lease.
const RENEWAL: Duration = Duration::from_secs(20);

/// What every job needs of the world, whatever its worker needs.
#[derive(Clone)]
pub struct Jobs {
    /// Where stages are kept.
    pub posts: Arc<dyn Posts>,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// Tokens of claims, tags of events.
    pub ids: Arc<dyn IdSource>,
    /// What services ask for.
    pub prices: Prices,
    /// Shows progress to whoever watches.
    pub shown: Arc<dyn Fn(&Stage) + Send + Sync>,
}

/// A job that was done, or broken off.
pub struct Done {
    stage: Stage,
    /// None when nothing is to be written: the claim was lost, or the stage is gone.
    outcome: Option<Outcome>,
    asset: Option<AssetChange>,
    began: Instant,
}

impl Jobs {
    /// Claims a stage that is due; `None` when there is nothing to do: it is leased, done, or gone.
    ///
    /// # Errors
    /// A failure of a port: the stage stays due.
    pub async fn claim(&self, id: &StageId) -> Result<Option<Stage>, ActionError> {
        let claim = ClaimStage { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
        claim.run(id).await
    }

    /// Has `worker` do a claimed stage, and writes what came of it. Dropping this breaks the job off.
    ///
    /// # Errors
    /// A failure of the store: the stage is due again when its lease ends.
    pub async fn carry_out(
        &self,
        stage: &Stage,
        worker: &Arc<dyn Worker>,
    ) -> Result<(), ActionError> {
        self.finish(self.work(stage, worker).await).await
    }

    /// Writes what came of a job.
    ///
    /// # Errors
    /// As [`Jobs::carry_out`].
    pub async fn finish(&self, done: Done) -> Result<(), ActionError> {
        let Done { stage, outcome, asset, began } = done;
        let Some(outcome) = outcome else { return Ok(()) };
        let finish = FinishStage { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
        let written = finish.run(&stage, outcome.clone(), asset.as_deref()).await?;
        let duration_ms = began.elapsed().as_millis() as u64;
        match (&outcome, written) {
            (_, false) => tracing::info!(stage = %stage.id, duration_ms, "superseded"),
            (Outcome::Made(_), _) => tracing::info!(stage = %stage.id, duration_ms, "ready"),
            (Outcome::Unchanged, _) => tracing::info!(stage = %stage.id, duration_ms, "skipped"),
            (Outcome::Waiting { parts, .. }, _) => {
                tracing::info!(stage = %stage.id, duration_ms, parts = parts.len(), "waits for its parts");
            }
            (Outcome::Held(hold), _) => {
                let (units, used, limit) = (hold.units, hold.used, hold.limit);
                tracing::info!(stage = %stage.id, units, used, limit, "held: the budget has no room");
            }
            (Outcome::Retry(failure) | Outcome::Unavailable(failure), _) => {
                tracing::warn!(stage = %stage.id, duration_ms, error = failure.message, "will be tried again");
            }
            (Outcome::Missing(failure) | Outcome::Fail(failure), _) => {
                tracing::warn!(stage = %stage.id, duration_ms, error = failure.message, "failed");
            }
        }
        Ok(())
    }

    /// Has `worker` do a claimed stage, and writes nothing but progress. Dropping this breaks the job off.
    #[tracing::instrument(name = "job", skip_all, fields(stage = %stage.id, post.id = %stage.post, revision = stage.revision.0))]
    pub async fn work(&self, stage: &Stage, worker: &Arc<dyn Worker>) -> Done {
        debug_assert_eq!(stage.status, StageStatus::Running);
        let began = Instant::now();
        let reporter = Arc::new(Reporter {
            posts: self.posts.clone(),
            clock: self.clock.clone(),
            stage: stage.clone(),
            shown: self.shown.clone(),
            last: Default::default(),
            prices: self.prices.clone(),
            began,
            used: Default::default(),
        });
        let mut job = JoinSet::new();
        let (worker, claimed, its) = (worker.clone(), stage.clone(), reporter.clone());
        job.spawn(async move { worker.run(&claimed, &its).await });
        let mut renewal = tokio::time::interval(RENEWAL);
        renewal.tick().await;
        let ended = loop {
            tokio::select! {
                ended = job.join_next() => break ended,
                _ = renewal.tick() => {
                    if reporter.renew().await.is_err() {
                        // Dropping the set breaks the job off.
                        return Done { stage: stage.clone(), outcome: None, asset: None, began };
                    }
                }
            }
        };
        let (outcome, asset) = match ended {
            Some(Ok(Ok(Worked::Made(made)))) => (Some(Outcome::Made(made)), None),
            Some(Ok(Ok(Worked::MadeAsset(made, asset)))) => {
                (Some(Outcome::Made(made)), Some(asset))
            }
            Some(Ok(Ok(Worked::Unchanged))) => (Some(Outcome::Unchanged), None),
            Some(Ok(Ok(Worked::Waiting(parts, progress)))) => {
                (Some(Outcome::Waiting { parts, progress }), None)
            }
            Some(Ok(Ok(Worked::Removed)) | Ok(Err(JobError::Lost))) => (None, None),
            Some(Ok(Err(JobError::Held(hold)))) => (Some(Outcome::Held(hold)), None),
            Some(Ok(Err(JobError::Retry(failure)))) => (Some(Outcome::Retry(failure)), None),
            Some(Ok(Err(JobError::Unavailable(failure)))) => {
                (Some(Outcome::Unavailable(failure)), None)
            }
            Some(Ok(Err(JobError::Missing(failure)))) => (Some(Outcome::Missing(failure)), None),
            Some(Ok(Err(JobError::Fail(failure)))) => (Some(Outcome::Fail(failure)), None),
            Some(Err(panic)) => {
                tracing::error!(stage = %stage.id, error = %panic, "a worker panicked");
                let failure = Failure {
                    code: "CRASHED".into(),
                    message: "the worker crashed; the log says more".into(),
                };
                (Some(Outcome::Retry(failure)), None)
            }
            None => (None, None),
        };
        let made = matches!(outcome, Some(Outcome::Made(_)));
        Done { stage: reporter.spent(made), outcome, asset, began }
    }
}
