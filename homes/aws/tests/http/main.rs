//! The function that answers HTTP, as Lambda runs it: its program, over DynamoDB Local, S3's addresses and a
//! real OpenSearch node. `cargo xtask test --aws` starts them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod runtime;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_table::{Credentials, DynamoTable, DynamoTableConfig};
use domain::account::key_hash;
use domain::ports::{Accounts, Clock};
use embedded_system::SystemClock;
use runtime::{Function, event};
use serde_json::{Value, json};
use store::Blog;

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-http");
const SET_UP: &str = "a-set-up-token-of-the-tests";

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: `cargo xtask test --aws` sets it"))
}

/// A name that nobody else uses.
fn name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("http-{now}-{}", NUMBER.fetch_add(1, Ordering::SeqCst))
}

/// What the stack would tell the function.
fn environment(table: &str) -> HashMap<&'static str, String> {
    HashMap::from([
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "the-secret".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", server("DEEPDIVE_DYNAMODB_URL")),
        ("AWS_ENDPOINT_URL_S3", server("DEEPDIVE_AWS_URL")),
        ("DEEPDIVE_TABLE", table.to_owned()),
        ("DEEPDIVE_BUCKET", "blog-media".to_owned()),
        ("DEEPDIVE_MEDIA_URL", "https://blog.example/media".to_owned()),
        ("DEEPDIVE_PUBLIC_URL", "https://blog.example".to_owned()),
        ("DEEPDIVE_SOCKET_URL", "wss://sockets.blog.example".to_owned()),
        ("DEEPDIVE_SEARCH_URL", server("DEEPDIVE_OPENSEARCH_URL")),
        ("DEEPDIVE_SEARCH_INDEX", table.to_owned()),
    ])
}

/// A table of a new name that waits for its owner.
async fn table() -> String {
    let table = name();
    let config = DynamoTableConfig {
        table: table.clone(),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "tests"),
        endpoint: Some(server("DEEPDIVE_DYNAMODB_URL")),
        attempt: Duration::from_secs(30),
        call: Duration::from_secs(60),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let made = Arc::new(DynamoTable::new(&config, clock.clone()));
    made.create().await.unwrap();
    let blog = Blog::open(made, clock, "epoch").await.unwrap();
    blog.offer_set_up(&key_hash(SET_UP)).await.unwrap();
    table
}

/// Somebody with a browser, at the function's door.
struct Visitor {
    function: Function,
    cookies: Vec<String>,
}

impl Visitor {
    async fn of(environment: &HashMap<&str, String>) -> Visitor {
        Visitor { function: Function::start(PROGRAM, environment).await, cookies: Vec::new() }
    }

    async fn get(&mut self, path: &str) -> Value {
        let headers = json!({ "host": "blog.example", "accept": "text/html" });
        self.function.invoke(event("GET", path, headers, &self.cookies, "")).await
    }

    /// The answer to an operation: status, headers and body.
    async fn post(&mut self, query: &str, variables: Value) -> Value {
        let headers = json!({
            "host": "blog.example",
            "accept": "application/json",
            "content-type": "application/json",
            "origin": "https://blog.example",
            "sec-fetch-site": "same-origin",
        });
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.function.invoke(event("POST", "/graphql", headers, &self.cookies, &body)).await
    }

    /// What an operation answers.
    async fn ask(&mut self, query: &str, variables: Value) -> Value {
        let answer = self.post(query, variables).await;
        assert_eq!(answer["statusCode"], 200, "{answer:#}");
        for cookie in answer["cookies"].as_array().into_iter().flatten() {
            let pair = cookie.as_str().unwrap().split(';').next().unwrap();
            self.cookies = vec![pair.to_owned()];
        }
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert!(body["errors"].is_null(), "{body:#}");
        body["data"].clone()
    }
}

