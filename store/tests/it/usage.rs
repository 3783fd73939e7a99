//! What months use: booked once, reserved by one, and held when there is no room.

use std::sync::Arc;
use std::time::Duration;

use domain::Month;
use domain::actions::{
    BudgetsInput, ClaimStage, ConfirmStages, FinishStage, LetHeldGo, ReleaseStages, ReportProgress,
    Reservation, ReserveBudget, SetBudgets,
};
use domain::ports::{Posts, Wanted};
use domain::post::{ContentHash, Post};
use domain::stage::{
    Done, Failure, LEASE, Made, Outcome, Stage, StageId, StageKind, StageResult, StageStatus,
    Subject,
};
use domain::usage::{Cost, Hold, Spent, Usage};
use store::PageRequest;

use crate::rig::{Rig, written};

crate::on_every_table!(
    what_a_run_used_is_booked_once_whoever_else_tries,
    what_a_run_used_before_the_process_ended_is_booked_with_the_next,
    of_many_that_ask_for_the_last_of_a_budget_those_are_granted_that_fit,
    what_was_reserved_is_given_back_whichever_way_a_run_ends,
    what_exceeds_a_budget_is_held_until_it_is_confirmed_and_then_runs_once,
    a_raised_budget_and_a_new_month_let_go_what_fits,
    a_run_is_booked_in_the_month_in_which_it_ends,
);

async fn published(rig: &Rig) -> Post {
    let post = rig.create(written("Post")).await;
    rig.publish(&post).await.unwrap()
}

fn speech(post: &Post) -> StageId {
    StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Speech }
}

async fn claim(rig: &Rig, id: &StageId) -> Stage {
    let action = ClaimStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    action.run(id).await.unwrap().expect("due")
}

async fn reserve(rig: &Rig, claimed: &Stage, units: u64) -> Reservation {
    let action = ReserveBudget { posts: &rig.blog, clock: &*rig.clock };
    action.run(claimed, units).await.unwrap()
}

async fn finish(rig: &Rig, claimed: &Stage, units: u64, outcome: Outcome) -> bool {
    let spent = Spent { units, work_ms: 10 * units, cost: Cost(units) };
    let claimed = Stage { spent: claimed.spent.plus(spent), ..claimed.clone() };
    let action = FinishStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    action.run(&claimed, outcome, None).await.unwrap()
}

fn made() -> Outcome {
    let result = StageResult::Search { findable: true };
    Outcome::Made(Made { content: ContentHash::of("x"), input: "x".into(), result })
}

fn failed() -> Outcome {
    Outcome::Retry(Failure { code: "X".into(), message: "x".into() })
}

async fn limit(rig: &Rig, speech: Option<i64>) {
    let input = BudgetsInput { speech_characters: speech, summary_tokens: None };
    let action = SetBudgets { posts: &rig.blog, clock: &*rig.clock };
    action.run(&rig.kim, input, None).await.unwrap();
}

async fn used(rig: &Rig) -> Usage {
    let month = Month::of(rig.now());
    let usage = Some((month, StageKind::Speech));
    let loaded = rig.blog.load(&Wanted { usage, ..Wanted::default() }).await.unwrap();
    loaded.usage.unwrap().0
}

async fn row(rig: &Rig, id: &StageId) -> Stage {
    let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
    rig.blog.load(&wanted).await.unwrap().stages.remove(0)
}

