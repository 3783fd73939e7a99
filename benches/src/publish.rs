//! Publishing: how long the answer takes, and how long until readers find the post.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use deepdive_tests::{Api, Server, Socket};
use serde_json::{Value, json};

use crate::blog::{english_post, mark};
use crate::table::{Row, Section, percentile, sorted};

const IN_A_ROW: usize = 25;
const ALONE: usize = 10;
/// Bytes of a post.
const LENGTH: usize = 2_000;

const FOLLOW: &str =
    "subscription($id: ID!) { pipeline(postId: $id) { kind stages { kind status } } }";

/// Publishes posts one by one with nothing else to do, then many without waiting for their pipelines.
///
/// # Errors
/// A post is not found by its words though its stage says so.
pub async fn run(server: &Server, api: &Api) -> Result<Section> {
    let mut number = 0;
    let mut draft = async || {
        number += 1;
        let post = api.create(&format!("Measured {number}"), &english_post(number, LENGTH)).await;
        (number, post)
    };

    let (mut answers, mut found, mut first) = (vec![], vec![], vec![]);
    for _ in 0..ALONE {
        let (number, post) = draft().await;
        let mut socket = Socket::admitted(&server.url, api.token.as_deref()).await;
        socket.subscribe("p", FOLLOW, json!({ "id": post["id"] })).await;
        socket.message().await;
        let began = Instant::now();
        let seen = async {
            let frame = socket.message().await;
            let first = began.elapsed().as_secs_f64();
            let ready = searchable(&mut socket, frame).await?;
            Ok::<_, anyhow::Error>((first, ready.then(|| began.elapsed().as_secs_f64())))
        };
        let answered = async {
            api.publish(&post).await;
            began.elapsed().as_secs_f64()
        };
        let (answered, seen) = tokio::join!(answered, seen);
        let (first_frame, searchable) = seen?;
        answers.push(answered);
        first.push(first_frame);
        if let Some(after) = searchable {
            let hits = api.search(&mark(number)).await;
            ensure!(hits.len() == 1, "{} hits for the mark of one post", hits.len());
            found.push(after);
        }
        api.settled(&post["id"]).await;
    }

    let mut drafts = Vec::new();
    for _ in 0..IN_A_ROW {
        drafts.push(draft().await.1);
    }
    let mut busy = Vec::new();
    for post in &drafts {
        let began = Instant::now();
        api.publish(post).await;
        busy.push(began.elapsed().as_secs_f64());
    }
    let running = running(api).await?;
    ensure!(running > 0, "all pipelines had ended before the last answer: nothing was measured");

    let mut rows = Vec::new();
    let mut both = |name: &str, times: Vec<f64>| {
        let times = sorted(times);
        let row = |share: f64, label: &str| {
            Row::new(format!("{name}, {label}"), percentile(&times, share) * 1e3, "ms", times.len())
        };
        rows.push(row(0.5, "p50"));
        rows.push(row(1.0, "slowest"));
    };
    both("publish, nothing else running: answer", answers);
    both("publish, pipelines of the ones before running: answer", busy);
    both("publish to the first frame of the author's board", first);
    let mut how = format!(
        "The program itself, over HTTP on 127.0.0.1; posts of {LENGTH} bytes, each read aloud, summed up \
         and indexed. Wall time. A post is found when the author's board says so; a search then finds it \
         at once. When the last of {IN_A_ROW} posts in a row was answered, {running} of \
         them still had work running or waiting."
    );
    if found.is_empty() {
        how += " The search stage did not run, since there is no dictionary.";
    } else {
        both("publish to found by a search", found);
    }
    Ok(Section { title: "Publishing", how, rows })
}

/// Reads frames until the search stage has ended; true when the post is to be found.
async fn searchable(socket: &mut Socket, mut message: Value) -> Result<bool> {
    for _ in 0..1_000 {
        let stages = message["payload"]["data"]["pipeline"]["stages"].as_array();
        let search =
            stages.and_then(|stages| stages.iter().find(|stage| stage["kind"] == "SEARCH"));
        match search.and_then(|stage| stage["status"].as_str()) {
            Some("READY") => return Ok(true),
            Some("FAILED") => return Ok(false),
            _ => message = socket.message().await,
        }
    }
    anyhow::bail!("the search stage does not end")
}

/// Posts with a stage that has not ended.
async fn running(api: &Api) -> Result<usize> {
    let mine = "{ viewer { posts(first: 50) { nodes { stages { status } } } } }";
    let data = api.data(mine, json!({})).await;
    let posts = data["viewer"]["posts"]["nodes"].as_array().context("no list of posts")?;
    let works = |post: &&Value| {
        let stages = post["stages"].as_array().into_iter().flatten();
        stages.into_iter().any(|stage| stage["status"] == "RUNNING" || stage["status"] == "PENDING")
    };
    Ok(posts.iter().filter(works).count())
}
