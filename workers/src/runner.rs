//! The embedded runner: finds due stages, and has their jobs done.
//!
//! A wake-up only says "look"; a slow poll of the due index finds what no wake-up told of.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::actions::ActionError;
use domain::stage::{StageId, StageKind, Subject};
use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::arrivals::Arrivals;
use crate::job::Worker;
use crate::jobs::Jobs;

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

/// Every kind of job, in one process.
pub struct Runner {
    /// Does a job.
    pub jobs: Jobs,
    /// Notes what was uploaded.
    pub arrivals: Arrivals,
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
/// Between rounds.
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

    /// At start and then twice a minute.
    async fn go_rounds(&self) {
        let mut clock = tokio::time::interval(ROUND);
        loop {
            clock.tick().await;
            if let Err(error) = self.arrivals.look().await {
                tracing::warn!(error = %error, "it was not looked for arrivals");
            }
            self.jobs.go_round().await;
        }
    }

    async fn run_kind(self: &Arc<Self>, kind: StageKind) {
        let (worker, at_once) = match kind {
            StageKind::Speech => (&self.speech, self.limits.speech),
            StageKind::Summary => (&self.summary, self.limits.summary),
            StageKind::Search => (&self.search, self.limits.search),
            StageKind::Image => (&self.image, self.limits.image),
            StageKind::Purge => (&self.purge, self.limits.purge),
            StageKind::Tidy => (&self.tidy, self.limits.tidy),
        };
        let places = Places::new(at_once);
        let under_way: Arc<Mutex<HashSet<StageId>>> = Arc::default();
        let mut jobs = JoinSet::new();
        loop {
            let mut more = false;
            match self.jobs.posts.due(kind, self.jobs.clock.now(), LOOK).await {
                Ok(ids) => {
                    more = ids.len() >= LOOK as usize;
                    for id in ids {
                        if !under_way.lock().insert(id.clone()) {
                            continue;
                        }
                        let Some(place) = places.one().await else { return };
                        let (runner, worker) = (self.clone(), worker.clone());
                        let (places, under_way) = (places.clone(), under_way.clone());
                        jobs.spawn(async move {
                            runner.answer(&id, &worker, &places, place).await;
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
        worker: &Arc<dyn Worker>,
        places: &Places,
        place: OwnedSemaphorePermit,
    ) {
        if let Err(error) = self.answer_once(id, worker, places, place).await {
            tracing::warn!(stage = %id, error = %error, "a stage was not run; it stays due");
            // Not at once again: what failed is the store.
            tokio::time::sleep(POLL).await;
        }
    }

    async fn answer_once(
        &self,
        id: &StageId,
        worker: &Arc<dyn Worker>,
        places: &Places,
        mut place: OwnedSemaphorePermit,
    ) -> Result<(), ActionError> {
        if let (StageKind::Image, Subject::Asset(asset)) = (id.kind, &id.subject) {
            self.arrivals.note(asset).await?;
        }
        let Some(stage) = self.jobs.claim(id).await? else { return Ok(()) };
        // What was found running at three starts in a row may be what ends the process: alone.
        if stage.found_running >= 3 {
            match places.all(place).await {
                Some(all) => place = all,
                None => return Ok(()),
            }
        }
        let done = self.jobs.work(&stage, worker).await;
        // The next one begins while this one is written.
        drop(place);
        self.jobs.finish(done).await
    }
}

/// Where the jobs of a kind run.
#[derive(Clone)]
struct Places {
    free: Arc<Semaphore>,
    at_once: u32,
}

impl Places {
    fn new(at_once: u32) -> Self {
        let at_once = at_once.max(1);
        Places { free: Arc::new(Semaphore::new(at_once as usize)), at_once }
    }

    /// Waits for a place.
    async fn one(&self) -> Option<OwnedSemaphorePermit> {
        self.free.clone().acquire_owned().await.ok()
    }

    /// Waits for all of them. The own place is given back first: two that each kept one would wait for each
    /// other for ever.
    async fn all(&self, own: OwnedSemaphorePermit) -> Option<OwnedSemaphorePermit> {
        drop(own);
        self.free.clone().acquire_many_owned(self.at_once).await.ok()
    }
}
