//! Power cuts: the server is killed at random moments while authors publish and upload. What was
//! acknowledged is there, every stage ends, and who resumed saw every event once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deepdive_tests::socket::Came;
use deepdive_tests::{Api, Server, Socket, eventually_within, photo};
use serde_json::{Value, json};

/// Power cuts; more with `DEEPDIVE_LONG`.
fn cuts() -> u32 {
    if std::env::var_os("DEEPDIVE_LONG").is_some() { 120 } else { 30 }
}

const FOLLOW: &str = "subscription($after: EventCursor) { myPipelines(after: $after) \
    { kind seq cursor gap { from to } } }";

/// What was acknowledged.
#[derive(Default)]
pub struct Acknowledged {
    /// Ids of published posts, by title.
    pub published: BTreeMap<String, String>,
    /// Ids of posts with an image whose upload was accepted.
    pub uploaded: Vec<String>,
}

/// Writes until the server is gone.
pub async fn author(api: Api, round: u32, lane: u32, done: Arc<Mutex<Acknowledged>>) {
    for n in 0.. {
        let title = format!("Post {round}-{lane}-{n}");
        if write(&api, &title, lane, &done).await.is_none() {
            return;
        }
    }
}

async fn write(api: &Api, title: &str, lane: u32, done: &Mutex<Acknowledged>) -> Option<()> {
    let text = format!("{title} has a sentence. 그리고 한국어 문장도 있다.");
    let input = json!({ "title": title, "markdown": text });
    let post = api.try_mutate("createPost", input).await.ok()?["post"].clone();
    if lane == 0 {
        let input = json!({ "id": post["id"], "expectedRevision": 1 });
        let published = api.try_mutate("publishPost", input).await.ok()?;
        assert_eq!(published["__typename"], "PublishPostSuccess", "{published:#}");
        let id = post["id"].as_str()?.to_owned();
        done.lock().unwrap().published.insert(title.to_owned(), id);
    } else {
        let bytes = photo::jpeg(640, 480);
        let upload = {
            use sha2::{Digest, Sha256};
            let sha256: String =
                Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
            let input = json!({
                "postId": post["id"], "filename": "p.jpg", "contentType": "image/jpeg",
                "length": bytes.len(), "sha256": sha256,
            });
            api.try_mutate("requestUpload", input).await.ok()?
        };
        let status = api.send_ticket(&upload["ticket"], bytes).await.ok()?;
        assert_eq!(status, 204);
        done.lock().unwrap().uploaded.push(post["id"].as_str()?.to_owned());
    }
    Some(())
}

