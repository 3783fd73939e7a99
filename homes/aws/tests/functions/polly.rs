//! A stand-in of Polly's tasks, and of the bucket in which they put what they made: for the functions that speak.
//! What Polly's model demands of a request, the tests of its adapter check.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const CHECKSUM: &str = "x-amz-checksum-sha256";

#[derive(Default)]
struct World {
    /// By key: what was asked. None of them has ended.
    tasks: BTreeMap<String, Value>,
    /// By key: the headers that S3 keeps, and the bytes.
    objects: BTreeMap<String, (HeaderMap, Bytes)>,
}

/// A Polly and a bucket that run as long as the test.
pub struct Polly {
    pub url: String,
    world: Shared,
}

type Shared = Arc<Mutex<World>>;

impl Polly {
    pub async fn start() -> Polly {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let world = Shared::default();
        let routes = Router::new()
            .route("/v1/synthesisTasks", post(begin))
            .route("/v1/synthesisTasks/{id}", get(known))
            .route("/{bucket}/{*key}", get(read).put(keep).delete(remove))
            .with_state(world.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Polly { url, world }
    }

    /// Every task puts what it made into the bucket; what it would tell the topic.
    pub fn speak(&self) -> Vec<String> {
        let mut world = self.world.lock();
        let tasks = std::mem::take(&mut world.tasks);
        let mut told = vec![];
        for (key, task) in tasks {
            let made = if task["OutputFormat"] == "mp3" { sound() } else { marks(&task) };
            world.objects.insert(key.clone(), (HeaderMap::new(), made.into()));
            told.push(json!({ "taskStatus": "COMPLETED", "outputUri": address(&key) }).to_string());
        }
        told
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.world.lock().objects.keys().cloned().collect()
    }
}

fn address(key: &str) -> String {
    format!("s3://blog-media/{key}")
}

/// Ten frames of silence: 48 kbit/s, 24 kHz, one channel.
fn sound() -> Vec<u8> {
    let mut frame = vec![0xff, 0xf3, 0x64, 0xc4];
    frame.resize(144, 0);
    frame.repeat(10)
}

/// All of them at the beginning.
fn marks(task: &Value) -> Vec<u8> {
    let names = task["Text"].as_str().unwrap().split("<mark name=\"").skip(1);
    let line = |rest: &str| {
        let name = rest.split('"').next().unwrap();
        json!({ "time": 0, "type": "ssml", "value": name }).to_string() + "\n"
    };
    names.map(line).collect::<String>().into_bytes()
}

async fn begin(State(world): State<Shared>, body: Bytes) -> Response {
    let task: Value = serde_json::from_slice(&body).unwrap();
    let mut world = world.lock();
    let id = format!("task-{}", world.tasks.len());
    let extension = if task["OutputFormat"] == "mp3" { "mp3" } else { "marks" };
    let key = format!("{}.{id}.{extension}", task["OutputS3KeyPrefix"].as_str().unwrap());
    let answer = json!({ "TaskId": id, "TaskStatus": "scheduled", "OutputUri": address(&key) });
    world.tasks.insert(key, task);
    axum::Json(json!({ "SynthesisTask": answer })).into_response()
}

async fn known(Path(id): Path<String>) -> Response {
    let answer = json!({ "TaskId": id, "TaskStatus": "inProgress" });
    axum::Json(json!({ "SynthesisTask": answer })).into_response()
}

async fn read(State(world): State<Shared>, Path((_, key)): Path<(String, String)>) -> Response {
    match world.lock().objects.get(&key) {
        Some((headers, bytes)) => (headers.clone(), bytes.clone()).into_response(),
        None => {
            let body = "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>";
            (StatusCode::NOT_FOUND, body).into_response()
        }
    }
}

async fn keep(
    State(world): State<Shared>,
    Path((_, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let kept = headers.into_iter().filter_map(|(name, value)| {
        let name = name.filter(|name| *name == CONTENT_TYPE || name.as_str() == CHECKSUM)?;
        Some((name, value))
    });
    world.lock().objects.insert(key, (kept.collect(), body));
    StatusCode::OK
}

async fn remove(State(world): State<Shared>, Path((_, key)): Path<(String, String)>) -> StatusCode {
    world.lock().objects.remove(&key);
    StatusCode::NO_CONTENT
}
