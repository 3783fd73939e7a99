//! Deleting, restoring, bringing revisions back; and what leads where afterwards.

use std::sync::Arc;
use std::time::Duration;

use domain::actions::{
    ActionError, ClaimStage, DeletePost, FinishStage, IdempotencyKey, PostInput, PublishPost,
    Refusal, RestorePost, RestoreRevision,
};
use domain::event::EventKind;
use domain::ports::{Change, Posts, Step, Wanted};
use domain::post::{
    Category, ContentHash, FORMER_SLUGS, NEW_USES, Post, PostStatus, RESTORABLE_FOR, REVISIONS,
    Revision, TAGS,
};
use domain::stage::{Made, Outcome, Stage, StageId, StageKind, StageResult, StageStatus, Subject};
use domain::{PostId, Slug};
use store::keys;
use store::table::{Change as Field, Condition, TableError, Write};
use store::{Entity, EntityKey, PageRequest};

use crate::rig::{Rig, written};

crate::on_every_table!(
    a_deleted_post_leaves_every_list_and_stands_among_its_authors_deleted_ones,
    a_deleted_post_can_be_restored_and_nothing_else,
    a_restored_post_comes_back_where_it_was,
    a_draft_that_was_deleted_comes_back_as_a_draft,
    deleting_and_restoring_twice_is_as_once,
    a_purge_is_claimed_after_seven_days_and_never_before,
    of_a_restore_and_a_purge_exactly_one_happens,
    a_post_whose_removal_has_begun_is_as_absent,
    a_stage_of_a_deleted_post_goes_on_and_is_shown_when_the_post_comes_back,
    a_purge_is_in_no_event_and_on_no_board,
    a_former_slug_leads_to_the_post_and_is_given_to_no_other,
    the_last_fifty_revisions_are_kept_with_their_titles,
    an_older_revision_comes_back_as_the_working_copy_and_publishes_nothing,
    a_revision_of_before_titles_were_kept_brings_its_body_back,
);

fn all() -> PageRequest {
    PageRequest { first: 50, after: None }
}

impl Rig {
    async fn delete(&self, post: &Post) -> Result<Post, ActionError> {
        let action = DeletePost { posts: &self.blog, clock: &*self.clock, ids: &self.ids };
        action.run(&self.kim, &post.id, post.draft.revision, None).await
    }

    async fn restore(&self, post: &Post) -> Result<Post, ActionError> {
        let action = RestorePost { posts: &self.blog, clock: &*self.clock, ids: &self.ids };
        action.run(&self.kim, &post.id, post.draft.revision, None).await
    }

    async fn bring_back(&self, post: &Post, revision: u32) -> Result<Post, ActionError> {
        let action = RestoreRevision { posts: &self.blog, clock: &*self.clock };
        let expected = post.draft.revision;
        action.run(&self.kim, &post.id, Revision(revision), expected, None).await
    }

    async fn claim(&self, id: &StageId) -> Option<Stage> {
        let action = ClaimStage { posts: &self.blog, clock: &*self.clock, ids: &self.ids };
        action.run(id).await.unwrap()
    }

    async fn published(&self, title: &str) -> Post {
        let post = self.create(written(title)).await;
        self.publish(&post).await.unwrap()
    }

    async fn post(&self, id: &PostId) -> Post {
        let wanted = Wanted { post: Some(id.clone()), ..Wanted::default() };
        self.blog.load(&wanted).await.unwrap().post.unwrap()
    }

    /// Rows of lists that others read, of the author's own list, and of the deleted ones.
    async fn listed(&self) -> ([usize; 3], usize, usize) {
        let feed = self.blog.feed(&all()).await.unwrap().items.len();
        let author = self.blog.posts_of(&self.kim, &all()).await.unwrap().items.len();
        let tag = self.blog.posts_with("rust", &all()).await.unwrap().items.len();
        let own = self.blog.own_posts(&self.kim, &all()).await.unwrap().items.len();
        let deleted = self.blog.deleted_posts(&self.kim, &all()).await.unwrap().items.len();
        ([feed, author, tag], own, deleted)
    }

    async fn kinds_of_events(&self) -> Vec<EventKind> {
        let events = self.blog.events(&self.kim, 0, 100).await.unwrap();
        events.into_iter().map(|event| event.event.kind).collect()
    }

    /// Writes past the actions; a hostile table makes up conflicts.
    async fn write(&self, write: Write) {
        while let Err(error) = self.table.write(write.clone()).await {
            assert!(matches!(error, TableError::Conflict), "{error:?}");
        }
    }
}

