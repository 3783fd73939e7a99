//! The epoch of the logs, and a clock that jumps.

use std::time::Duration;

use domain::actions::ClaimStage;
use domain::ports::Posts;
use domain::stage::{StageId, StageKind, Subject};
use store::Blog;

use crate::rig::{Rig, written};

#[tokio::test]
async fn a_renewed_epoch_keeps_the_numbers_and_no_place_of_before() {
    let rig = Rig::kind().await;
    let post = rig.create(written("Post")).await;
    rig.publish(&post).await.unwrap();
    let before = rig.blog.head(&rig.kim).await.unwrap();

    rig.blog.renew_epochs(&*rig.place.table, "epoch-2").await.unwrap();
    let blog = Blog::open(rig.table.clone(), rig.clock.clone(), "unused").await.unwrap();
    let after = blog.head(&rig.kim).await.unwrap();
    assert_eq!((after.seq, &after.tag), (before.seq, &before.tag));
    assert_eq!(after.epoch, "epoch-2");
    let untouched = blog.head(&rig.lee).await.unwrap();
    assert_eq!((untouched.seq, untouched.epoch.as_str()), (0, "epoch-2"));
    rig.update(&post.id, post.draft.revision, written("Changed")).await.unwrap();
}

#[tokio::test]
async fn after_a_clock_jumped_back_an_hour_work_goes_on_and_nothing_is_lost() {
    let rig = Rig::kind().await;
    let early = rig.create(written("Before")).await;
    let early = rig.publish(&early).await.unwrap();
    let back = rig.now().minus(Duration::from_secs(3600));
    rig.clock.set(back);

    let id = StageId { subject: Subject::Post(early.id.clone()), kind: StageKind::Speech };
    let due = rig.blog.due(StageKind::Speech, back, 10).await.unwrap();
    assert_eq!(due, std::slice::from_ref(&id));
    let claim = ClaimStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    assert!(claim.run(&id).await.unwrap().is_some());

    let late = rig.create(written("After")).await;
    rig.publish(&late).await.unwrap();
    let page = store::PageRequest { first: 10, after: None };
    assert_eq!(rig.blog.feed(&page).await.unwrap().items.len(), 2);
    let events = rig.blog.events(&rig.kim, 0, 100).await.unwrap();
    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
}
