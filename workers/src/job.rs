//! What a worker is given, and what it answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::actions::{ActionError, ReportProgress, Reservation, ReserveBudget};
use domain::asset::Asset;
use domain::part::Parts;
use domain::ports::{Clock, PortError, Posts};
use domain::stage::{Done, Failure, Made, Stage};
use domain::usage::{Hold, Prices, Spent};
use tokio::sync::Mutex;

/// Changes an asset's row; may be applied to a newer row than the worker saw.
pub type AssetChange = Arc<dyn Fn(&Asset) -> Asset + Send + Sync>;

/// What came of a job.
pub enum Worked {
    /// Made.
    Made(Made),
    /// Made, and the asset's row with it.
    MadeAsset(Made, AssetChange),
    /// Equal input, and the result is still there; or there is nothing to make on this blog.
    Unchanged,
    /// These parts go on outside; so much is done without them. It is run again when they have ended.
    Waiting(Parts, Done),
    /// What the stage was about is gone, and the stage with it.
    Removed,
}

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// May succeed later.
    #[error("{}", .0.message)]
    Retry(Failure),
    /// A service did not answer. As `Retry`, and tried again slowly once it has failed.
    #[error("{}", .0.message)]
    Unavailable(Failure),
    /// Something is not installed or not allowed; tried again slowly, so that it goes on when it is.
    #[error("{}", .0.message)]
    Missing(Failure),
    /// Will not succeed by itself.
    #[error("{}", .0.message)]
    Fail(Failure),
    /// It would use more than its month has left.
    #[error("the month's budget has no room for it")]
    Held(Hold),
    /// Somebody else has the stage now; nobody needs this result.
    #[error("the claim was lost")]
    Lost,
}

impl JobError {
    /// A failure that another try may mend.
    pub fn retry(code: &str, message: impl Into<String>) -> Self {
        JobError::Retry(Failure { code: code.into(), message: message.into() })
    }

    /// A service that did not answer.
    pub fn unavailable(code: &str, message: impl Into<String>) -> Self {
        JobError::Unavailable(Failure { code: code.into(), message: message.into() })
    }

    /// A failure that waits for a person.
    pub fn fail(code: &str, message: impl Into<String>) -> Self {
        JobError::Fail(Failure { code: code.into(), message: message.into() })
    }
}

impl From<PortError> for JobError {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Rejected(message) => JobError::fail("REJECTED", message),
            PortError::Denied(message) => {
                JobError::Missing(Failure { code: "NOT_INSTALLED".into(), message })
            }
            PortError::Corrupt { .. } => {
                tracing::error!(error = %error, "stored data is damaged");
                JobError::fail("DAMAGED", error.to_string())
            }
            PortError::Unusable { source, .. } => JobError::retry("UNUSABLE", source.to_string()),
            PortError::Full => JobError::unavailable("STORAGE_FULL", error.to_string()),
            error if error.retryable() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a job will be tried again"
                );
                JobError::unavailable("UNAVAILABLE", error.to_string())
            }
            error => JobError::fail("FAILED", error.to_string()),
        }
    }
}

impl From<ActionError> for JobError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Port(error) => error.into(),
            ActionError::Refused(refusal) => JobError::fail("REFUSED", refusal.to_string()),
        }
    }
}

/// One kind of work.
#[async_trait::async_trait]
pub trait Worker: Send + Sync {
    /// Does the work of a claimed stage.
    ///
    /// # Errors
    /// Retry or fail, decided here; failing is the default.
    async fn run(&self, stage: &Stage, reporter: &Reporter) -> Result<Worked, JobError>;
}

/// Tells how far a job is: stored and shown at most twice a second, since it is a value and not an
/// event. Every report that is stored renews the lease.
pub struct Reporter {
    pub(crate) posts: Arc<dyn Posts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stage: Stage,
    pub(crate) shown: Arc<dyn Fn(&Stage) + Send + Sync>,
    pub(crate) last: Mutex<Option<(Instant, Done)>>,
    pub(crate) prices: Prices,
    pub(crate) began: Instant,
    /// Units that this run has used.
    pub(crate) used: AtomicU64,
}