fn stage(post: &Post, kind: StageKind) -> StageId {
    StageId { subject: Subject::Post(post.id.clone()), kind }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ActionError>) -> Refusal {
    match result.unwrap_err() {
        ActionError::Refused(refusal) => refusal,
        ActionError::Port(error) => panic!("a fault: {error:?}"),
    }
}

async fn a_deleted_post_leaves_every_list_and_stands_among_its_authors_deleted_ones(rig: Rig) {
    let kept = rig.published("Kept").await;
    let post = rig.published("Gone").await;
    assert_eq!(rig.listed().await, ([2, 2, 2], 2, 0));

    let deleted = rig.delete(&post).await.unwrap();
    assert_eq!(deleted.deleted_at, Some(rig.now()));
    assert!(!deleted.visible_to(None) && !deleted.visible_to(Some(&rig.lee)));
    assert!(deleted.visible_to(Some(&rig.kim)));
    assert_eq!(rig.listed().await, ([1, 1, 1], 1, 1));
    let feed = rig.blog.feed(&all()).await.unwrap();
    assert_eq!(feed.items[0].1.id, kept.id);
    assert_eq!(rig.kinds_of_events().await.last(), Some(&EventKind::PostDeleted));

    let wanted = Wanted { stages: vec![stage(&post, StageKind::Search)], ..Wanted::default() };
    let search = rig.blog.load(&wanted).await.unwrap().stages.remove(0);
    assert_eq!((search.status, search.run), (StageStatus::Pending, 2), "its entry is to go");
}

async fn a_deleted_post_can_be_restored_and_nothing_else(rig: Rig) {
    let post = rig.published("Gone").await;
    let deleted = rig.delete(&post).await.unwrap();
    let is_deleted = |refusal| matches!(refusal, Refusal::Deleted { .. });

    let edit = rig.update(&post.id, post.draft.revision, written("Edited")).await;
    assert!(is_deleted(refusal(edit)));
    assert!(is_deleted(refusal(rig.publish(&deleted).await)));
    assert!(is_deleted(refusal(rig.unpublish(&deleted).await)));
    assert!(is_deleted(refusal(rig.bring_back(&deleted, 1).await)));
    assert_eq!(rig.post(&post.id).await, deleted, "nothing changed");

    let restored = rig.restore(&deleted).await.unwrap();
    rig.update(&restored.id, restored.draft.revision, written("Edited")).await.unwrap();
}

async fn a_restored_post_comes_back_where_it_was(rig: Rig) {
    let first = rig.published("First").await;
    rig.clock.advance(Duration::from_secs(60));
    rig.published("Second").await;
    let deleted = rig.delete(&first).await.unwrap();
    rig.clock.advance(Duration::from_secs(3600));

    let restored = rig.restore(&deleted).await.unwrap();
    assert_eq!((restored.status, restored.deleted_at), (PostStatus::Published, None));
    assert_eq!(rig.listed().await, ([2, 2, 2], 2, 0));
    let feed = rig.blog.feed(&all()).await.unwrap();
    let titles: Vec<_> = feed
        .items
        .iter()
        .map(|(_, post)| post.published.as_ref().unwrap().title.as_str())
        .collect();
    assert_eq!(titles, ["Second", "First"]);
    assert_eq!(rig.kinds_of_events().await.last(), Some(&EventKind::PostRestored));
    assert_eq!(rig.blog.board(&rig.kim).await.unwrap().len(), 6, "with its stages");

    // The removal is cancelled for good.
    rig.clock.advance(2 * RESTORABLE_FOR);
    assert_eq!(rig.claim(&stage(&first, StageKind::Purge)).await, None);
    // And can be ordered again.
    rig.delete(&restored).await.unwrap();
    rig.clock.advance(RESTORABLE_FOR);
    assert!(rig.claim(&stage(&first, StageKind::Purge)).await.is_some());
}

async fn a_draft_that_was_deleted_comes_back_as_a_draft(rig: Rig) {
    let draft = rig.create(written("Draft")).await;
    let deleted = rig.delete(&draft).await.unwrap();
    assert_eq!(rig.listed().await, ([0; 3], 0, 1));
    let restored = rig.restore(&deleted).await.unwrap();
    assert_eq!(restored.status, PostStatus::Draft);
    assert_eq!(rig.listed().await, ([0; 3], 1, 0));
    let wanted = Wanted { stages: vec![stage(&draft, StageKind::Search)], ..Wanted::default() };
    assert!(rig.blog.load(&wanted).await.unwrap().stages.is_empty(), "there was no entry to go");
}

