//! Claiming, finishing and the log, when several are at it.

use std::sync::Arc;

use domain::actions::{ClaimStage, FinishStage, ProbeStage, ReleaseStages, ReportProgress};
use domain::asset::AssetStatus;
use domain::event::EventKind;
use domain::ports::Posts;
use domain::post::{ContentHash, Post};
use domain::stage::{
    Done, Failure, LEASE, LOST_LEASES, Made, Outcome, Stage, StageId, StageKind, StageResult,
    StageStatus, Subject,
};

use store::PageRequest;

use crate::rig::{Rig, written};

crate::on_every_table!(
    of_many_that_claim_a_stage_exactly_one_has_it,
    a_slow_twin_cannot_write_its_result,
    publishing_again_takes_the_stage_from_who_runs_it,
    every_transition_is_one_event_without_gap_or_double,
    progress_is_no_event,
    what_is_due_is_found_in_the_index,
    a_released_stage_is_claimed_again_with_all_its_attempts,
    an_image_whose_work_is_always_broken_off_fails_with_its_asset,
    what_is_not_installed_has_failed_until_its_probe_and_is_told_so,
);

async fn published(rig: &Rig) -> Post {
    let post = rig.create(written("Post")).await;
    rig.publish(&post).await.unwrap()
}

fn speech(post: &Post) -> StageId {
    StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Speech }
}

async fn claim(rig: &Rig, id: &StageId) -> Option<Stage> {
    let action = ClaimStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    action.run(id).await.unwrap()
}

async fn finish(rig: &Rig, claimed: &Stage) -> bool {
    let made = Made {
        content: ContentHash::of("x"),
        input: "x".into(),
        result: StageResult::Search { findable: true },
    };
    let action = FinishStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    action.run(claimed, Outcome::Made(made), None).await.unwrap()
}

async fn of_many_that_claim_a_stage_exactly_one_has_it(rig: Rig) {
    let post = published(&rig).await;
    let rig = Arc::new(rig);
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (rig, id) = (rig.clone(), speech(&post));
        claims.spawn(async move { claim(&rig, &id).await });
    }
    let won = claims.join_all().await.into_iter().flatten().count();
    assert_eq!(won, 1);
}

async fn a_slow_twin_cannot_write_its_result(rig: Rig) {
    let post = published(&rig).await;
    let slow = claim(&rig, &speech(&post)).await.unwrap();
    rig.clock.advance(LEASE);
    let twin = claim(&rig, &speech(&post)).await.unwrap();

    assert!(!finish(&rig, &slow).await);
    assert!(finish(&rig, &twin).await);
    assert!(!finish(&rig, &twin).await, "a stage is finished once");
}

async fn publishing_again_takes_the_stage_from_who_runs_it(rig: Rig) {
    let post = published(&rig).await;
    let old = claim(&rig, &speech(&post)).await.unwrap();
    let edited = rig.update(&post.id, post.draft.revision, written("Changed")).await.unwrap();
    rig.publish(&edited).await.unwrap();

    assert!(!finish(&rig, &old).await);
    let new = claim(&rig, &speech(&post)).await.unwrap();
    assert_eq!(new.revision, edited.draft.revision);
    assert_eq!(new.attempts, 1);
}

async fn every_transition_is_one_event_without_gap_or_double(rig: Rig) {
    let posts = [published(&rig).await, published(&rig).await, published(&rig).await];
    let rig = Arc::new(rig);
    let mut jobs = tokio::task::JoinSet::new();
    for post in &posts {
        for kind in Post::STAGES {
            let id = StageId { subject: Subject::Post(post.id.clone()), kind };
            let rig = rig.clone();
            jobs.spawn(async move {
                let claimed = claim(&rig, &id).await.unwrap();
                assert!(finish(&rig, &claimed).await);
            });
        }
    }
    jobs.join_all().await;

    let events = rig.blog.events(&rig.kim, 0, 100).await.unwrap();
    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=3 + 2 * 9).collect::<Vec<_>>());
    assert_eq!(rig.blog.head(&rig.kim).await.unwrap().seq, 21);
    let ready = events
        .iter()
        .filter(|event| event.event.kind == EventKind::StageChanged)
        .filter(|event| event.event.stages[0].status == StageStatus::Ready)
        .count();
    assert_eq!(ready, 9);
    let board = rig.blog.board(&rig.kim).await.unwrap();
    assert!(board.iter().all(|facts| facts.status == StageStatus::Ready), "{board:?}");
}

