//! The embedded runner: claims due stages, runs their workers, writes what came of it.
//!
//! A wake-up only says "look"; a slow poll of the due index finds what no wake-up told of.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::actions::{AcceptUpload, ClaimStage, FinishStage, LetHeldGo, ProbeStage};
use domain::ports::{Clock, IdSource, Objects, Posts};
use domain::stage::{Outcome, Stage, StageId, StageKind, StageStatus, Subject};
use domain::usage::Prices;
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::job::{AssetChange, JobError, Reporter, Worked, Worker};

/// How many jobs of a kind run at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Speech: a child process each.
    pub speech: u32,
    /// Summary.
    pub summary: u32,
    /// Search.
    pub search: u32,
    /// Image: a core and about 200 MB each.
    pub image: u32,
    /// Purge.
    pub purge: u32,
    /// Tidy.
    pub tidy: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { speech: 1, summary: 1, search: 2, image: 1, purge: 1, tidy: 1 }
    }
}

/// What the runner needs of the world.
pub struct Runner {
    /// Where stages are kept.
    pub posts: Arc<dyn Posts>,
    /// Where uploads arrive.
    pub objects: Arc<dyn Objects>,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// Tokens of claims, tags of events.
    pub ids: Arc<dyn IdSource>,
    /// One worker for each kind.
    pub speech: Arc<dyn Worker>,
    /// See `speech`.
    pub summary: Arc<dyn Worker>,
    /// See `speech`.
    pub search: Arc<dyn Worker>,
    /// See `speech`.
    pub image: Arc<dyn Worker>,
    /// See `speech`.
    pub purge: Arc<dyn Worker>,
    /// See `speech`.
    pub tidy: Arc<dyn Worker>,
    /// How many at once.
    pub limits: Limits,
    /// What services ask for.
    pub prices: Prices,
    /// Shows progress to whoever watches.
    pub shown: Arc<dyn Fn(&Stage) + Send + Sync>,
    /// Rung when a stage of the kind may have become due.
    pub bells: Bells,
}

/// A bell for each kind. Ringing twice, or for nothing, does no harm; a lost ring costs a second.
#[derive(Clone, Default)]
pub struct Bells(Arc<[Notify; StageKind::ALL.len()]>);

impl Bells {
    /// Says "look".
    pub fn ring(&self, kind: StageKind) {
        self.0[kind as usize].notify_one();
    }

    /// Says "look" to all.
    pub fn ring_all(&self) {
        StageKind::ALL.into_iter().for_each(|kind| self.ring(kind));
    }
}

/// The poll that finds what no bell told of.
const POLL: Duration = Duration::from_secs(1);
/// Between renewals of a lease.
const RENEWAL: Duration = Duration::from_secs(20);
/// Between looks for what no due time tells of: uploads whose arrival nobody noted, failed stages that
/// are to be tried again, and held ones that have room now.
const ROUND: Duration = Duration::from_secs(30);
/// Due rows looked at in one go.
const LOOK: u32 = 50;