async fn deleting_and_restoring_twice_is_as_once(rig: Rig) {
    let post = rig.published("Once").await;
    let deleted = rig.delete(&post).await.unwrap();
    rig.clock.advance(Duration::from_secs(60));
    assert_eq!(rig.delete(&deleted).await.unwrap(), deleted, "removed no later");
    let restored = rig.restore(&deleted).await.unwrap();
    assert_eq!(rig.restore(&restored).await.unwrap(), restored);
    let stale = Post { draft: domain::post::Draft { revision: Revision(9), ..post.draft }, ..post };
    assert!(matches!(refusal(rig.delete(&stale).await), Refusal::Stale { .. }));
    let stranger = Rig { kim: rig.lee.clone(), ..rig };
    assert_eq!(refusal(stranger.delete(&restored).await), Refusal::NotFound);
    assert_eq!(refusal(stranger.restore(&restored).await), Refusal::NotFound);
}

async fn a_purge_is_claimed_after_seven_days_and_never_before(rig: Rig) {
    let post = rig.published("Gone").await;
    rig.delete(&post).await.unwrap();
    let purge = stage(&post, StageKind::Purge);
    assert!(rig.blog.due(StageKind::Purge, rig.now(), 10).await.unwrap().is_empty());
    assert_eq!(rig.claim(&purge).await, None);
    rig.clock.advance(RESTORABLE_FOR - Duration::from_millis(1));
    assert!(rig.blog.due(StageKind::Purge, rig.now(), 10).await.unwrap().is_empty());
    assert_eq!(rig.claim(&purge).await, None);

    rig.clock.advance(Duration::from_millis(1));
    let mut found = vec![];
    // An index may be a moment late.
    for _ in 0..100 {
        found = rig.blog.due(StageKind::Purge, rig.now(), 10).await.unwrap();
        if !found.is_empty() {
            break;
        }
    }
    assert_eq!(found, std::slice::from_ref(&purge));
    assert!(rig.claim(&purge).await.is_some());
}

async fn of_a_restore_and_a_purge_exactly_one_happens(rig: Rig) {
    let rig = Arc::new(rig);
    for _ in 0..5 {
        let post = rig.published("Either").await;
        let deleted = rig.delete(&post).await.unwrap();
        rig.clock.advance(RESTORABLE_FOR);
        let (one, other) = (rig.clone(), rig.clone());
        let purge = stage(&post, StageKind::Purge);
        let claim = tokio::spawn(async move { one.claim(&purge).await.is_some() });
        let restore = tokio::spawn(async move { other.restore(&deleted).await.is_ok() });
        let (claimed, restored) = (claim.await.unwrap(), restore.await.unwrap());
        assert_ne!(claimed, restored);
        assert_eq!(rig.post(&post.id).await.purging, claimed);
    }
}

async fn a_post_whose_removal_has_begun_is_as_absent(rig: Rig) {
    let post = rig.published("Gone").await;
    let deleted = rig.delete(&post).await.unwrap();
    rig.clock.advance(RESTORABLE_FOR);
    rig.claim(&stage(&post, StageKind::Purge)).await.unwrap();

    assert_eq!(rig.listed().await, ([0; 3], 0, 0));
    assert_eq!(refusal(rig.restore(&deleted).await), Refusal::NotFound);
    assert_eq!(refusal(rig.publish(&deleted).await), Refusal::NotFound);
    assert!(!rig.post(&post.id).await.visible_to(Some(&rig.kim)));
    // Also when the clock goes back a day: it stays begun, and is claimed again once its lease is over.
    rig.clock.advance(domain::stage::LEASE);
    assert!(rig.claim(&stage(&post, StageKind::Purge)).await.is_some());
}

