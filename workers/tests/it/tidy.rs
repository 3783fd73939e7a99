//! Tidy: an image that nobody needs goes, and every other stays, whatever broke off.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::actions::{
    AcceptUpload, ActionError, ClaimStage, FinishStage, PostInput, Refusal, RemoveImage,
    RestoreRevision,
};
use domain::asset::Asset;
use domain::event::EventKind;
use domain::ports::{Objects, Posts, Wanted};
use domain::post::{ASSETS, Post, Revision, UNUSED_FOR};
use domain::stage::{Outcome, Stage, StageId, StageKind, StageStatus, Subject};
use store::Blog;

use crate::purge::World;

/// Longer than any upload that began in time.
const TICKET_AND_UPLOAD: Duration = Duration::from_secs(26 * 60);
const HOUR: Duration = Duration::from_secs(3600);

fn shows(images: &[&Asset]) -> PostInput {
    let pictures: String =
        images.iter().map(|image| format!(" ![a](asset:{})", image.id)).collect();
    PostInput { markdown: Some(format!("Text.{pictures}")), ..PostInput::default() }
}

fn tidy_of(subject: Subject) -> StageId {
    StageId { subject, kind: StageKind::Tidy }
}

impl World {
    async fn accept(&self, image: &Asset) -> bool {
        let (posts, objects) = (&self.blog, &*self.objects);
        let action = AcceptUpload { posts, objects, clock: &*self.clock, ids: &*self.ids };
        action.run(&image.id).await.unwrap()
    }

    async fn stage(&self, id: &StageId) -> Option<Stage> {
        let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        self.blog.load(&wanted).await.unwrap().stages.pop()
    }

    /// Runs what is due of a post, or of an image, as the runner does.
    async fn run_tidy(&self, subject: Subject, blog: &Blog) -> Result<(), workers::JobError> {
        let (posts, clock, ids) = (&self.blog, &*self.clock, &*self.ids);
        let claim = ClaimStage { posts, clock, ids };
        let stage = claim.run(&tidy_of(subject.clone())).await.unwrap();
        let stage = stage.unwrap_or_else(|| panic!("{subject:?} is not due"));
        let tidy = self.tidy(blog);
        let done = match &subject {
            Subject::Post(post) => tidy.look_through(post).await,
            Subject::Asset(image) => tidy.remove(image).await,
        };
        let outcome = match &done {
            Ok(()) => Outcome::Unchanged,
            Err(error) => Outcome::Retry(domain::stage::Failure {
                code: "X".into(),
                message: error.to_string(),
            }),
        };
        FinishStage { posts, clock, ids }.run(&stage, outcome, None).await.unwrap();
        done
    }

    /// Lets a week go by and the post be looked through, and an hour and its images be removed.
    async fn tidied(&self, post: &Post, images: &[&Asset]) {
        self.clock.advance(UNUSED_FOR);
        self.run_tidy(Subject::Post(post.id.clone()), &self.blog).await.unwrap();
        assert_eq!(self.findings().await, [] as [String; 0]);
        self.clock.advance(HOUR);
        for image in images {
            let subject = Subject::Asset(image.id.clone());
            if self.stage(&tidy_of(subject.clone())).await.is_some() {
                self.run_tidy(subject, &self.blog).await.unwrap();
            }
        }
        assert_eq!(self.findings().await, [] as [String; 0]);
    }