impl Runner {
    /// Runs until `stop`. Jobs under way are broken off then: their stages are released at the next
    /// start, and what they made is found again by its content.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut kinds = JoinSet::new();
        for kind in StageKind::ALL {
            let (runner, stop) = (self.clone(), stop.clone());
            kinds.spawn(async move {
                tokio::select! {
                    () = runner.run_kind(kind) => {}
                    () = stop.cancelled() => {}
                }
            });
        }
        let (runner, stopped) = (self.clone(), stop.clone());
        kinds.spawn(async move {
            tokio::select! {
                () = runner.go_rounds() => {}
                () = stopped.cancelled() => {}
            }
        });
        while kinds.join_next().await.is_some() {}
    }

    /// At start and then twice a minute: an upload whose arrival nobody noted, because the process ended
    /// in between or the table failed, need not wait for its ticket's end; what failed because something
    /// was not there is tried again when it is time; and what is held goes on when a month has begun, or
    /// a limit was raised.
    async fn go_rounds(&self) {
        let mut clock = tokio::time::interval(ROUND);
        loop {
            clock.tick().await;
            if let Err(error) = self.note_arrivals().await {
                tracing::warn!(error = %error, "it was not looked for arrivals");
            }
            if let Err(error) = self.probe().await {
                tracing::warn!(error = %error, "failed stages were not tried again");
            }
            let let_go = LetHeldGo { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
            match let_go.run().await {
                Ok(0) => {}
                Ok(stages) => tracing::info!(stages, "held stages go on: there is room"),
                Err(error) => tracing::warn!(error = %error, "it was not looked for room"),
            }
        }
    }

    /// Tries failed stages again whose time has come; the next round goes on with what are too many.
    ///
    /// # Errors
    /// A failure of a port.
    pub async fn probe(&self) -> Result<(), domain::actions::ActionError> {
        let action = ProbeStage { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
        for id in self.posts.probes(self.clock.now(), LOOK).await? {
            if action.run(&id).await? {
                self.bells.ring(id.kind);
            }
        }
        Ok(())
    }

    /// Notes every upload that has arrived.
    ///
    /// # Errors
    /// A failure of a port.
    pub async fn note_arrivals(&self) -> Result<(), domain::actions::ActionError> {
        let mut after = None;
        loop {
            let (open, next) = self.posts.open_stages(StageKind::Image, after).await?;
            for id in open {
                if let Subject::Asset(asset) = &id.subject {
                    self.accept_upload().run(asset).await?;
                }
            }
            match next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn run_kind(self: &Arc<Self>, kind: StageKind) {
        let at_once = match kind {
            StageKind::Speech => self.limits.speech,
            StageKind::Summary => self.limits.summary,
            StageKind::Search => self.limits.search,
            StageKind::Image => self.limits.image,
            StageKind::Purge => self.limits.purge,
            StageKind::Tidy => self.limits.tidy,
        }
        .max(1);
        let permits = Arc::new(Semaphore::new(at_once as usize));
        let under_way: Arc<Mutex<HashSet<StageId>>> = Arc::default();
        let mut jobs = JoinSet::new();
        loop {
            let mut more = false;
            match self.posts.due(kind, self.clock.now(), LOOK).await {
                Ok(ids) => {
                    more = ids.len() >= LOOK as usize;
                    for id in ids {
                        if !under_way.lock().insert(id.clone()) {
                            continue;
                        }
                        let Ok(permit) = permits.clone().acquire_owned().await else { return };
                        let (runner, permits, under_way) =
                            (self.clone(), permits.clone(), under_way.clone());
                        jobs.spawn(async move {
                            runner.answer(&id, &permits, at_once, permit).await;
                            under_way.lock().remove(&id);
                            runner.bells.ring(kind);
                        });
                    }
                }
                Err(error) => tracing::warn!(error = %error, "the due index was not read"),
            }
            while jobs.try_join_next().is_some() {}
            if !more {
                let bell = &self.bells.0[kind as usize];
                let _ = tokio::time::timeout(POLL, bell.notified()).await;
            }
        }
    }

    async fn answer(
        &self,
        id: &StageId,
        permits: &Semaphore,
        at_once: u32,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) {
        if let Err(error) = self.answer_once(id, permits, at_once, permit).await {
            tracing::warn!(stage = %id, error = %error, "a stage was not run; it stays due");
            // Not at once again: what failed is the store.
            tokio::time::sleep(POLL).await;
        }
    }

    async fn answer_once(
        &self,
        id: &StageId,
        permits: &Semaphore,
        at_once: u32,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) -> Result<(), domain::actions::ActionError> {
        if let (StageKind::Image, Subject::Asset(asset)) = (id.kind, &id.subject) {
            self.accept_upload().run(asset).await?;
        }
        let claim = ClaimStage { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
        let Some(stage) = claim.run(id).await? else { return Ok(()) };
        // What was found running at three starts in a row may be what ends the process: alone. Its
        // own place is given back first: two that each kept one would wait for each other for ever.
        let (mut permit, mut alone) = (Some(permit), None);
        if stage.found_running >= 3 {
            drop(permit.take());
            alone = permits.acquire_many(at_once).await.ok();
        }
        let started = std::time::Instant::now();
        let (outcome, asset, stage) = self.work(&stage).await;
        let Some(outcome) = outcome else { return Ok(()) };
        drop((permit, alone));
        let finish = FinishStage { posts: &*self.posts, clock: &*self.clock, ids: &*self.ids };
        let written = finish.run(&stage, outcome.clone(), asset.as_deref()).await?;
        let duration_ms = started.elapsed().as_millis() as u64;
        match (&outcome, written) {
            (_, false) => tracing::info!(stage = %id, duration_ms, "superseded"),
            (Outcome::Made(_), _) => tracing::info!(stage = %id, duration_ms, "ready"),
            (Outcome::Unchanged, _) => tracing::info!(stage = %id, duration_ms, "skipped"),
            (Outcome::Held(hold), _) => {
                let (units, used, limit) = (hold.units, hold.used, hold.limit);
                tracing::info!(stage = %id, units, used, limit, "held: the budget has no room");
            }
            (Outcome::Retry(failure) | Outcome::Unavailable(failure), _) => {
                tracing::warn!(stage = %id, duration_ms, error = failure.message, "will be tried again");
            }
            (Outcome::Missing(failure) | Outcome::Fail(failure), _) => {
                tracing::warn!(stage = %id, duration_ms, error = failure.message, "failed");
            }
        }
        Ok(())
    }

    /// What acts on the arrival of an upload.
    pub fn accept_upload(&self) -> AcceptUpload<'_> {
        AcceptUpload {
            posts: &*self.posts,
            objects: &*self.objects,
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }

    #[tracing::instrument(name = "job", skip_all, fields(stage = %stage.id, post.id = %stage.post, revision = stage.revision.0))]
    async fn work(&self, stage: &Stage) -> (Option<Outcome>, Option<AssetChange>, Stage) {
        debug_assert_eq!(stage.status, StageStatus::Running);
        let worker = match stage.id.kind {
            StageKind::Speech => &self.speech,
            StageKind::Summary => &self.summary,
            StageKind::Search => &self.search,
            StageKind::Image => &self.image,
            StageKind::Purge => &self.purge,
            StageKind::Tidy => &self.tidy,
        };
        let reporter = Arc::new(Reporter {
            posts: self.posts.clone(),
            clock: self.clock.clone(),
            stage: stage.clone(),
            shown: self.shown.clone(),
            last: Default::default(),
            prices: self.prices.clone(),
            began: std::time::Instant::now(),
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
                        return (None, None, stage.clone()); // dropping the set breaks the job off
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
                let failure = domain::stage::Failure {
                    code: "CRASHED".into(),
                    message: "the worker crashed; the log says more".into(),
                };
                (Some(Outcome::Retry(failure)), None)
            }
            None => (None, None),
        };
        let made = matches!(outcome, Some(Outcome::Made(_)));
        (outcome, asset, reporter.spent(made))
    }
}