async fn a_stage_of_a_deleted_post_goes_on_and_is_shown_when_the_post_comes_back(rig: Rig) {
    let post = rig.published("Gone").await;
    let running = rig.claim(&stage(&post, StageKind::Speech)).await.unwrap();
    let deleted = rig.delete(&post).await.unwrap();
    assert!(rig.blog.board(&rig.kim).await.unwrap().is_empty());

    let made = Made {
        content: ContentHash::of("x"),
        input: "x".into(),
        result: StageResult::Search { findable: false },
    };
    let finish = FinishStage { posts: &rig.blog, clock: &*rig.clock, ids: &rig.ids };
    let outcome = || Outcome::Made(made.clone());
    assert!(finish.run(&running, outcome(), None).await.unwrap(), "runs to its end, unseen");
    let search = rig.claim(&stage(&post, StageKind::Search)).await.unwrap();
    assert!(finish.run(&search, outcome(), None).await.unwrap());
    assert!(rig.blog.board(&rig.kim).await.unwrap().is_empty());

    rig.restore(&deleted).await.unwrap();
    let board = rig.blog.board(&rig.kim).await.unwrap();
    let status = |kind| board.iter().find(|facts| facts.id.kind == kind).unwrap().status;
    assert_eq!(status(StageKind::Speech), StageStatus::Ready);
    assert_eq!(status(StageKind::Search), StageStatus::Pending);
    assert_eq!(board.len(), 3);
}

async fn a_purge_is_in_no_event_and_on_no_board(rig: Rig) {
    let post = rig.published("Gone").await;
    let deleted = rig.delete(&post).await.unwrap();
    let restored = rig.restore(&deleted).await.unwrap();
    rig.delete(&restored).await.unwrap();
    rig.clock.advance(RESTORABLE_FOR);
    let seq = rig.blog.head(&rig.kim).await.unwrap().seq;
    assert_eq!(seq, 4);
    rig.claim(&stage(&post, StageKind::Purge)).await.unwrap();

    assert_eq!(rig.blog.head(&rig.kim).await.unwrap().seq, seq, "a claim is no event");
    let events = rig.blog.events(&rig.kim, 0, 100).await.unwrap();
    let told = events.iter().flat_map(|event| &event.event.stages);
    assert!(told.into_iter().all(|facts| !facts.id.kind.internal()));
    assert!(rig.blog.board(&rig.kim).await.unwrap().is_empty());
}

async fn a_former_slug_leads_to_the_post_and_is_given_to_no_other(rig: Rig) {
    let slug = |slug: &str| PostInput { slug: Some(slug.into()), ..PostInput::default() };
    let parsed = |slug: &str| Slug::parse(slug).unwrap();
    let post = rig.published("One").await;
    let post = rig.update(&post.id, post.draft.revision, slug("two")).await.unwrap();
    assert_eq!(moved(&rig, "two").await, Some(parsed("one")));
    let post = rig.publish(&post).await.unwrap();
    assert_eq!(post.former_slugs, [parsed("one")]);
    assert_eq!(moved(&rig, "one").await, Some(parsed("two")));
    assert_eq!(moved(&rig, "two").await, None);

    let taken = rig.try_create(slug("one"), None).await;
    assert!(matches!(refusal(taken), Refusal::SlugTaken(_)));
    // Wished back and given up again: it still leads on.
    let post = rig.update(&post.id, post.draft.revision, slug("one")).await.unwrap();
    let post = rig.update(&post.id, post.draft.revision, slug("three")).await.unwrap();
    assert_eq!(moved(&rig, "one").await, Some(parsed("two")));
    let post = rig.update(&post.id, post.draft.revision, slug("one")).await.unwrap();
    let post = rig.publish(&post).await.unwrap();
    assert_eq!(post.former_slugs, [parsed("two")]);
    assert_eq!(moved(&rig, "two").await, Some(parsed("one")));

    rig.unpublish(&post).await.unwrap();
    assert_eq!(moved(&rig, "two").await, None, "nothing is told of it");
}

/// Where guests are led from an address that is not the present one of the post.
async fn moved(rig: &Rig, slug: &str) -> Option<Slug> {
    let slug = EntityKey::Slug(Slug::parse(slug).unwrap());
    let found = rig.blog.entities(std::slice::from_ref(&slug)).await.unwrap();
    let Some(Entity::SlugTarget(target)) = found.get(&slug) else { return None };
    let post = EntityKey::Post(target.post.clone());
    let found = rig.blog.entities(std::slice::from_ref(&post)).await.unwrap();
    let Some(Entity::Post(post)) = found.get(&post) else { return None };
    let present = post.live().filter(|_| post.visible_to(None))?.slug.clone();
    (EntityKey::Slug(present.clone()) != slug).then_some(present)
}

async fn revisions(rig: &Rig, post: &Post) -> Vec<(u32, Option<String>)> {
    let page = rig.blog.revisions(&post.id, &PageRequest { first: 100, after: None }).await;
    let row = |row: store::RevisionRow| (row.revision.0, row.facts.map(|facts| facts.title));
    page.unwrap().items.into_iter().map(|(_, r)| row(r)).collect()
}

