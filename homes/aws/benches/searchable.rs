//! How long it takes from a writer's request until readers find the post: the functions' own programs, over DynamoDB
//! Local and a real OpenSearch node. `cargo xtask test --aws` starts these, runs this and shows what it prints.
//!
//! What AWS itself adds is in no figure here: how long its stream and its invocations take.

#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::print_stdout, reason = "its figures are what it is for")]

#[allow(dead_code, reason = "some of it is for the tests of the functions")]
#[path = "../tests/functions/home.rs"]
mod home;
#[allow(dead_code, unused_imports, reason = "as above")]
#[path = "../tests/functions/http.rs"]
mod http;
#[allow(dead_code, reason = "as above")]
#[path = "../tests/functions/runtime.rs"]
mod runtime;
#[allow(dead_code, reason = "some of it is for the other home's figures")]
#[path = "../../../benches/src/table.rs"]
mod table;

use std::time::{Duration, Instant};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use domain::ports::{Clock, Posts};
use domain::stage::StageKind;
use embedded_system::SystemClock;
use http::Visitor;
use runtime::Function;
use serde_json::{Value, json};
use store::{Blog, keys};
use table::{Row, Section, percentile, sorted};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;

const POSTS: usize = 100;
/// Readers look this often.
const AGAIN: Duration = Duration::from_millis(5);
/// A post that is not found then never is.
const PATIENCE: Duration = Duration::from_secs(30);

const CREATE: &str = "mutation ($input: CreatePostInput!) { createPost(input: $input) { \
    ... on CreatePostSuccess { post { id workingCopy { revision } } } } }";
const PUBLISH: &str =
    "mutation ($input: PublishPostInput!) { publishPost(input: $input) { __typename } }";
const SEARCH: &str =
    "query ($words: String!) { search(query: $words) { nodes { post { title } } } }";

#[tokio::main]
async fn main() {
    let (blog, name) = home::blog().await;
    let mut environment = home::environment(&name);
    let mut search = Function::start(env!("CARGO_BIN_EXE_deepdive-search"), &environment).await;
    let (invoked, mut invocations) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(event) = invocations.recv().await {
            search.invoke(event).await;
        }
    });
    let mut owner = Visitor::of(&environment).await;
    let mut reader = Visitor::of(&environment).await;
    environment.insert("AWS_ENDPOINT_URL_LAMBDA", lambda(invoked).await);
    environment.insert("DEEPDIVE_SEARCH_FUNCTION", "search".to_owned());
    let mut router = Function::start(env!("CARGO_BIN_EXE_deepdive-router"), &environment).await;

    // Everything is warm then, and the index is made.
    owner.publishes("The first one", "It begins with a word: zero.").await;
    router.invoke(stream(&blog).await).await;
    found(&mut reader, "zero").await;

    let (mut answers, mut times) = (vec![], vec![]);
    for number in 1..=POSTS {
        // No word of one is in another.
        let word = format!("word{number}x");
        let input =
            json!({ "title": format!("{number}"), "markdown": format!("한 낱말을 쓴다: {word}.") });
        let made = owner.ask(CREATE, json!({ "input": input })).await;
        let draft = &made["createPost"]["post"];
        let input =
            json!({ "id": draft["id"], "expectedRevision": draft["workingCopy"]["revision"] });
        let began = Instant::now();
        let published = owner.ask(PUBLISH, json!({ "input": input })).await;
        assert_eq!(published["publishPost"]["__typename"], "PublishPostSuccess");
        answers.push(began.elapsed().as_secs_f64());
        router.invoke(stream(&blog).await).await;
        found(&mut reader, &word).await;
        times.push(began.elapsed().as_secs_f64());
    }
    print!("{}", table::page(&[section(answers, times)]));
}

/// What the stream tells of the stages that are due.
async fn stream(blog: &Blog) -> Value {
    let now = SystemClock.now();
    let due = blog.due(StageKind::Search, now, 10).await.unwrap();
    let records: Vec<Value> = due
        .iter()
        .map(|stage| {
            let (key, (partition, sort)) = (keys::stage(stage), keys::due(stage, now));
            let key = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
            let mut image = key.clone();
            image["gsi1pk"] = json!({ "S": partition });
            image["gsi1sk"] = json!({ "S": sort });
            json!({ "dynamodb": { "Keys": key, "NewImage": image, "SequenceNumber": "1" } })
        })
        .collect();
    json!({ "Records": records })
}

/// Lambda's own address: takes invocations, and answers before they are looked after.
async fn lambda(invoked: UnboundedSender<Value>) -> String {
    let take = move |body: String| {
        let _ = invoked.send(serde_json::from_str(&body).unwrap());
        async { StatusCode::ACCEPTED }
    };
    let routes = Router::new().route("/2015-03-31/functions/search/invocations", post(take));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

/// Searches until there is a hit.
async fn found(reader: &mut Visitor, word: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let hits = reader.ask(SEARCH, json!({ "words": word })).await;
        if hits["search"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 1) {
            return;
        }
        assert!(Instant::now() < deadline, "{word} is never found: {hits:#}");
        tokio::time::sleep(AGAIN).await;
    }
}

fn section(answers: Vec<f64>, times: Vec<f64>) -> Section {
    let mut rows = vec![];
    for (name, times) in [("publish: answer", answers), ("publish to found by a search", times)] {
        let times = sorted(times);
        for (share, label) in [(0.5, "p50"), (0.99, "p99"), (1.0, "slowest")] {
            let figure = percentile(&times, share) * 1e3;
            rows.push(Row::new(format!("{name}, {label}"), figure, "ms", times.len()));
        }
    }
    let how = format!(
        "The programs of the functions http, router and search, each as Lambda runs it; DynamoDB Local and an \
         OpenSearch node on this machine. {POSTS} posts one after the other. From the request that publishes until \
         another process of http finds the post by a word that it alone has. Wall time; what AWS's stream, its \
         invocations and its network take is not in it."
    );
    Section { title: "Publishing on AWS", how, rows }
}