async fn let_go(rig: &Rig) -> usize {
    let action = LetHeldGo { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    let mut n_due = 0;
    // A hostile index may be a moment late: asking again ends in the present.
    for _ in 0..20 {
        n_due += action.run().await.unwrap();
    }
    n_due
}

async fn what_a_run_used_is_booked_once_whoever_else_tries(rig: Rig) {
    let post = published(&rig).await;
    let slow = claim(&rig, &speech(&post)).await;
    rig.clock.advance(LEASE);
    let twin = claim(&rig, &speech(&post)).await;
    assert!(finish(&rig, &twin, 7, made()).await);
    assert!(!finish(&rig, &slow, 5, made()).await && !finish(&rig, &twin, 7, made()).await);

    let now = used(&rig).await;
    let spent = Spent { units: 7, work_ms: 70, cost: Cost(7) };
    assert_eq!((now.runs, now.spent, now.reserved), (1, spent, 0));

    // What is skipped costs nothing; a failed try costs what it used.
    let edited = rig.update(&post.id, post.draft.revision, written("B")).await.unwrap();
    rig.publish(&edited).await.unwrap();
    let again = claim(&rig, &speech(&post)).await;
    assert!(finish(&rig, &again, 3, failed()).await);
    rig.clock.advance(Duration::from_secs(600));
    let again = claim(&rig, &speech(&post)).await;
    assert!(finish(&rig, &again, 0, Outcome::Unchanged).await);
    let now = used(&rig).await;
    assert_eq!((now.runs, now.spent.units), (2, 10));
}

async fn what_a_run_used_before_the_process_ended_is_booked_with_the_next(rig: Rig) {
    let post = published(&rig).await;
    limit(&rig, Some(100)).await;
    let broken_off = claim(&rig, &speech(&post)).await;
    assert_eq!(reserve(&rig, &broken_off, 60).await, Reservation::Granted);
    let spent = Spent { units: 40, work_ms: 9, cost: Cost(4) };
    let told = Stage { spent, ..broken_off.clone() };
    let report = ReportProgress { posts: &rig.blog, clock: &*rig.clock };
    assert!(report.run(&told, Done { done: 1, total: 2 }, None).await.unwrap());

    let release = ReleaseStages { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    let mut released = 0;
    while released == 0 {
        released = release.run().await.unwrap();
    }
    assert_eq!((used(&rig).await.spent.units, used(&rig).await.reserved), (0, 0));
    let next = claim(&rig, &speech(&post)).await;
    assert_eq!(next.spent, spent);
    // What it has spent counts, although it is not booked yet.
    let hold = Hold { units: 101, used: 0, limit: Some(100) };
    assert_eq!(reserve(&rig, &next, 61).await, Reservation::Held(hold));
    assert_eq!(reserve(&rig, &next, 20).await, Reservation::Granted);
    assert!(finish(&rig, &next, 20, made()).await);
    let now = used(&rig).await;
    assert_eq!((now.runs, now.spent.units, now.reserved), (1, 60, 0));
    assert_eq!(row(&rig, &speech(&post)).await.spent, Spent::default());
}

async fn of_many_that_ask_for_the_last_of_a_budget_those_are_granted_that_fit(rig: Rig) {
    limit(&rig, Some(100)).await;
    let mut claimed = vec![];
    for _ in 0..8 {
        claimed.push(claim(&rig, &speech(&published(&rig).await)).await);
    }
    let rig = Arc::new(rig);
    let mut asking = tokio::task::JoinSet::new();
    for stage in claimed {
        let rig = rig.clone();
        asking.spawn(async move {
            let answer = reserve(&rig, &stage, 30).await;
            if answer == Reservation::Granted {
                assert!(finish(&rig, &stage, 30, made()).await);
            }
            answer
        });
    }
    let answers = asking.join_all().await;
    let granted = answers.iter().filter(|answer| **answer == Reservation::Granted).count();
    assert_eq!(granted, 3, "{answers:?}");
    let now = used(&rig).await;
    assert_eq!((now.spent.units, now.reserved), (90, 0));
}

async fn what_was_reserved_is_given_back_whichever_way_a_run_ends(rig: Rig) {
    limit(&rig, Some(100)).await;
    let post = published(&rig).await;
    let id = speech(&post);
    let run = claim(&rig, &id).await;
    assert_eq!(reserve(&rig, &run, 80).await, Reservation::Granted);
    assert_eq!(used(&rig).await.reserved, 80);
    // Asked anew, it is the new amount, and not both.
    assert_eq!(reserve(&rig, &run, 90).await, Reservation::Granted);
    assert_eq!(used(&rig).await.reserved, 90);
    assert!(finish(&rig, &run, 0, failed()).await);
    assert_eq!(used(&rig).await.reserved, 0, "it failed");

    rig.clock.advance(Duration::from_secs(600));
    let run = claim(&rig, &id).await;
    assert_eq!(reserve(&rig, &run, 80).await, Reservation::Granted);
    rig.clock.advance(LEASE);
    let twin = claim(&rig, &id).await;
    assert_eq!(used(&rig).await.reserved, 0, "the lease was lost");
    assert_eq!(reserve(&rig, &run, 1).await, Reservation::Lost);

    assert_eq!(reserve(&rig, &twin, 80).await, Reservation::Granted);
    let edited = rig.update(&post.id, post.draft.revision, written("B")).await.unwrap();
    rig.publish(&edited).await.unwrap();
    assert_eq!(used(&rig).await.reserved, 0, "another revision was published");

    let run = claim(&rig, &id).await;
    assert_eq!(reserve(&rig, &run, 80).await, Reservation::Granted);
    rig.clock.advance(LEASE);
    let mut ended = rig.blog.end_stage(&id, rig.now()).await;
    while ended.is_err() {
        ended = rig.blog.end_stage(&id, rig.now()).await;
    }
    assert_eq!(used(&rig).await.reserved, 0, "the post was removed");
}

async fn what_exceeds_a_budget_is_held_until_it_is_confirmed_and_then_runs_once(rig: Rig) {
    limit(&rig, Some(10)).await;
    let (post, other) = (published(&rig).await, published(&rig).await);
    let id = speech(&post);
    let run = claim(&rig, &id).await;
    let Reservation::Held(hold) = reserve(&rig, &run, 11).await else { panic!("no room") };
    assert!(finish(&rig, &run, 0, Outcome::Held(hold)).await);
    assert_eq!(used(&rig).await.version, 0, "nothing was used");
    let events = rig.blog.events(&rig.kim, 0, 100).await.unwrap();
    let told = &events.last().unwrap().event.stages[0];
    assert_eq!((told.held, told.hold, told.due_at), (true, Some(hold), None));
    let first = PageRequest { first: 10, after: None };
    let mut listed = vec![];
    for _ in 0..100 {
        listed = rig.blog.held_stages(&rig.kim, &first).await.unwrap().items;
    }
    assert_eq!(listed.iter().map(|(_, id)| id).collect::<Vec<_>>(), [&id]);
    assert!(rig.blog.held_stages(&rig.lee, &first).await.unwrap().items.is_empty());
    assert_eq!(let_go(&rig).await, 0, "there is no room yet");

    let confirm = ConfirmStages { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    assert!(confirm.run(&rig.lee, std::slice::from_ref(&id), None).await.is_err());
    let both = [id.clone(), speech(&other)];
    let confirmed = confirm.run(&rig.kim, &both, None).await.unwrap();
    assert_eq!((confirmed[0].held, confirmed[0].confirmed), (false, Some(11)));
    assert!(confirm.run(&rig.kim, &both, None).await.is_err(), "nothing is held");

    let run = claim(&rig, &id).await;
    let more = Hold { units: 12, used: 0, limit: Some(10) };
    assert_eq!(reserve(&rig, &run, 12).await, Reservation::Held(more), "that was not in sight");
    assert_eq!(reserve(&rig, &run, 11).await, Reservation::Granted);
    // Others see what it takes.
    let run_of_other = claim(&rig, &speech(&other)).await;
    assert!(matches!(reserve(&rig, &run_of_other, 1).await, Reservation::Held(_)));
    assert!(finish(&rig, &run, 11, made()).await);
    assert_eq!(used(&rig).await.spent.units, 11);

    let edited = rig.update(&post.id, post.draft.revision, written("B")).await.unwrap();
    rig.publish(&edited).await.unwrap();
    let run = claim(&rig, &id).await;
    assert!(matches!(reserve(&rig, &run, 11).await, Reservation::Held(_)), "once");
}

async fn a_raised_budget_and_a_new_month_let_go_what_fits(rig: Rig) {
    limit(&rig, Some(10)).await;
    let posts = [published(&rig).await, published(&rig).await, published(&rig).await];
    for (post, units) in posts.iter().zip([8, 20, 6]) {
        let run = claim(&rig, &speech(post)).await;
        match reserve(&rig, &run, units).await {
            Reservation::Held(hold) => {
                assert!(finish(&rig, &run, 0, Outcome::Held(hold)).await);
            }
            granted => {
                assert_eq!(granted, Reservation::Granted);
                assert!(finish(&rig, &run, units, made()).await);
            }
        }
    }
    let held = async |post: &Post| row(&rig, &speech(post)).await.held;
    assert!(!held(&posts[0]).await && held(&posts[1]).await && held(&posts[2]).await);

    limit(&rig, Some(15)).await;
    assert_eq!(let_go(&rig).await, 1);
    assert!(held(&posts[1]).await && !held(&posts[2]).await);
    let run = claim(&rig, &speech(&posts[2])).await;
    assert_eq!(reserve(&rig, &run, 6).await, Reservation::Granted);
    assert!(finish(&rig, &run, 6, made()).await);

    rig.clock.advance(Duration::from_secs(31 * 24 * 3600));
    assert_eq!(let_go(&rig).await, 0, "a month of 15 has no room for 20");
    limit(&rig, None).await;
    // What is not published (any more) costs nothing.
    let post = rig.unpublish(&posts[1]).await.unwrap();
    assert_eq!(let_go(&rig).await, 0);
    rig.publish(&post).await.unwrap();
    let run = claim(&rig, &speech(&posts[1])).await;
    let hold = Hold { units: 20, used: 0, limit: Some(15) };
    assert!(finish(&rig, &run, 0, Outcome::Held(hold)).await);
    assert_eq!(let_go(&rig).await, 1, "there is no limit any more");
    assert_eq!(row(&rig, &speech(&posts[1])).await.status, StageStatus::Pending);
}

async fn a_run_is_booked_in_the_month_in_which_it_ends(rig: Rig) {
    limit(&rig, Some(100)).await;
    let post = published(&rig).await;
    let run = claim(&rig, &speech(&post)).await;
    assert_eq!(reserve(&rig, &run, 40).await, Reservation::Granted);
    rig.clock.advance(Duration::from_secs(31 * 24 * 3600));
    assert!(finish(&rig, &run, 40, made()).await);
    let both = rig.blog.usage(12).await.unwrap();
    let told: Vec<_> =
        both.iter().map(|u| (u.month.to_string(), u.spent.units, u.reserved)).collect();
    assert_eq!(told, [("2026-12".to_owned(), 40, 0), ("2026-11".to_owned(), 0, 0)]);
    assert_eq!(rig.blog.usage(1).await.unwrap().len(), 1);
}