async fn the_last_fifty_revisions_are_kept_with_their_titles(rig: Rig) {
    let mut post = rig.published("Title 1").await;
    for n in 2..=REVISIONS + 2 {
        let input = written(&format!("Title {n}"));
        post = rig.update(&post.id, post.draft.revision, input).await.unwrap();
        post = rig.publish(&post).await.unwrap();
    }
    let kept = revisions(&rig, &post).await;
    assert_eq!(kept.len(), REVISIONS);
    assert_eq!(kept[0], (52, Some("Title 52".into())));
    assert_eq!(kept[49], (3, Some("Title 3".into())));
    assert_eq!(rig.blog.published_body(&post.id, Revision(2)).await.unwrap(), None);
    assert!(matches!(refusal(rig.bring_back(&post, 2).await), Refusal::NotFound));
    let page = rig.blog.revisions(&post.id, &PageRequest { first: 30, after: None }).await.unwrap();
    assert!(page.has_next);
    let after = page.items.last().map(|(position, _)| position.clone());
    let rest = rig.blog.revisions(&post.id, &PageRequest { first: 30, after }).await.unwrap();
    assert_eq!((rest.items.len(), rest.has_next), (20, false));
}

async fn an_older_revision_comes_back_as_the_working_copy_and_publishes_nothing(rig: Rig) {
    let post = rig.published("Before").await;
    let other = PostInput { tags: Some(vec!["other".into()]), ..written("After") };
    let post = rig.update(&post.id, post.draft.revision, other).await.unwrap();
    let post = rig.publish(&post).await.unwrap();

    let back = rig.bring_back(&post, 1).await.unwrap();
    assert_eq!((back.draft.revision, back.draft.title.as_str()), (Revision(3), "Before"));
    assert_eq!(back.draft.tags.len(), 2);
    assert_eq!(back.published.as_ref().unwrap().title, "After");
    let wanted = Wanted { post: Some(post.id.clone()), body: true, ..Wanted::default() };
    let body = rig.blog.load(&wanted).await.unwrap().body.unwrap();
    assert!(body.starts_with("# Before"), "{body}");
    assert_eq!(back.draft.content, ContentHash::of(&body));
    assert!(matches!(refusal(rig.bring_back(&post, 1).await), Refusal::Stale { .. }));
    assert!(matches!(refusal(rig.bring_back(&back, 7).await), Refusal::NotFound));
}

async fn a_revision_of_before_titles_were_kept_brings_its_body_back(rig: Rig) {
    let post = rig.published("Before").await;
    let fields = vec![Field::Remove("doc")];
    let old = keys::revision(&post.id, Revision(1));
    rig.write(Write::Update(old, fields, Condition::Present)).await;
    let post = rig.update(&post.id, post.draft.revision, written("After")).await.unwrap();
    let post = rig.publish(&post).await.unwrap();

    assert_eq!(revisions(&rig, &post).await, [(2, Some("After".into())), (1, None)]);
    let back = rig.bring_back(&post, 1).await.unwrap();
    assert_eq!(back.draft.title, "After", "the title that nobody kept stays as it is");
    let wanted = Wanted { post: Some(post.id.clone()), body: true, ..Wanted::default() };
    assert!(rig.blog.load(&wanted).await.unwrap().body.unwrap().starts_with("# Before"));
}

mod uses {
    use domain::asset::Asset;

    use super::*;

    async fn row(rig: &Rig, asset: &Asset) -> Asset {
        let wanted = Wanted { assets: vec![asset.id.clone()], ..Wanted::default() };
        rig.blog.load(&wanted).await.unwrap().assets.remove(0)
    }

    #[tokio::test]
    async fn a_working_copy_takes_up_the_images_of_other_posts_that_it_names() {
        let rig = Rig::kind().await;
        let (first, second) = (rig.create(written("One")).await, rig.create(written("Two")).await);
        let asset = rig.upload(&first.id).await;
        let shows = PostInput {
            markdown: Some(format!("![a](asset:{})", asset.id)),
            ..PostInput::default()
        };
        let saved = rig.update(&second.id, second.draft.revision, shows.clone()).await.unwrap();
        assert_eq!(saved.uses, std::slice::from_ref(&asset.id));
        let (now, users) = rig.blog.users_of(&asset.id).await.unwrap().unwrap();
        assert_eq!((users, now.version), (vec![second.id.clone()], asset.version + 1));
        // Named again it is known; its own post knows it anyhow.
        let saved = rig.update(&second.id, saved.draft.revision, shows.clone()).await.unwrap();
        assert_eq!(saved.uses.len(), 1);
        let first = rig.post(&first.id).await;
        let own = rig.update(&first.id, first.draft.revision, shows.clone()).await.unwrap();
        assert!(own.uses.is_empty());
        assert_eq!(row(&rig, &asset).await.version, asset.version + 1);

        let third = rig.create(shows).await;
        assert_eq!(third.uses, [asset.id]);
    }