/// Follows all pipelines from where it was; gives the numbers of the events that came until the end, and
/// shows meanwhile how far it is.
async fn follow(
    url: String,
    token: String,
    after: Option<Value>,
    reached: Arc<AtomicI64>,
) -> (Vec<i64>, Option<Value>) {
    let (mut seqs, mut last) = (vec![], after.clone());
    let url = format!("{url}/graphql/ws");
    let Ok(mut socket) = Socket::try_offering(&url, Some("graphql-transport-ws")).await else {
        return (seqs, last);
    };
    let payload = json!({ "Authorization": format!("Bearer {token}") });
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    let variables = after.as_ref().map_or(json!({}), |after| json!({ "after": after["cursor"] }));
    socket.subscribe("f", FOLLOW, variables).await;
    while let Some(Came::Message(message)) = socket.within(Duration::from_secs(60)).await {
        if message["type"] == "connection_ack" {
            continue;
        }
        assert_eq!(message["type"], "next", "{message:#}");
        let frame = &message["payload"]["data"]["myPipelines"];
        match frame["kind"].as_str().unwrap() {
            "EVENT" => seqs.push(frame["seq"].as_i64().unwrap()),
            "SNAPSHOT" => assert!(after.is_none(), "a resumable place was lost: {frame:#}"),
            _ => {}
        }
        reached.store(frame["seq"].as_i64().unwrap_or_default(), Ordering::Release);
        last = Some(frame.clone());
    }
    (seqs, last)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_doubled_by_power_cuts() {
    let (mut server, api) = Server::with_author().await;
    let token = api.token.clone().unwrap();
    let done: Arc<Mutex<Acknowledged>> = Arc::default();
    let (mut seen, mut last) = (vec![], None);
    let mut chance: u64 = 0x9e37_79b9_7f4a_7c15;

    for round in 0..cuts() {
        let at = api.at(&server.url);
        let authors: Vec<_> = (0..2)
            .map(|lane| tokio::spawn(author(at.clone(), round, lane, done.clone())))
            .collect();
        let reached = Arc::default();
        let follower =
            tokio::spawn(follow(server.url.clone(), token.clone(), last.clone(), reached));
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round.into());
        tokio::time::sleep(Duration::from_millis(30 + (chance >> 33) % 700)).await;
        let stopped = server.kill().await;
        for author in authors {
            author.await.unwrap();
        }
        let (seqs, place) = follower.await.unwrap();
        seen.extend(seqs);
        last = place.or(last);
        server = stopped.start().await;
    }

    let api = api.at(&server.url);
    let done = Arc::try_unwrap(done).ok().unwrap().into_inner().unwrap();
    assert!(!done.published.is_empty() && !done.uploaded.is_empty(), "the cuts left time to write");
    for (title, id) in &done.published {
        let post = settled(&api, id).await;
        assert_eq!((&post["status"], &post["title"]), (&json!("PUBLISHED"), &json!(title)));
    }
    for id in &done.uploaded {
        let post = settled(&api, id).await;
        let stages = post["stages"].as_array().unwrap();
        let images = stages.iter().filter(|s| s["kind"] == "IMAGE" && s["status"] == "READY");
        assert_eq!(images.count(), 1, "{post:#}");
    }
    println!(
        "{} posts, {} images, {} events",
        done.published.len(),
        done.uploaded.len(),
        seen.len()
    );

    // The follower catches up with what happened since, and then has seen every event once.
    let head = head(&server, &token).await;
    let reached = Arc::new(AtomicI64::new(0));
    let follower = tokio::spawn(follow(server.url.clone(), token.clone(), last, reached.clone()));
    eventually_within(PATIENCE, "the follower is where the log is", async || {
        (reached.load(Ordering::Acquire) >= head).then_some(())
    })
    .await;
    server.kill().await;
    let (seqs, _) = follower.await.unwrap();
    seen.extend(seqs);
    let first = *seen.first().unwrap();
    assert_eq!(seen, (first..first + seen.len() as i64).collect::<Vec<_>>(), "each once, in order");
    assert!(*seen.last().unwrap() >= head, "{:?} of {head}", seen.last());
}

/// The number of the last event.
async fn head(server: &Server, token: &str) -> i64 {
    let mut socket = Socket::admitted(&server.url, Some(token)).await;
    socket.subscribe("h", FOLLOW, json!({})).await;
    socket.message().await["payload"]["data"]["myPipelines"]["seq"].as_i64().unwrap()
}

/// What was found running at three starts in a row waits up to a minute, and is run alone.
const PATIENCE: Duration = Duration::from_secs(180);

/// Waits until every stage of a post has ended for a reason that is not the cut.
pub async fn settled(api: &Api, id: &str) -> Value {
    let id = json!(id);
    eventually_within(PATIENCE, "every stage ends", async || {
        let post = api.post(&id).await;
        let stages = post["stages"].as_array()?.clone();
        let ended = |stage: &Value| match stage["status"].as_str().unwrap_or_default() {
            "READY" | "SKIPPED" => true,
            "FAILED" => panic!("failed by a power cut: {stage:#}"),
            _ => false,
        };
        (!stages.is_empty() && stages.iter().all(ended)).then_some(post)
    })
    .await
}
