//! The demo blog: what a first start shows, what the owner can do with it, and that it never doubles.

use std::time::Duration;

use deepdive_tests::server::{WITH_DEMO, deepdive};
use deepdive_tests::{Api, Server, eventually_within};
use serde_json::{Value, json};

/// Six posts are spoken, summed up and indexed, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(600);

const FEED: &str = "{ posts(first: 20) { nodes { id slug title tags language \
    author { nickname } } } }";

async fn feed(api: &Api) -> Vec<Value> {
    api.data(FEED, json!({})).await["posts"]["nodes"].as_array().unwrap().clone()
}

async fn six_posts(api: &Api) -> Vec<Value> {
    eventually_within(PATIENCE, "six posts", async || {
        let posts = feed(api).await;
        (posts.len() == 6).then_some(posts)
    })
    .await
}

#[tokio::test]
async fn a_first_start_shows_six_posts_that_are_spoken_summed_up_and_found() {
    let server = Server::start_with(&[WITH_DEMO]).await;
    let api = Api::new(&server.url, None);
    let posts = six_posts(&api).await;
    // Oldest first, as they are spoken.
    for post in posts.iter().rev() {
        eventually_within(PATIENCE, "speech, summary and pictures", async || {
            let post = api.post(&post["id"]).await;
            let html = post["html"].as_str().unwrap();
            let pictures = html.contains("srcset");
            (!post["speech"].is_null() && !post["summary"].is_null() && pictures).then_some(())
        })
        .await;
    }
    for words in ["형태소", "DynamoDB"] {
        eventually_within(PATIENCE, "a search finds them", async || {
            (!api.search(words).await.is_empty()).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_demo_that_is_broken_off_goes_on_and_is_not_doubled() {
    let mut server = Server::start_with(&[WITH_DEMO]).await;
    for _ in 0..4 {
        server = server.kill().await.start().await;
    }
    let api = Api::new(&server.url, None);
    six_posts(&api).await;
    let (stopped, _) = server.stop().await;
    let server = stopped.start().await;
    assert_eq!(feed(&api.at(&server.url)).await.len(), 6);
    let (stopped, _) = server.stop().await;
    let (code, said) = deepdive(&["check"], stopped.data()).await;
    assert_eq!((code, said.as_str()), (0, "nothing to repair\n"));
}

#[tokio::test]
async fn the_owner_has_the_demo_posts_and_removes_them_with_all_that_belongs_to_them() {
    let server = Server::start_with(&[WITH_DEMO]).await;
    let api = Api::new(&server.url, None);
    six_posts(&api).await;
    let token = server.set_up_token().await;
    let owner = json!({
        "setupToken": token, "email": "owner@example.com",
        "password": "correct horse battery", "nickname": "주인",
    });
    let made = api.mutate("createOwner", owner).await;
    assert_eq!(made["__typename"], "CreateOwnerSuccess", "{made:#}");
    for post in feed(&api).await {
        assert_eq!(post["author"]["nickname"], "주인", "{post:#}");
    }

    let (stopped, _) = server.stop().await;
    let (code, said) = deepdive(&["demo", "--remove"], stopped.data()).await;
    assert_eq!((code, said.as_str()), (0, "removed 6 demo posts\n"));
    let (code, said) = deepdive(&["check"], stopped.data()).await;
    assert_eq!((code, said.as_str()), (0, "nothing to repair\n"));
    let contents = stopped.data().join("objects/contents");
    let folders = std::fs::read_dir(contents).unwrap();
    let left: usize = folders.map(|f| std::fs::read_dir(f.unwrap().path()).unwrap().count()).sum();
    assert_eq!(left, 0, "objects are left");
    let server = stopped.start().await;
    let api = api.at(&server.url);
    assert!(feed(&api).await.is_empty() && api.search("DynamoDB").await.is_empty());
}

#[tokio::test]
async fn a_blog_that_is_used_gets_a_demo_only_when_it_is_asked_for() {
    let (server, api) = Server::with_author_and(&[WITH_DEMO]).await;
    api.publish(&api.create("Mine", "A sentence.").await).await;
    let (stopped, _) = server.stop().await;
    let server = stopped.start().await;
    assert_eq!(feed(&api.at(&server.url)).await.len(), 1);
    let (stopped, _) = server.stop().await;
    for expected in ["published 6", "published 0"] {
        let (code, said) = deepdive(&["demo"], stopped.data()).await;
        assert!(code == 0 && said.starts_with(expected), "{said}");
    }
    let server = stopped.start().await;
    assert_eq!(feed(&api.at(&server.url)).await.len(), 7);
}
