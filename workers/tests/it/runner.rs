//! The runner: everything that is due is done, once, whatever the table does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use contract::TestClock;
use domain::ports::PortError;
use domain::post::{ContentHash, Post};
use domain::stage::{Made, Stage, StageKind, StageResult, StageStatus};
use workers::{JobError, Reporter, Worked, Worker};

use crate::rig::Rig;

fn made() -> Worked {
    Worked::Made(Made {
        content: ContentHash::of("x"),
        input: "x".into(),
        result: StageResult::Search { findable: true },
    })
}

/// Counts its runs; panics in the first `panics`.
#[derive(Default)]
pub struct Counting {
    runs: AtomicU32,
    panics: u32,
}

#[async_trait::async_trait]
impl Worker for Counting {
    async fn run(&self, _: &Stage, reporter: &Reporter) -> Result<Worked, JobError> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        assert!(run >= self.panics, "as asked");
        reporter.report(1, 2, None).await?;
        Ok(made())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_due_is_done_without_a_single_bell_on_hostile_tables() {
    for seed in 1..=3 {
        let rig = Rig::hostile(seed).await;
        let worker = Arc::new(Counting::default());
        let stop = rig.start(worker.clone(), worker.clone());
        let mut posts = vec![];
        for n in 0..4 {
            posts.push(rig.published(&format!("Text {n}.")).await);
        }
        for post in &posts {
            for kind in Post::STAGES {
                rig.until(post, kind, |stage| stage.status == StageStatus::Ready).await;
            }
        }
        stop.cancel();
        assert_eq!(worker.runs.load(Ordering::SeqCst), 12, "each once");
        let head = rig.blog.head(&rig.kim).await.unwrap();
        let events = rig.blog.events(&rig.kim, 0, 100).await.unwrap();
        let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=head.seq).collect::<Vec<_>>(), "no event lost or doubled");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_arrival_nobody_noted_is_found_at_the_next_start() {
    let rig = Rig::kind().await;
    let post = rig.published("Text.").await;
    let asset = rig.unheard(&post).await;
    let worker = Arc::new(Counting::default());
    let stop = rig.start(worker.clone(), worker);
    rig.until_ready(&asset).await;
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_panics_takes_nothing_with_it_and_is_tried_again() {
    let rig = Rig::kind().await;
    let panicking = Arc::new(Counting { panics: 1, ..Counting::default() });
    let stop = rig.start(panicking, Arc::new(Counting::default()));
    let post = rig.published("Text.").await;

    let waiting = rig.until(&post, StageKind::Speech, |stage| stage.failure.is_some()).await;
    assert_eq!(waiting.failure.unwrap().code, "CRASHED");
    let ready = |stage: &Stage| stage.status == StageStatus::Ready;
    let done = rig.until(&post, StageKind::Speech, ready).await;
    assert_eq!(done.attempts, 2);
    rig.until(&post, StageKind::Summary, ready).await;
    stop.cancel();
}

/// A voice that is not installed until the third run.
#[derive(Default)]
struct NotInstalled(AtomicU32);

#[async_trait::async_trait]
impl Worker for NotInstalled {
    async fn run(&self, _: &Stage, _: &Reporter) -> Result<Worked, JobError> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0..2 => Err(PortError::Denied("install the voice".into()).into()),
            _ => Ok(made()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_failed_for_want_of_a_voice_goes_on_by_itself_when_there_is_one() {
    let clock = Arc::new(TestClock::default());
    let rig = Rig::at(clock.clone(), |table, _| table).await;
    let voice = Arc::new(NotInstalled::default());
    let stop = rig.start(voice.clone(), Arc::new(Counting::default()));
    let post = rig.published("Text.").await;
    let rounds = rig.jobs();
    for run in 1..=2 {
        let failed = |stage: &Stage| stage.status == StageStatus::Failed;
        let failed = rig.until(&post, StageKind::Speech, failed).await;
        assert_eq!(failed.failure.unwrap().code, "NOT_INSTALLED");
        let due = failed.due_at.expect("a probe");
        rounds.probe().await.unwrap();
        assert_eq!(rig.stage(&post, StageKind::Speech).await.version, failed.version, "too early");
        assert_eq!(voice.0.load(Ordering::SeqCst), run);
        clock.set(due);
        rounds.probe().await.unwrap();
    }
    let ready = |stage: &Stage| stage.status == StageStatus::Ready;
    rig.until(&post, StageKind::Speech, ready).await;
    stop.cancel();
}

/// Works until it is told to go on.
struct Slow(tokio::sync::Notify);

#[async_trait::async_trait]
impl Worker for Slow {
    async fn run(&self, stage: &Stage, _: &Reporter) -> Result<Worked, JobError> {
        if stage.revision.0 == 1 && stage.id.kind == StageKind::Speech {
            self.0.notified().await;
        }
        Ok(made())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_for_an_older_revision_is_dropped() {
    let rig = Rig::kind().await;
    let worker = Arc::new(Slow(tokio::sync::Notify::new()));
    let stop = rig.start(worker.clone(), worker.clone());
    let post = rig.published("One.").await;
    rig.until(&post, StageKind::Speech, |stage| stage.status == StageStatus::Running).await;

    let post = rig.edited(&post, "Two.").await;
    let new = rig.stage(&post, StageKind::Speech).await;
    assert_eq!((new.status, new.revision), (StageStatus::Pending, post.draft.revision));
    worker.0.notify_one();
    let ready = |stage: &Stage| stage.status == StageStatus::Ready;
    let done = rig.until(&post, StageKind::Speech, ready).await;
    assert_eq!(done.revision, post.draft.revision);
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stages_that_may_end_the_process_do_not_wait_for_each_other() {
    use domain::actions::{ClaimStage, ReleaseStages};
    let rig = Rig::kind().await;
    let posts = [rig.published("One.").await, rig.published("Two.").await];
    let claim = ClaimStage { posts: &rig.blog, clock: &*rig.clock, ids: &*rig.ids };
    let release = ReleaseStages { posts: &rig.blog, clock: &*rig.clock, ids: &*rig.ids };
    for _ in 0..3 {
        for post in &posts {
            let stage = rig.stage(post, StageKind::Search).await;
            claim.run(&stage.id).await.unwrap().expect("due at once");
        }
        assert_eq!(release.run().await.unwrap(), 2);
    }

    let stop = rig.start(Arc::new(Counting::default()), Arc::new(Counting::default()));
    for post in &posts {
        rig.until(post, StageKind::Search, |stage| stage.status == StageStatus::Ready).await;
    }
    stop.cancel();
}
