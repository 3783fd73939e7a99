//! Posts that nobody writes, and somebody will.

use std::time::Duration;

use deepdive_tests::{Api, Server, eventually_within};
use serde_json::{Value, json};

/// Waits longer than other suites: much is to be spoken.
async fn settled(api: &Api, id: &Value) -> Value {
    eventually_within(Duration::from_secs(240), "every stage ends", async || {
        let post = api.post(id).await;
        let stages = post["stages"].as_array()?;
        let ended = |stage: &Value| {
            ["READY", "SKIPPED", "FAILED"].contains(&stage["status"].as_str().unwrap_or_default())
        };
        (stages.len() >= 3 && stages.iter().all(ended)).then_some(post)
    })
    .await
}

fn failure<'a>(post: &'a Value, kind: &str) -> &'a Value {
    let stages = post["stages"].as_array().unwrap();
    &stages.iter().find(|stage| stage["kind"] == kind).unwrap()["failure"]
}

#[tokio::test]
async fn a_post_of_one_line_of_200_kilobytes_is_published_spoken_and_found() {
    let (_server, api) = Server::with_author().await;
    let mut line = String::from("시작 ");
    while line.len() < 200 * 1024 - 32 {
        line.push_str("word 낱말 ");
    }
    line.push_str("끝맺음");
    let post = api.create("One line", &line).await;
    let published = api.publish(&post).await;
    assert!(published["html"].as_str().unwrap().contains("끝맺음"), "all of it is there");
    let post = settled(&api, &post["id"]).await;
    for kind in ["SPEECH", "SUMMARY", "SEARCH"] {
        assert_eq!(Api::status(&post, kind), "READY", "{kind}: {}", failure(&post, kind));
    }
    assert_eq!(api.search("끝맺음").await, ["One line"]);
}

#[tokio::test]
async fn a_post_of_nothing_but_code_is_told_as_code_and_has_no_summary_with_a_reason() {
    let (_server, api) = Server::with_author().await;
    let code = "```rust\nfn main() {\n    println!(\"zanzibar\");\n}\n```\n";
    let post = api.create("Only code", code).await;
    api.publish(&post).await;
    let post = settled(&api, &post["id"]).await;
    assert_eq!(Api::status(&post, "SPEECH"), "READY", "{}", failure(&post, "SPEECH"));
    assert!(post["speech"]["durationMs"].as_i64().unwrap() > 300, "a word is said");
    assert_eq!(Api::status(&post, "SUMMARY"), "FAILED");
    assert_eq!(failure(&post, "SUMMARY")["code"], "REJECTED");
    assert_eq!(Api::status(&post, "SEARCH"), "READY");
    assert_eq!(api.search("zanzibar").await, ["Only code"]);
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused_in_json() {
    let (_server, api) = Server::with_author().await;
    let broken = b"{\"query\":\"{ site { title } }\",\"operationName\":\"\xff\xfe\"}".to_vec();
    let request = api.http().post(format!("{}/graphql", api.url));
    let answer = request.header("content-type", "application/json").body(broken).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    let told: Value = answer.json().await.unwrap();
    assert_eq!(told["errors"][0]["extensions"]["code"], "BAD_REQUEST", "{told:#}");
    assert_eq!(api.data("{ __typename }", json!({})).await["__typename"], "Query");
}
