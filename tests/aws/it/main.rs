//! The deployed blog, from outside: API Gateway, functions, the table's stream, S3's events.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod arrivals;
mod edge;
mod sockets;
mod speech;
mod stream;
mod summary;

use deepdive_tests::{Api, eventually};
use deepdive_tests_aws::owner;

#[tokio::test]
async fn what_is_published_is_read_by_everybody_and_found() {
    let owner = owner().await;
    let post = owner.create("람다가 깨우는 글", "스트림이 **색인**을 깨운다.").await;
    let post = owner.publish(&post).await;
    let guest = owner.guest();
    let feed =
        guest.data("{ posts(first: 50) { nodes { title } } }", serde_json::Value::Null).await;
    assert!(feed.to_string().contains("람다가 깨우는 글"), "{feed:#}");
    eventually("it is indexed", async || {
        let seen = owner.post(&post["id"]).await;
        (Api::status(&seen, "SEARCH") == "READY").then_some(())
    })
    .await;
    eventually("it is found", async || {
        guest.search("색인").await.contains(&"람다가 깨우는 글".to_owned()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_subscription_over_http_is_told_where_the_sockets_are() {
    let owner = owner().await;
    let body = serde_json::json!({ "query": "subscription { myPipelines { __typename } }" });
    let request = owner.http().post(format!("{}/graphql", owner.url)).json(&body);
    let answer = request.bearer_auth(owner.token.as_ref().unwrap()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 406);
}
