//! What authors do, and what readers see of it.

use domain::actions::{ActionError, IdempotencyKey, PostInput, Refusal};
use domain::event::EventKind;
use domain::post::{PostStatus, Revision, Visibility};
use store::PageRequest;

use crate::rig::{Rig, written};

crate::on_every_table!(
    publishing_makes_a_post_public_and_says_so_once,
    a_draft_is_in_no_list_that_others_read,
    an_edit_changes_nothing_for_readers_until_it_is_published,
    a_private_post_leaves_every_list_at_once,
    an_unpublished_post_leaves_every_list_and_comes_back_where_it_was,
    equal_titles_get_numbered_slugs,
    a_slug_that_is_taken_is_refused_and_one_that_was_only_reserved_is_given_back,
    a_stale_update_is_told_the_present_state,
    a_post_of_another_author_is_as_absent,
    what_is_incomplete_is_saved_and_not_published,
    a_request_that_is_sent_again_changes_nothing_again,
    an_idempotency_key_cannot_be_used_for_something_else,
    publishing_what_is_public_changes_nothing,
    pages_walk_through_all_posts_without_gap_or_double,
);

fn all() -> PageRequest {
    PageRequest { first: 50, after: None }
}

async fn titles(rig: &Rig) -> Vec<String> {
    let page = rig.blog.feed(&all()).await.unwrap();
    page.items.into_iter().map(|(_, post)| post.published.unwrap().title).collect()
}

/// How many rows of `post` stand in lists that others read.
async fn listed(rig: &Rig) -> [usize; 4] {
    [
        rig.blog.feed(&all()).await.unwrap().items.len(),
        rig.blog.posts_of(&rig.kim, &all()).await.unwrap().items.len(),
        rig.blog.posts_with("rust", &all()).await.unwrap().items.len(),
        rig.blog.posts_with("형태소", &all()).await.unwrap().items.len(),
    ]
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ActionError>) -> Refusal {
    match result.unwrap_err() {
        ActionError::Refused(refusal) => refusal,
        ActionError::Port(error) => panic!("a fault: {error:?}"),
    }
}

async fn publishing_makes_a_post_public_and_says_so_once(rig: Rig) {
    let post = rig.create(written("하나의 테이블")).await;
    let public = rig.publish(&post).await.unwrap();

    assert_eq!(public.status, PostStatus::Published);
    assert_eq!(public.published.unwrap().slug.as_str(), "하나의-테이블");
    assert_eq!(listed(&rig).await, [1, 1, 1, 1]);
    let events = rig.blog.events(&rig.kim, 0, 10).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.event.kind).collect();
    assert_eq!(kinds, [EventKind::PostPublished]);
    assert_eq!(events[0].event.stages.len(), 3);
    assert_eq!(rig.blog.board(&rig.kim).await.unwrap().len(), 3);
}

async fn a_draft_is_in_no_list_that_others_read(rig: Rig) {
    let post = rig.create(written("Draft")).await;
    rig.update(&post.id, post.draft.revision, written("Draft, changed")).await.unwrap();

    assert_eq!(listed(&rig).await, [0; 4]);
    assert_eq!(rig.blog.own_posts(&rig.kim, &all()).await.unwrap().items.len(), 1);
}

async fn an_edit_changes_nothing_for_readers_until_it_is_published(rig: Rig) {
    let post = rig.create(written("Before")).await;
    let post = rig.publish(&post).await.unwrap();
    let edited = rig.update(&post.id, post.draft.revision, written("After")).await.unwrap();

    assert_eq!(titles(&rig).await, ["Before"]);
    assert_eq!(edited.published.as_ref().unwrap().title, "Before");
    assert!(edited.differs_from_published());

    rig.publish(&edited).await.unwrap();
    assert_eq!(titles(&rig).await, ["After"]);
}

async fn a_private_post_leaves_every_list_at_once(rig: Rig) {
    let post = rig.create(written("Seen")).await;
    let post = rig.publish(&post).await.unwrap();
    let hide = PostInput { visibility: Some(Visibility::Private), ..PostInput::default() };
    let hidden = rig.update(&post.id, post.draft.revision, hide).await.unwrap();

    assert_eq!(listed(&rig).await, [0; 4]);
    assert!(!hidden.visible_to(None));
    let last = rig.blog.events(&rig.kim, 0, 10).await.unwrap().pop().unwrap();
    assert_eq!(last.event.kind, EventKind::PostVisibilityChanged);
}

async fn an_unpublished_post_leaves_every_list_and_comes_back_where_it_was(rig: Rig) {
    let first = rig.create(written("First")).await;
    let first = rig.publish(&first).await.unwrap();
    rig.clock.advance(std::time::Duration::from_secs(60));
    let second = rig.create(written("Second")).await;
    rig.publish(&second).await.unwrap();

    let gone = rig.unpublish(&first).await.unwrap();
    assert_eq!(titles(&rig).await, ["Second"]);
    rig.clock.advance(std::time::Duration::from_secs(60));
    rig.publish(&gone).await.unwrap();
    assert_eq!(titles(&rig).await, ["Second", "First"]);
}

async fn equal_titles_get_numbered_slugs(rig: Rig) {
    let mut slugs = vec![];
    for _ in 0..3 {
        let post = rig.create(written("Same title")).await;
        slugs.push(rig.publish(&post).await.unwrap().published.unwrap().slug);
    }
    let slugs: Vec<_> = slugs.iter().map(|slug| slug.as_str()).collect();
    assert_eq!(slugs, ["same-title", "same-title-2", "same-title-3"]);
}