const SPACING: Duration = Duration::from_millis(500);

impl Reporter {
    /// Asks, before anything is used, whether the month has room for `units` of what the kind is
    /// counted in.
    ///
    /// # Errors
    /// [`JobError::Held`] when it has none, [`JobError::Lost`]: stop. A failure of the store: nothing
    /// was used yet, so it is tried again.
    pub async fn reserve(&self, units: u64) -> Result<(), JobError> {
        let action = ReserveBudget { posts: &*self.posts, clock: &*self.clock };
        match action.run(&self.stage, units).await? {
            Reservation::Granted => Ok(()),
            Reservation::Held(hold) => Err(JobError::Held(hold)),
            Reservation::Lost => Err(JobError::Lost),
        }
    }

    /// Says that `units` more were used, whatever comes of it. The next report and the end of the run
    /// tell of them.
    pub fn used(&self, units: u64) {
        self.used.fetch_add(units, Ordering::Relaxed);
    }

    /// The stage, with what its runs have spent; the time of this one counts when it `made` or used
    /// something.
    pub(crate) fn spent(&self, made: bool) -> Stage {
        let units = self.used.load(Ordering::Relaxed);
        let work_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut run = Spent::default();
        if made || units > 0 {
            let price = self.prices.of(self.stage.id.kind).unwrap_or_default();
            run = Spent { units, work_ms, cost: price.of(units) };
        }
        Stage { spent: self.stage.spent.plus(run), ..self.stage.clone() }
    }

    /// Says that `done` of `total` are made; `asset` is what that makes of an image's row.
    ///
    /// # Errors
    /// [`JobError::Lost`] when somebody else has the stage: stop. A failure of the store is no reason
    /// to stop.
    pub async fn report(
        &self,
        done: u32,
        total: u32,
        asset: Option<AssetChange>,
    ) -> Result<(), JobError> {
        let progress = Done { done, total };
        let mut last = self.last.lock().await;
        if last.is_some_and(|(at, _)| at.elapsed() < SPACING) {
            if let Some((_, value)) = last.as_mut() {
                *value = progress;
            }
            return Ok(());
        }
        *last = Some((Instant::now(), progress));
        self.store(progress, asset).await
    }

    /// The same for what is seen one by one, such as the variants of an image: stored and shown each
    /// time, so only for what comes a few times in a job.
    ///
    /// # Errors
    /// As [`Reporter::report`].
    pub async fn report_each(
        &self,
        done: u32,
        total: u32,
        asset: Option<AssetChange>,
    ) -> Result<(), JobError> {
        let progress = Done { done, total };
        *self.last.lock().await = Some((Instant::now(), progress));
        self.store(progress, asset).await
    }

    /// Renews the lease while a single step takes long.
    pub(crate) async fn renew(&self) -> Result<(), JobError> {
        let progress = self.last.lock().await.map_or(Done { done: 0, total: 0 }, |(_, done)| done);
        self.store(progress, None).await
    }

    async fn store(&self, progress: Done, asset: Option<AssetChange>) -> Result<(), JobError> {
        let action = ReportProgress { posts: &*self.posts, clock: &*self.clock };
        match action.run(&self.spent(false), progress, asset.as_deref()).await {
            Ok(true) if self.stage.id.kind.internal() => Ok(()),
            Ok(true) => {
                let shown = Stage { progress: Some(progress), ..self.stage.clone() };
                (self.shown)(&shown);
                Ok(())
            }
            Ok(false) => Err(JobError::Lost),
            Err(error) => {
                tracing::warn!(stage = %self.stage.id, error = %error, "progress was not stored");
                Ok(())
            }
        }
    }
}
