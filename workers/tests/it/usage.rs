//! What workers use is counted, and nothing begins for which the month has no room.

use std::sync::Arc;

use domain::Month;
use domain::actions::{BudgetsInput, ConfirmStages, SetBudgets};
use domain::ports::{Posts, Wanted};
use domain::post::Post;
use domain::stage::{Stage, StageKind, StageStatus};
use domain::usage::{Cost, Usage};
use store::Blog;

use crate::rig::Rig;
use crate::runner::Counting;
use crate::speech::{Remembering, worker};

async fn limit(rig: &Rig, speech_characters: Option<i64>) {
    let set = SetBudgets { posts: &rig.blog, clock: &*rig.clock };
    let input = BudgetsInput { speech_characters, summary_tokens: None };
    set.run(&rig.kim, input, None).await.unwrap();
}

pub async fn used(blog: &Blog, rig: &Rig, kind: StageKind) -> Usage {
    let usage = Some((Month::of(rig.clock.now()), kind));
    blog.load(&Wanted { usage, ..Wanted::default() }).await.unwrap().usage.unwrap().0
}

async fn confirm(rig: &Rig, stage: &Stage) {
    let (posts, clock, ids) = (&rig.blog, &*rig.clock, &*rig.ids);
    let ids_of = [stage.id.clone()];
    ConfirmStages { posts, clock, ids }.run(&rig.kim, &ids_of, None).await.unwrap();
}

fn ready(stage: &Stage) -> bool {
    stage.status == StageStatus::Ready
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_spoken_is_counted_and_priced() {
    for rig in [Rig::kind().await, Rig::hostile(3).await] {
        let voice = Arc::new(Remembering::default());
        let stop = rig.start(worker(&rig, &voice), Arc::new(Counting::default()));
        let post = rig.published("One here.\n\nTwo here.\n\nOne here.").await;
        rig.until(&post, StageKind::Speech, ready).await;
        let once = used(&rig.blog, &rig, StageKind::Speech).await;
        // The third paragraph is the first one again, and 16 for a million characters.
        assert_eq!((once.runs, once.spent.units), (1, 18));
        assert_eq!(once.spent.cost, Cost(16_000 * 18));
        assert_eq!(once.spent.cost.to_string(), "0.000288");

        let post = rig.edited(&post, "One here.\n\nTwo, then.\n\nOne here.").await;
        let new = |stage: &Stage| ready(stage) && stage.revision == post.draft.revision;
        rig.until(&post, StageKind::Speech, new).await;
        let twice = used(&rig.blog, &rig, StageKind::Speech).await;
        assert_eq!((twice.runs, twice.spent.units), (2, 28));
        stop.cancel();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failed_try_used_is_counted_and_not_used_again() {
    let rig = Rig::kind().await;
    let voice = Arc::new(Remembering::default());
    *voice.down.lock() = true;
    let stop = rig.start(worker(&rig, &voice), Arc::new(Counting::default()));
    let post = rig.published("One here.\n\nTwo here.").await;
    rig.until(&post, StageKind::Speech, |stage| stage.failure.is_some()).await;
    assert_eq!(used(&rig.blog, &rig, StageKind::Speech).await.spent.units, 9);
    *voice.down.lock() = false;
    rig.until(&post, StageKind::Speech, ready).await;
    let both = used(&rig.blog, &rig, StageKind::Speech).await;
    assert_eq!((both.runs, both.spent.units), (2, 18));
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_room_is_held_before_a_word_is_spoken_and_what_is_there_is_never_held() {
    let rig = Rig::kind().await;
    let voice = Arc::new(Remembering::default());
    let stop = rig.start(worker(&rig, &voice), Arc::new(Counting::default()));
    let post = rig.published("One here.").await;
    rig.until(&post, StageKind::Speech, ready).await;
    voice.take();
    limit(&rig, Some(0)).await;

    // The same words: nothing has to be spoken.
    let post = rig.edited(&post, "One here. ").await;
    let done = |post: &Post| {
        let revision = post.draft.revision;
        move |stage: &Stage| stage.revision == revision && (ready(stage) || stage.held)
    };
    assert!(!rig.until(&post, StageKind::Speech, done(&post)).await.held);

    let post = rig.edited(&post, "Two here.").await;
    let held = rig.until(&post, StageKind::Speech, done(&post)).await;
    let hold = held.hold.unwrap();
    assert_eq!((hold.units, hold.used, hold.limit), (9, 9, Some(0)));
    assert_eq!((held.attempts, held.failure, voice.take()), (0, None, vec![]));

    confirm(&rig, &rig.stage(&post, StageKind::Speech).await).await;
    rig.until(&post, StageKind::Speech, ready).await;
    assert_eq!(voice.take(), ["Two here."]);
    assert_eq!(used(&rig.blog, &rig, StageKind::Speech).await.spent.units, 18);
    stop.cancel();
}