    async fn last_event(&self) -> domain::event::Event {
        let head = self.blog.head(&self.kim).await.unwrap();
        let mut events = self.blog.events(&self.kim, head.seq - 1, 9).await.unwrap();
        events.pop().unwrap().event
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_never_came_leaves_its_post_the_board_and_every_row() {
    let world = World::new().await;
    let post = world.create("Post", "text").await;
    let mut images = vec![];
    for _ in 0..ASSETS {
        images.push(world.ticket(&post).await.unwrap());
    }
    let full = world.ticket(&post).await;
    assert!(matches!(full, Err(ActionError::Refused(Refusal::Invalid { .. }))), "{full:?}");

    let never = images.last().unwrap();
    let gone = Subject::Asset(never.id.clone());
    let on_board = async || {
        let board = world.blog.board(&world.kim).await.unwrap();
        board.iter().any(|facts| facts.id.subject == gone)
    };
    assert!(on_board().await);
    // An upload may begin at the ticket's last moment, and take a while.
    world.clock.advance(TICKET_AND_UPLOAD - Duration::from_secs(1));
    assert!(!world.accept(never).await);
    world.clock.advance(Duration::from_secs(1));
    assert!(world.accept(never).await);
    assert!(!world.accept(never).await, "once");

    let event = world.last_event().await;
    assert_eq!(event.kind, EventKind::ImageRemoved);
    let told = &event.stages[0];
    assert_eq!(told.status, StageStatus::Skipped);
    assert_eq!(told.failure.as_ref().unwrap().code, "NEVER_ARRIVED");
    assert!(!on_board().await);
    assert_eq!(world.row(&post.id).await.unwrap().uploads.len(), ASSETS - 1);
    world.ticket(&post).await.unwrap();
    assert_eq!(world.findings().await, [] as [String; 0]);

    // What comes after all is removed with the rest.
    let late = never.original().unwrap();
    world.objects.put(&late, b"x", "image/png").await.unwrap();
    world.clock.advance(HOUR);
    world.run_tidy(gone.clone(), &world.blog).await.unwrap();
    assert_eq!(world.objects_of(&[never.id.as_str()]).await, 0);
    let of_it = format!("M#{}", never.id);
    assert!(world.rows().await.iter().all(|key| key.pk != of_it));
    assert_eq!(world.findings().await, [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_nobody_noted_is_found_before_its_row_goes() {
    let world = World::new().await;
    let post = world.create("Post", "text").await;
    let image = world.image(&post).await;
    world.clock.advance(TICKET_AND_UPLOAD);
    assert!(world.accept(&image).await);
    assert_eq!(world.last_event().await.kind, EventKind::UploadArrived);
    assert_eq!(world.row(&post.id).await.unwrap().uploads, [image.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_no_text_names_goes_and_one_that_any_text_names_stays() {
    let world = World::new().await;
    let post = world.create("Post", "text").await;
    let mut images = vec![];
    for _ in 0..5 {
        images.push(world.image(&post).await);
    }
    let [kept, shown, drafted, lent, unused] = &images[..] else { panic!("five") };
    // One in a revision that is kept, one in what is published, one in the working copy, one in the
    // working copy of another post.
    let first = world.update(&post, shows(&[kept])).await;
    world.publish(&first).await;
    let second = world.update(&post, shows(&[shown])).await;
    world.publish(&second).await;
    world.update(&post, shows(&[drafted])).await;
    world.create("Other", &format!("![a](asset:{})", lent.id)).await;

    world.tidied(&post, &[kept, shown, drafted, lent, unused]).await;
    for image in [kept, shown, drafted, lent] {
        assert!(world.has(image).await);
    }
    assert!(!world.has(unused).await);
    let row = world.row(&post.id).await.unwrap();
    assert!(row.uploads.len() == 4 && !row.uploads.contains(&unused.id));

    // The revision comes back with its image.
    let action = RestoreRevision { posts: &world.blog, clock: &*world.clock };
    let (expected, revision) = (row.draft.revision, first.draft.revision);
    action.run(&world.kim, &post.id, revision, expected, None).await.unwrap();
    let back = world.row(&post.id).await.unwrap();
    let live = world.publish(&back).await;
    assert_eq!(live.published.unwrap().assets, std::slice::from_ref(&kept.id));
    let variant = kept.variant_key(300, "0a").unwrap();
    assert!(world.blog.media_is_public(&variant).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_post_that_is_restored_has_the_images_of_its_text() {
    let world = World::new().await;
    let post = world.create("Post", "text").await;
    let (image, unused) = (world.image(&post).await, world.image(&post).await);
    let saved = world.update(&post, shows(&[&image])).await;
    world.publish(&saved).await;
    world.clock.advance(HOUR);
    let deleted = world.delete(&post).await;
    world.clock.advance(UNUSED_FOR - HOUR);
    world.run_tidy(Subject::Post(post.id.clone()), &world.blog).await.unwrap();
    world.restore(&deleted).await;
    assert!(world.has(&image).await);
    assert!(!world.row(&post.id).await.unwrap().uploads.contains(&unused.id));
    assert_eq!(world.findings().await, [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_of_another_post_goes_when_the_last_one_that_showed_it_lets_go() {
    let world = World::new().await;
    let owner = world.create("Owner", "text").await;
    let image = world.image(&owner).await;
    let user = world.create("User", &format!("![a](asset:{})", image.id)).await;
    world.tidied(&owner, &[&image]).await;
    assert!(world.has(&image).await, "another one shows it");

    world.update(&user, shows(&[])).await;
    world.tidied(&user, &[&image]).await;
    assert!(!world.has(&image).await);
    assert!(world.row(&user.id).await.unwrap().uses.is_empty());
    assert!(world.row(&owner.id).await.unwrap().uploads.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_week_counts_from_the_last_save_of_the_text() {
    let world = World::new().await;
    let post = world.create("Post", "text").await;
    let image = world.image(&post).await;
    let of = tidy_of(Subject::Post(post.id.clone()));
    world.clock.advance(UNUSED_FOR - HOUR);
    world.update(&post, shows(&[])).await;
    world.clock.advance(UNUSED_FOR - HOUR);
    let (posts, clock, ids) = (&world.blog, &*world.clock, &*world.ids);
    assert_eq!(ClaimStage { posts, clock, ids }.run(&of).await.unwrap(), None);
    world.clock.advance(HOUR);
    world.run_tidy(of.subject, &world.blog).await.unwrap();
    assert!(world.row(&post.id).await.unwrap().uploads.is_empty());
    // A text that names it afterwards cannot be published with it.
    let saved = world.update(&post, shows(&[&image])).await;
    assert!(saved.uses.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_is_named_in_the_last_moment_stays() {
    let world = World::new().await;
    let post = world.create("Post", "text").await;
    let image = world.image(&post).await;
    let read = world.row(&post.id).await.unwrap();
    let asset = world.blog.users_of(&image.id).await.unwrap().unwrap().0;
    world.update(&post, shows(&[&image])).await;
    let (posts, clock, ids) = (&world.blog, &*world.clock, &*world.ids);
    assert!(!RemoveImage { posts, clock, ids }.run(&asset, Some(&read)).await.unwrap());

    // The same of a post that takes it up.
    let read = world.row(&post.id).await.unwrap();
    world.create("Other", &format!("![a](asset:{})", image.id)).await;
    assert!(!RemoveImage { posts, clock, ids }.run(&asset, Some(&read)).await.unwrap());
    assert!(world.has(&image).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_that_is_killed_at_any_step_goes_on_to_the_same_end() {
    for calls in 0.. {
        let world = World::new().await;
        let post = world.create("Post", "text").await;
        let (unused, used) = (world.image(&post).await, world.image(&post).await);
        let other = world.create("Other", &format!("![a](asset:{})", unused.id)).await;
        world.update(&other, shows(&[])).await;
        world.update(&post, shows(&[&used])).await;
        let mut ended = true;
        world.clock.advance(UNUSED_FOR);
        for wait in [UNUSED_FOR, HOUR] {
            let subject = match wait {
                UNUSED_FOR => Subject::Post(post.id.clone()),
                _ => Subject::Asset(unused.id.clone()),
            };
            // After so many calls to the table and to the objects it is gone in the middle.
            world.objects.left.store(i64::from(calls) + 1, Ordering::SeqCst);
            ended &= world.run_tidy(subject.clone(), &world.blog.within(calls)).await.is_ok();
            world.objects.left.store(i64::MAX, Ordering::SeqCst);
            assert_eq!(world.findings().await, [] as [String; 0], "after {calls} calls");
            world.clock.advance(HOUR);
            if world.stage(&tidy_of(subject.clone())).await.is_some_and(|s| s.due_at.is_some()) {
                world.run_tidy(subject, &world.blog).await.unwrap();
            }
            world.clock.advance(HOUR);
        }
        assert!(!world.has(&unused).await && world.has(&used).await, "{calls} calls");
        assert_eq!(world.row(&post.id).await.unwrap().uploads, [used.id], "{calls} calls");
        let of_it = format!("M#{}", unused.id);
        assert!(world.rows().await.iter().all(|key| key.pk != of_it), "{calls} calls");
        assert_eq!(world.findings().await, [] as [String; 0], "{calls} calls");
        if ended {
            assert!(calls > 5, "a removal is not so short");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_whose_text_names_all_its_images_is_not_looked_through() {
    let world = World::new().await;
    let post = world.create("Post", "text").await;
    let saved = world.update(&post, PostInput::default()).await;
    world.publish(&saved).await;
    assert_eq!(saved.draft.revision, Revision(2));
    assert_eq!(world.stage(&tidy_of(Subject::Post(post.id))).await, None);
}
