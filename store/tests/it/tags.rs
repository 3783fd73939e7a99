//! Tags with their counts, categories, and neighbours in the feed.

use std::time::Duration;

use domain::actions::PostInput;
use domain::post::{Category, Post, Visibility};
use store::{Beside, PageRequest};

use crate::rig::{Rig, written};

crate::on_every_table!(
    a_tag_counts_the_posts_of_its_list_whatever_happens_to_them,
    posts_that_share_a_tag_are_counted_one_by_one,
    a_tag_that_changes_its_case_is_the_same_and_shown_as_written_last,
    a_category_takes_effect_when_it_is_published,
    neighbours_are_those_of_the_feed,
);

fn all() -> PageRequest {
    PageRequest { first: 50, after: None }
}

fn tagged(title: &str, tags: &[&str]) -> PostInput {
    let tags = Some(tags.iter().map(|&tag| tag.to_owned()).collect());
    PostInput { tags, ..written(title) }
}

/// The counts as the index shows them in the end, and as the lists are: the same, or it fails.
async fn counts(rig: &Rig) -> Vec<(String, u32)> {
    // An index may be late: each reading brings it nearer to the present.
    let mut last = rig.blog.popular_tags(100).await.unwrap();
    for _ in 0..20 {
        last = rig.blog.popular_tags(100).await.unwrap();
    }
    for tag in &last {
        let list = rig.blog.posts_with(&tag.tag.key(), &all()).await.unwrap();
        assert_eq!(tag.posts as usize, list.items.len(), "{tag:?}");
    }
    assert!(last.is_sorted_by(|a, b| a.posts >= b.posts), "{last:?}");
    let mut counts: Vec<_> =
        last.into_iter().map(|tag| (tag.tag.display().to_owned(), tag.posts)).collect();
    counts.sort();
    counts
}

async fn published(rig: &Rig, input: PostInput) -> Post {
    rig.clock.advance(Duration::from_secs(60));
    let post = rig.create(input).await;
    rig.publish(&post).await.unwrap()
}

async fn show(rig: &Rig, post: &Post, visibility: Visibility) -> Post {
    let input = PostInput { visibility: Some(visibility), ..PostInput::default() };
    rig.update(&post.id, post.draft.revision, input).await.unwrap()
}

fn of(counts: &[(&str, u32)]) -> Vec<(String, u32)> {
    counts.iter().map(|&(tag, count)| (tag.to_owned(), count)).collect()
}

async fn a_tag_counts_the_posts_of_its_list_whatever_happens_to_them(rig: Rig) {
    let draft = rig.create(tagged("One", &["Rust", "검색"])).await;
    assert_eq!(counts(&rig).await, of(&[]), "a draft stands in no list");
    let post = rig.publish(&draft).await.unwrap();
    assert_eq!(counts(&rig).await, of(&[("Rust", 1), ("검색", 1)]));

    let other = tagged("One", &["검색", "SQLite"]);
    let post = rig.update(&post.id, post.draft.revision, other).await.unwrap();
    assert_eq!(counts(&rig).await, of(&[("Rust", 1), ("검색", 1)]), "nothing is published yet");
    let post = rig.publish(&post).await.unwrap();
    assert_eq!(counts(&rig).await, of(&[("SQLite", 1), ("검색", 1)]));

    let post = show(&rig, &post, Visibility::Unlisted).await;
    assert_eq!(counts(&rig).await, of(&[]));
    let post = show(&rig, &post, Visibility::Private).await;
    let post = show(&rig, &post, Visibility::Public).await;
    assert_eq!(counts(&rig).await, of(&[("SQLite", 1), ("검색", 1)]));

    let post = rig.unpublish(&post).await.unwrap();
    let post = rig.unpublish(&post).await.unwrap();
    assert_eq!(counts(&rig).await, of(&[]));
    let post = rig.publish(&post).await.unwrap();
    rig.publish(&post).await.unwrap();
    assert_eq!(counts(&rig).await, of(&[("SQLite", 1), ("검색", 1)]));
}

async fn posts_that_share_a_tag_are_counted_one_by_one(rig: Rig) {
    let mut posts = vec![];
    for n in 0..5 {
        let tags = if n % 2 == 0 { &["rust", "even"][..] } else { &["rust"] };
        posts.push(published(&rig, tagged(&format!("Post {n}"), tags)).await);
    }
    assert_eq!(counts(&rig).await, of(&[("even", 3), ("rust", 5)]));
    rig.unpublish(&posts[0]).await.unwrap();
    assert_eq!(counts(&rig).await, of(&[("even", 2), ("rust", 4)]));
}

async fn a_tag_that_changes_its_case_is_the_same_and_shown_as_written_last(rig: Rig) {
    published(&rig, tagged("One", &["rust"])).await;
    let post = published(&rig, tagged("Two", &["Rust"])).await;
    assert_eq!(counts(&rig).await, of(&[("Rust", 2)]));
    // The same tag for the list: nothing enters and nothing leaves it.
    let post = rig.update(&post.id, post.draft.revision, tagged("Two", &["RUST"])).await.unwrap();
    rig.publish(&post).await.unwrap();
    assert_eq!(counts(&rig).await, of(&[("Rust", 2)]));
}

async fn a_category_takes_effect_when_it_is_published(rig: Rig) {
    let listed = async |category| {
        let page = rig.blog.posts_in(category, &all()).await.unwrap();
        page.items.into_iter().map(|(_, post)| post.id).collect::<Vec<_>>()
    };
    let post = published(&rig, written("One")).await;
    assert_eq!(listed(Category::Post).await, std::slice::from_ref(&post.id));

    let learning = PostInput { category: Some(Category::Learning), ..PostInput::default() };
    let post = rig.update(&post.id, post.draft.revision, learning).await.unwrap();
    assert!(post.differs_from_published());
    assert_eq!(listed(Category::Learning).await, []);
    let post = rig.publish(&post).await.unwrap();
    assert_eq!(listed(Category::Learning).await, std::slice::from_ref(&post.id));
    assert_eq!(listed(Category::Post).await, []);

    show(&rig, &post, Visibility::Private).await;
    assert_eq!(listed(Category::Learning).await, []);
}

async fn neighbours_are_those_of_the_feed(rig: Rig) {
    let mut posts = vec![];
    for n in 0..4 {
        posts.push(published(&rig, written(&format!("Post {n}"))).await);
    }
    show(&rig, &posts[2], Visibility::Unlisted).await;
    let beside = async |n: usize, side| {
        let found = rig.blog.beside(&posts[n], side).await.unwrap();
        found.map(|post| post.published.unwrap().title)
    };
    assert_eq!(beside(1, Beside::Older).await.as_deref(), Some("Post 0"));
    assert_eq!(beside(1, Beside::Newer).await.as_deref(), Some("Post 3"));
    assert_eq!(beside(0, Beside::Older).await, None);
    assert_eq!(beside(3, Beside::Newer).await, None);
}