    #[tokio::test]
    async fn an_image_of_another_author_is_not_taken_up() {
        let rig = Rig::kind().await;
        let post = rig.create(written("One")).await;
        let asset = rig.upload(&post.id).await;
        let stranger = Rig { kim: rig.lee.clone(), ..rig };
        let shows = PostInput {
            markdown: Some(format!("![a](asset:{})", asset.id)),
            ..PostInput::default()
        };
        assert!(stranger.create(shows).await.uses.is_empty());
        assert!(stranger.blog.users_of(&asset.id).await.unwrap().unwrap().1.is_empty());
    }

    /// A published post with all that makes its next publication long: twelve tags, fifty revisions,
    /// twenty former slugs; and its working copy, in which all of it is another, with so many images
    /// of another post.
    async fn all_changed(rig: &Rig, images: usize) -> Post {
        let tags = |kind: &str| Some((0..TAGS).map(|n| format!("{kind}{n}")).collect());
        let owner = rig.create(written("Owner")).await;
        let mut shows = String::from("Pictures.");
        for _ in 0..images {
            let image = rig.upload(&owner.id).await;
            shows.push_str(&format!(" ![a](asset:{})", image.id));
        }
        let post = rig.create(PostInput { tags: tags("a"), ..written("Long") }).await;
        let before = rig.publish(&post).await.unwrap();
        let mut after = Post { version: before.version + 1, ..before.clone() };
        let former = |n| Slug::parse(&format!("former-{n}")).unwrap();
        after.former_slugs = (0..FORMER_SLUGS).map(former).collect();
        after.draft.revision = Revision(REVISIONS as u32 + 9);
        after.published.as_mut().unwrap().revision = Revision(REVISIONS as u32);
        after.revisions = (1..=REVISIONS as u32).map(Revision).collect();
        let step = Step { before: Some(before), after: after.clone() };
        rig.blog.apply(Change { post: Some(step), ..Change::default() }).await.unwrap();
        let changed = PostInput {
            tags: tags("b"),
            category: Some(Category::Learning),
            slug: Some("another".into()),
            markdown: Some(shows),
            ..written("Changed")
        };
        rig.update(&after.id, after.draft.revision, changed).await.unwrap()
    }

    #[tokio::test]
    async fn a_publication_that_changes_everything_is_one_transaction_or_says_what_is_too_much() {
        let key = || Some(IdempotencyKey { key: "k".into(), request: "r".into() });
        let publish = async |rig: &Rig, post: &Post| {
            let (clock, ids) = (&*rig.clock, &rig.ids);
            let action = PublishPost { posts: &rig.blog, renderer: &rig.renderer, clock, ids };
            action.run(&rig.kim, &post.id, post.draft.revision, key()).await
        };
        // The save takes up as many as one may, and the publication as many again.
        let rig = Rig::kind().await;
        let post = all_changed(&rig, 2 * NEW_USES).await;
        let live = publish(&rig, &post).await.unwrap();
        assert_eq!((live.uses.len(), live.former_slugs.len()), (2 * NEW_USES, FORMER_SLUGS));

        let rig = Rig::kind().await;
        let post = all_changed(&rig, 2 * NEW_USES + 1).await;
        let Refusal::Invalid { field, message } = refusal(publish(&rig, &post).await) else {
            panic!("not refused as input")
        };
        assert!(field == "markdown" && message.contains("save the post again"), "{message}");
        // As it says: a save takes up the last one.
        let wanted = Wanted { post: Some(post.id.clone()), body: true, ..Wanted::default() };
        let markdown = rig.blog.load(&wanted).await.unwrap().body;
        let same = PostInput { markdown, ..PostInput::default() };
        let saved = rig.update(&post.id, post.draft.revision, same).await.unwrap();
        assert_eq!(publish(&rig, &saved).await.unwrap().uses.len(), 2 * NEW_USES + 1);
    }
}