#[tokio::test]
async fn an_owner_publishes_and_everybody_reads_it() {
    let environment = environment(&table().await);
    let mut owner = Visitor::of(&environment).await;
    let made = owner
        .ask(
            "mutation ($input: CreateOwnerInput!) { createOwner(input: $input) { __typename \
             ... on CreateOwnerSuccess { viewer { user { nickname } } } ... on UserError { message } } }",
            json!({ "input": {
                "setupToken": SET_UP, "email": "kim@example.com", "nickname": "Kim",
                "password": "correct horse battery",
            } }),
        )
        .await;
    assert_eq!(made["createOwner"]["__typename"], "CreateOwnerSuccess", "{made:#}");

    let created = owner
        .ask(
            "mutation ($input: CreatePostInput!) { createPost(input: $input) { __typename \
             ... on CreatePostSuccess { post { id workingCopy { revision } } } ... on UserError { message } } }",
            json!({ "input": { "title": "람다에서 쓰는 글", "markdown": "한 테이블에 **모두** 있다." } }),
        )
        .await;
    let post = &created["createPost"]["post"];
    let published = owner
        .ask(
            "mutation ($input: PublishPostInput!) { publishPost(input: $input) { __typename \
             ... on PublishPostSuccess { post { slug } } ... on UserError { message } } }",
            json!({ "input": { "id": post["id"], "expectedRevision": post["workingCopy"]["revision"] } }),
        )
        .await;
    let slug = published["publishPost"]["post"]["slug"].as_str().expect("it is published");

    // Another process, as Lambda may start one at any time, and nobody in particular.
    let mut guest = Visitor::of(&environment).await;
    let feed =
        guest.ask("{ posts(first: 5) { nodes { title author { nickname } } } }", json!({})).await;
    let expected = json!([{ "title": "람다에서 쓰는 글", "author": { "nickname": "Kim" } }]);
    assert_eq!(feed["posts"]["nodes"], expected);
    let found =
        guest.ask("{ search(query: \"테이블\") { nodes { post { title } } } }", json!({})).await;
    assert_eq!(found["search"]["nodes"], json!([]), "no worker has put it into the index");
    let page = guest.get(&format!("/posts/{slug}")).await;
    // Without the web client in the program, there is no page that the article could stand in.
    assert!([200, 503].contains(&page["statusCode"].as_u64().unwrap()), "{page:#}");
    let feed = guest.get("/atom.xml").await;
    assert_eq!(feed["statusCode"], 200, "{feed:#}");
    assert!(feed["body"].as_str().unwrap().contains("람다에서 쓰는 글"), "{feed:#}");
}

#[tokio::test]
async fn a_subscription_is_told_where_the_sockets_are() {
    let mut guest = Visitor::of(&environment(&table().await)).await;
    let answer = guest.post("subscription { myPipelines { __typename } }", json!({})).await;
    assert_eq!(answer["statusCode"], 406, "{answer:#}");
    assert!(answer["body"].as_str().unwrap().contains("wss://sockets.blog.example"), "{answer:#}");
}

#[tokio::test]
async fn a_blog_without_search_says_so_and_answers_all_else() {
    let mut environment = environment(&table().await);
    environment.insert("DEEPDIVE_SEARCH_URL", String::new());
    let mut guest = Visitor::of(&environment).await;
    let feed = guest.ask("{ posts(first: 5) { nodes { title } } }", json!({})).await;
    assert_eq!(feed["posts"]["nodes"], json!([]));
    let answer =
        guest.post("{ search(query: \"table\") { nodes { post { title } } } }", json!({})).await;
    assert!(answer["body"].as_str().unwrap().contains("is not set up"), "{answer:#}");
    // Guests are told that it is so, the operator why.
    assert!(guest.function.has_said("deployed without search").await);
}

#[tokio::test]
async fn a_function_that_was_not_told_its_table_says_so_and_ends() {
    let mut environment = environment("none");
    environment.remove("DEEPDIVE_TABLE");
    let (well, said) = Function::start(PROGRAM, &environment).await.end().await;
    assert!(!well && said.contains("DEEPDIVE_TABLE"), "{said}");
    assert!(!said.contains("the-secret"));
}
