//! What would be paid for waits for its author.

use domain::actions::{ConfirmStages, LetHeldGo};
use domain::ports::Posts;
use domain::stage::{Failure, Outcome, StageKind, StageStatus};
use store::{PageRequest, Survey};

use crate::home::{Home, of_post};

const POSTS: usize = 120;

#[tokio::test]
async fn an_import_of_many_posts_sets_nothing_off_that_is_paid_for() {
    let folder = tempfile::tempdir().unwrap();
    let source = Home::empty(1);
    for n in 0..POSTS {
        source.publish(&format!("Post {n:03}")).await;
    }
    source.export(folder.path()).await.unwrap();
    let there = Home::empty(2);
    let arrived = there.import(folder.path()).await.unwrap();
    assert_eq!(arrived.search, POSTS);
    let kinds: Vec<StageKind> = arrived.held.keys().copied().collect();
    assert_eq!(kinds, [StageKind::Speech, StageKind::Summary]);
    assert!(arrived.held.values().all(|(n_stages, units)| *n_stages == POSTS && *units > 1_000));

    let blog = there.blog().await;
    let mut units = 0;
    for stage in Survey::of(&*there.table).await.unwrap().stages {
        match stage.id.kind {
            StageKind::Search => assert!(stage.due_at.is_some() && !stage.held),
            kind => {
                let hold = stage.hold.unwrap();
                assert_eq!((stage.held, stage.due_at, hold.limit), (true, None, None));
                units += if kind == StageKind::Speech { hold.units } else { 0 };
            }
        }
    }
    assert_eq!(arrived.held[&StageKind::Speech].1, units);
    // No budget stands against it, and yet nothing goes on by itself.
    let let_go = LetHeldGo { posts: &blog, clock: &*there.clock, ids: &*there.ids };
    assert_eq!(let_go.run().await.unwrap(), 0);
    assert_eq!(blog.count_held().await.unwrap()[&StageKind::Summary] as usize, POSTS);
}

#[tokio::test]
async fn an_author_lets_a_stage_go_on_that_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let source = Home::empty(1);
    let post = source.publish("Post").await;
    source.export(folder.path()).await.unwrap();
    let there = Home::empty(2);
    there.import(folder.path()).await.unwrap();
    let blog = there.blog().await;
    let page = PageRequest { first: 10, after: None };
    let speech = of_post(&post.id, StageKind::Speech);
    let held = blog.held_stages(&there.kim, &page).await.unwrap().items;
    assert!(held.iter().any(|(_, id)| *id == speech));
    let confirm = ConfirmStages { posts: &blog, clock: &*there.clock, ids: &*there.ids };
    confirm.run(&there.kim, std::slice::from_ref(&speech), None).await.unwrap();
    let due = blog.due(StageKind::Speech, domain::Timestamp(i64::MAX / 2), 10).await.unwrap();
    assert_eq!(due, std::slice::from_ref(&speech));
    // A sentence, and the words of the heading.
    let confirmed = there.stage(&speech).await.confirmed.unwrap();
    assert_eq!(confirmed, "Post".len() as u64 + 17 + 13);
}

#[tokio::test]
async fn what_failed_for_want_of_a_voice_is_not_tried_by_itself_where_a_voice_is_paid() {
    let folder = tempfile::tempdir().unwrap();
    let source = Home::empty(1);
    let post = source.publish("Post").await;
    let speech = of_post(&post.id, StageKind::Speech);
    let failure = Failure { code: "NOT_INSTALLED".into(), message: "no voice".into() };
    source.finish(&speech, Outcome::Missing(failure)).await;
    assert_eq!(source.stage(&speech).await.status, StageStatus::Failed);
    source.export(folder.path()).await.unwrap();
    let there = Home::empty(2);
    there.import(folder.path()).await.unwrap();
    let arrived = there.stage(&speech).await;
    assert_eq!((arrived.status, arrived.held), (StageStatus::Pending, true));
}
