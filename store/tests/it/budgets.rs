//! Table calls of each operation, as the design allows them.

use domain::actions::{ClaimStage, FinishStage};
use domain::stage::{Outcome, StageId, StageKind, Subject};
use store::PageRequest;

use crate::rig::{Rig, written};

#[tokio::test]
async fn saving_and_publishing_cost_one_batch_and_one_transaction() {
    let rig = Rig::kind().await;
    let post = rig.create(written("Post")).await;

    let (post, calls) = rig.calls(rig.update(&post.id, post.draft.revision, written("B"))).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "update: {calls:?}");
    let (post, calls) = rig.calls(rig.publish(&post.unwrap())).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "publish: {calls:?}");
    let (_, calls) = rig.calls(rig.unpublish(&post.unwrap())).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "unpublish: {calls:?}");
}

#[tokio::test]
async fn finishing_a_stage_costs_one_batch_and_one_transaction() {
    let rig = Rig::kind().await;
    let post = rig.create(written("Post")).await;
    let post = rig.publish(&post).await.unwrap();
    let id = StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Summary };

    let claim = ClaimStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    let (claimed, calls) = rig.calls(claim.run(&id)).await;
    let claimed = claimed.unwrap().unwrap();
    // The first read tells whose log it is.
    assert_eq!((calls.reads(), calls.calls()), (2, 3), "claim: {calls:?}");
    let finish = FinishStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    let (_, calls) = rig.calls(finish.run(&claimed, Outcome::Unchanged, None)).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "finish: {calls:?}");
}

#[tokio::test]
async fn reserving_costs_one_batch_and_one_transaction_and_without_a_limit_the_batch_alone() {
    use domain::actions::{BudgetsInput, ReserveBudget, SetBudgets};
    use domain::usage::Spent;

    let rig = Rig::kind().await;
    let post = rig.create(written("Post")).await;
    let post = rig.publish(&post).await.unwrap();
    let id = StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Summary };
    let claim = ClaimStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    let claimed = claim.run(&id).await.unwrap().unwrap();
    let reserve = ReserveBudget { posts: &rig.blog, clock: &*rig.clock };
    let (_, calls) = rig.calls(reserve.run(&claimed, 5)).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 1), "no limit: {calls:?}");

    let set = SetBudgets { posts: &rig.blog, clock: &*rig.clock };
    let input = BudgetsInput { summary_tokens: Some(9), ..BudgetsInput::default() };
    let (_, calls) = rig.calls(set.run(&rig.kim, input, None)).await;
    assert_eq!((calls.reads(), calls.calls()), (0, 1), "budgets: {calls:?}");
    let (_, calls) = rig.calls(reserve.run(&claimed, 5)).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "limit: {calls:?}");
    let claimed = domain::stage::Stage { spent: Spent { units: 5, ..Spent::default() }, ..claimed };
    let finish = FinishStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    let (_, calls) = rig.calls(finish.run(&claimed, Outcome::Unchanged, None)).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "finish: {calls:?}");
    let (used, calls) = rig.calls(rig.blog.usage(12)).await;
    assert_eq!((used.unwrap().len(), calls.calls()), (1, 1), "usage: {calls:?}");
}

#[tokio::test]
async fn a_page_of_a_list_costs_one_query_and_the_board_one() {
    let rig = Rig::kind().await;
    for n in 0..3 {
        let post = rig.create(written(&format!("Post {n}"))).await;
        rig.publish(&post).await.unwrap();
    }
    let request = PageRequest { first: 2, after: None };
    let (_, calls) = rig.calls(rig.blog.feed(&request)).await;
    assert_eq!(calls.calls(), 1, "feed: {calls:?}");
    let (_, calls) = rig.calls(rig.blog.own_posts(&rig.kim, &request)).await;
    assert_eq!(calls.calls(), 1, "own posts: {calls:?}");
    let (_, calls) = rig.calls(rig.blog.board(&rig.kim)).await;
    assert_eq!(calls.calls(), 1, "board: {calls:?}");
    let (_, calls) = rig.calls(rig.blog.popular_tags(8)).await;
    assert_eq!(calls.calls(), 1, "tags: {calls:?}");
}

#[tokio::test]
async fn deleting_restoring_and_bringing_a_revision_back_cost_one_batch_and_one_transaction() {
    use domain::actions::{DeletePost, RestorePost, RestoreRevision};
    use domain::post::Revision;

    let rig = Rig::kind().await;
    let post = rig.create(written("Post")).await;
    let post = rig.publish(&post).await.unwrap();
    let (blog, clock, ids) = (&rig.blog, &*rig.clock, &rig.ids);
    let (kim, id, revision) = (&rig.kim, &post.id, post.draft.revision);

    let delete = DeletePost { posts: blog, clock, ids };
    let (_, calls) = rig.calls(delete.run(kim, id, revision, None)).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "delete: {calls:?}");
    let restore = RestorePost { posts: blog, clock, ids };
    let (_, calls) = rig.calls(restore.run(kim, id, revision, None)).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "restore: {calls:?}");
    let revise = RestoreRevision { posts: blog, clock };
    let (_, calls) = rig.calls(revise.run(kim, id, Revision(1), revision, None)).await;
    assert_eq!((calls.reads(), calls.calls()), (1, 2), "revision: {calls:?}");
    let request = PageRequest { first: 20, after: None };
    let (_, calls) = rig.calls(rig.blog.revisions(id, &request)).await;
    assert_eq!(calls.calls(), 1, "revisions: {calls:?}");
    let (_, calls) = rig.calls(rig.blog.deleted_posts(kim, &request)).await;
    assert_eq!(calls.calls(), 1, "deleted posts: {calls:?}");
}