async fn progress_is_no_event(rig: Rig) {
    let post = published(&rig).await;
    let claimed = claim(&rig, &speech(&post)).await.unwrap();
    let seq = rig.blog.head(&rig.kim).await.unwrap().seq;
    let action = ReportProgress { posts: &rig.blog, clock: &*rig.clock };
    let progress = Done { done: 1, total: 2 };

    assert!(action.run(&claimed, progress, None).await.unwrap());
    assert_eq!(rig.blog.head(&rig.kim).await.unwrap().seq, seq);
    let board = rig.blog.board(&rig.kim).await.unwrap();
    assert!(board.iter().any(|facts| facts.progress == Some(progress)));
}

async fn what_is_due_is_found_in_the_index(rig: Rig) {
    use domain::ports::Posts;
    let post = published(&rig).await;
    // An index may be a moment late: asking again ends in the present.
    let mut found = vec![];
    for _ in 0..100 {
        found = rig.blog.due(StageKind::Speech, rig.now(), 10).await.unwrap();
        if !found.is_empty() {
            break;
        }
    }
    assert_eq!(found, [speech(&post)]);
}

async fn a_released_stage_is_claimed_again_with_all_its_attempts(rig: Rig) {
    use domain::ports::Posts;
    let post = published(&rig).await;
    let lost = claim(&rig, &speech(&post)).await.unwrap();
    let release = ReleaseStages { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    for _ in 0..100 {
        if release.run().await.unwrap() > 0 {
            break;
        }
        // The hostile index may be late.
        rig.blog.due(StageKind::Speech, rig.now(), 1).await.unwrap();
    }
    assert!(!finish(&rig, &lost).await);
    let claimed = claim(&rig, &speech(&post)).await.unwrap();
    assert_eq!((claimed.attempts, claimed.lost_leases), (1, 0));
}

async fn an_image_whose_work_is_always_broken_off_fails_with_its_asset(rig: Rig) {
    use domain::ports::{ApplyError, Change, Posts, Step, Wanted};
    let post = rig.create(written("Post")).await;
    let asset = rig.upload(&post.id).await;
    let id = StageId { subject: Subject::Asset(asset.id.clone()), kind: StageKind::Image };
    let wanted =
        Wanted { stages: vec![id.clone()], assets: vec![asset.id.clone()], ..Wanted::default() };
    let waiting = rig.blog.load(&wanted).await.unwrap().stages.remove(0);
    let due = waiting.due(waiting.revision, rig.now());
    let change =
        Change { stages: vec![Step { before: Some(waiting), after: due }], ..Change::default() };
    // A hostile table makes up conflicts.
    let mut applied = rig.blog.apply(change.clone()).await;
    while matches!(applied, Err(ApplyError::Changed)) {
        applied = rig.blog.apply(change.clone()).await;
    }
    applied.unwrap();

    for _ in 0..LOST_LEASES {
        assert!(claim(&rig, &id).await.is_some());
        rig.clock.advance(LEASE);
    }
    assert!(claim(&rig, &id).await.is_none(), "not once more");
    let loaded = rig.blog.load(&wanted).await.unwrap();
    assert_eq!(loaded.stages[0].status, StageStatus::Failed);
    assert_eq!(loaded.stages[0].failure.as_ref().unwrap().code, "LOST");
    assert_eq!(loaded.assets[0].status, AssetStatus::Failed);
}

async fn what_is_not_installed_has_failed_until_its_probe_and_is_told_so(rig: Rig) {
    let post = published(&rig).await;
    let id = speech(&post);
    let missing = Failure { code: "NOT_INSTALLED".into(), message: "install it".into() };
    let claimed = claim(&rig, &id).await.unwrap();
    let finish = FinishStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    assert!(finish.run(&claimed, Outcome::Missing(missing), None).await.unwrap());

    let head = rig.blog.head(&rig.kim).await.unwrap();
    let events = rig.blog.events(&rig.kim, head.seq - 1, 9).await.unwrap();
    let told = &events.last().unwrap().event.stages[0];
    assert_eq!(told.status, StageStatus::Failed);
    let due = told.retry_at.expect("when it is tried again");
    let all = || PageRequest { first: 9, after: None };
    while rig.blog.failed_stages(&rig.kim, &all()).await.unwrap().items.is_empty() {}
    assert_eq!(rig.blog.probes(rig.now(), 9).await.unwrap(), []);
    assert_eq!(claim(&rig, &id).await, None);
    let probe = ProbeStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    assert!(!probe.run(&id).await.unwrap(), "before its time");

    rig.clock.set(due);
    while rig.blog.probes(rig.now(), 9).await.unwrap().is_empty() {}
    assert!(probe.run(&id).await.unwrap());
    assert!(!probe.run(&id).await.unwrap(), "once");
    assert!(claim(&rig, &id).await.is_some());
    while !rig.blog.probes(rig.now(), 9).await.unwrap().is_empty() {}
}