async fn a_slug_that_is_taken_is_refused_and_one_that_was_only_reserved_is_given_back(rig: Rig) {
    let slug = |slug: &str| PostInput { slug: Some(slug.into()), ..written("Title") };
    let first = rig.create(slug("mine")).await;
    let taken = rig.try_create(slug("mine"), None).await;
    assert!(matches!(refusal(taken), Refusal::SlugTaken(_)));

    rig.update(&first.id, first.draft.revision, slug("another")).await.unwrap();
    rig.create(slug("mine")).await;
}

async fn a_stale_update_is_told_the_present_state(rig: Rig) {
    let post = rig.create(written("One")).await;
    rig.update(&post.id, Revision(1), written("Two")).await.unwrap();

    let late = rig.update(&post.id, Revision(1), written("Three")).await;
    let Refusal::Stale { current } = refusal(late) else { panic!("not stale") };
    assert_eq!((current.draft.revision, current.draft.title.as_str()), (Revision(2), "Two"));
}

async fn a_post_of_another_author_is_as_absent(rig: Rig) {
    let post = rig.create(written("Mine")).await;
    let stranger = Rig { kim: rig.lee.clone(), ..rig };

    let update = stranger.update(&post.id, post.draft.revision, written("Yours")).await;
    assert_eq!(refusal(update), Refusal::NotFound);
    assert_eq!(refusal(stranger.publish(&post).await), Refusal::NotFound);
}

async fn what_is_incomplete_is_saved_and_not_published(rig: Rig) {
    let post = rig.create(PostInput::default()).await;
    assert_eq!(refusal(rig.publish(&post).await), Refusal::Incomplete { missing: "title" });

    let titled = PostInput { title: Some("Title".into()), ..PostInput::default() };
    let post = rig.update(&post.id, post.draft.revision, titled).await.unwrap();
    assert_eq!(refusal(rig.publish(&post).await), Refusal::Incomplete { missing: "markdown" });
    assert_eq!(listed(&rig).await, [0; 4]);
}

fn key(request: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey { key: "k".into(), request: request.into() })
}

async fn a_request_that_is_sent_again_changes_nothing_again(rig: Rig) {
    let first = rig.try_create(written("Once"), key("a")).await.unwrap();
    let again = rig.try_create(written("Once"), key("a")).await.unwrap();

    assert_eq!(first.id, again.id);
    assert_eq!(rig.blog.own_posts(&rig.kim, &all()).await.unwrap().items.len(), 1);
}

async fn an_idempotency_key_cannot_be_used_for_something_else(rig: Rig) {
    rig.try_create(written("Once"), key("a")).await.unwrap();
    let other = rig.try_create(written("Other"), key("b")).await;
    assert_eq!(refusal(other), Refusal::KeyReused);
}

async fn publishing_what_is_public_changes_nothing(rig: Rig) {
    let post = rig.create(written("Once")).await;
    let public = rig.publish(&post).await.unwrap();
    let again = rig.publish(&public).await.unwrap();

    assert_eq!(public, again);
    assert_eq!(rig.blog.head(&rig.kim).await.unwrap().seq, 1);
}

async fn pages_walk_through_all_posts_without_gap_or_double(rig: Rig) {
    for n in 0..11 {
        let post = rig.create(written(&format!("Post {n}"))).await;
        rig.publish(&post).await.unwrap();
    }
    let (mut seen, mut after) = (vec![], None);
    loop {
        let page = rig.blog.feed(&PageRequest { first: 4, after }).await.unwrap();
        seen.extend(page.items.iter().map(|(_, post)| post.id.clone()));
        if !page.has_next {
            break;
        }
        assert_eq!(page.items.len(), 4, "a page that is not the last one is full");
        after = page.items.last().map(|(position, _)| position.clone());
    }
    assert_eq!(seen.len(), 11);
    assert!(seen.is_sorted_by(|a, b| a > b), "newest first, none twice");
}

mod media {
    use domain::actions::PostInput;
    use domain::media::ObjectKey;

    use super::*;

    #[tokio::test]
    async fn an_image_is_public_while_a_post_that_guests_may_see_shows_it() {
        let rig = Rig::kind().await;
        let (first, second) = (rig.create(written("One")).await, rig.create(written("Two")).await);
        let asset = rig.upload(&first.id).await;
        let variant = asset.variant_key(300, "0a").unwrap();
        let public = || rig.blog.media_is_public(&variant);
        assert!(!public().await.unwrap(), "no post shows it");

        // The second post shows it, though it was uploaded for the first.
        let shows = PostInput {
            markdown: Some(format!("![a](asset:{})", asset.id)),
            ..PostInput::default()
        };
        let second = rig.update(&second.id, second.draft.revision, shows).await.unwrap();
        let second = rig.publish(&second).await.unwrap();
        assert!(public().await.unwrap());
        assert!(!rig.blog.media_is_public(&asset.original().unwrap()).await.unwrap());

        rig.unpublish(&second).await.unwrap();
        assert!(!public().await.unwrap(), "hidden with its post");
    }

    #[tokio::test]
    async fn an_address_with_another_secret_is_not_public() {
        let rig = Rig::kind().await;
        let post = rig.create(written("One")).await;
        let post = rig.publish(&post).await.unwrap();
        let key = |secret| ObjectKey::new(post.id.as_str(), secret, "speech-1", "mp3").unwrap();
        assert!(rig.blog.media_is_public(&key(&post.secret)).await.unwrap());
        let other = domain::Secret::from_bits(3);
        assert!(!rig.blog.media_is_public(&key(&other)).await.unwrap());
    }
}
