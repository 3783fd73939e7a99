//! The wire protocol of Polly's tasks (restJson1), and of the bucket in which they put what they made.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_speech::{Config, Credentials, ENGLISH_VOICE, KOREAN_VOICE, PollySynthesizer};
use domain::ports::OutsideId;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{hoarse, model};

pub const BUCKET: &str = "blog-media";
pub const TOPIC: &str = "arn:aws:sns:ap-northeast-2:123456789012:blog-spoken";

/// A task that was begun.
struct Task {
    request: Value,
    key: String,
    status: &'static str,
}

#[derive(Default)]
struct World {
    tasks: BTreeMap<String, Task>,
    objects: BTreeMap<String, Vec<u8>>,
    /// Status and exception of the next answers of Polly.
    refusals: Vec<(u16, &'static str)>,
    /// The same of the bucket.
    forbidden: Option<(u16, &'static str)>,
    calls: usize,
}

/// A Polly and a bucket that run as long as the test.
#[derive(Clone)]
pub struct Polly {
    pub config: Config,
    world: Arc<Mutex<World>>,
}

struct Request {
    method: String,
    path: String,
    body: Vec<u8>,
}

struct Reply {
    status: u16,
    error: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

fn json_reply(status: u16, error: &'static str, body: &Value) -> Reply {
    Reply { status, error, kind: "application/json", body: body.to_string().into_bytes() }
}

fn xml(status: u16, code: &'static str) -> Reply {
    let body =
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>");
    Reply { status, error: "", kind: "application/xml", body: body.into_bytes() }
}

impl Polly {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let world = Arc::new(Mutex::new(World::default()));
        let shared = world.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let world = shared.clone();
                tokio::spawn(async move {
                    let request = read(&mut stream).await;
                    let reply = world.lock().answer(&request);
                    write(&mut stream, &reply).await;
                });
            }
        });
        let config = Config {
            korean: KOREAN_VOICE.into(),
            english: ENGLISH_VOICE.into(),
            bucket: BUCKET.into(),
            topic: TOPIC.into(),
            region: "ap-northeast-2".into(),
            credentials: Credentials::new("AKID", "the-secret", None, None, "tests"),
            endpoint: Some(url.clone()),
            bucket_endpoint: Some(url),
        };
        Polly { config, world }
    }

    pub fn synthesizer(&self) -> PollySynthesizer {
        PollySynthesizer::new(self.config.clone())
    }

    /// Polly's next answers are these; afterwards it does as it is asked.
    pub fn refuse(&self, refusals: &[(u16, &'static str)]) {
        self.world.lock().refusals = refusals.iter().rev().copied().collect();
    }

    /// The bucket answers so from now on.
    pub fn forbid(&self, status: u16, code: &'static str) {
        self.world.lock().forbidden = Some((status, code));
    }

    /// The requests of all tasks that were begun.
    pub fn requests(&self) -> Vec<Value> {
        self.world.lock().tasks.values().map(|task| task.request.clone()).collect()
    }

    /// Keys of what is in the bucket.
    pub fn keys(&self) -> Vec<String> {
        self.world.lock().objects.keys().cloned().collect()
    }

    /// Calls of Polly itself.
    pub fn calls(&self) -> usize {
        self.world.lock().calls
    }

    /// Ends those tasks of a section whose key has this extension.
    pub fn end(&self, outside: &OutsideId, extension: &str) {
        let mut world = self.world.lock();
        let World { tasks, objects, .. } = &mut *world;
        for (id, task) in tasks.iter_mut().filter(|(_, it)| it.key.ends_with(extension)) {
            if outside.0.contains(id) {
                let text = task.request["Text"].as_str().unwrap();
                let sound = task.request["OutputFormat"] == "mp3";
                let made = if sound { hoarse::mp3(text) } else { hoarse::marks(text) };
                objects.insert(task.key.clone(), made);
                task.status = "completed";
            }
        }
    }

    /// The same, but what it made is that.
    pub fn end_with(&self, outside: &OutsideId, extension: &str, made: &[u8]) {
        self.end(outside, extension);
        let mut world = self.world.lock();
        world
            .objects
            .iter_mut()
            .filter(|(key, _)| key.ends_with(extension))
            .for_each(|(_, object)| *object = made.to_vec());
    }

    /// All tasks fail.
    pub fn fail(&self) {
        self.world.lock().tasks.values_mut().for_each(|task| task.status = "failed");
    }

    /// Three days go by.
    pub fn forget_tasks(&self) {
        self.world.lock().tasks.clear();
    }
}

impl World {
    fn answer(&mut self, request: &Request) -> Reply {
        let Request { method, path, body } = request;
        let of_bucket = path.strip_prefix(&format!("/{BUCKET}/"));
        if let (Some(key), Some((status, code))) = (of_bucket, self.forbidden) {
            assert!(key.starts_with("polly/"));
            return xml(status, code);
        }
        match (method.as_str(), of_bucket) {
            ("GET", Some(key)) => match self.objects.get(key) {
                Some(made) => {
                    Reply { status: 200, error: "", kind: "audio/mpeg", body: made.clone() }
                }
                None => xml(404, "NoSuchKey"),
            },
            ("DELETE", Some(key)) => {
                self.objects.remove(key);
                Reply { status: 204, error: "", kind: "", body: vec![] }
            }
            _ => {
                self.calls += 1;
                if let Some((status, error)) = self.refusals.pop() {
                    return json_reply(status, error, &json!({ "message": "no" }));
                }
                match (method.as_str(), path.strip_prefix("/v1/synthesisTasks")) {
                    ("POST", Some("")) => self.begin(serde_json::from_slice(body).unwrap()),
                    ("GET", Some(id)) => self.tell(id.trim_start_matches('/')),
                    _ => panic!("{method} {path}"),
                }
            }
        }
    }

    fn begin(&mut self, request: Value) -> Reply {
        if let Some(error) = model::refusal(&request) {
            return json_reply(400, error, &json!({ "message": "no" }));
        }
        let id = format!("{:08x}-4ab1-9c0d", self.tasks.len());
        let extension = if request["OutputFormat"] == "mp3" { "mp3" } else { "marks" };
        let key = format!("{}.{id}.{extension}", request["OutputS3KeyPrefix"].as_str().unwrap());
        self.tasks.insert(id.clone(), Task { request, key, status: "scheduled" });
        self.tell(&id)
    }

    fn tell(&self, id: &str) -> Reply {
        let Some(Task { request, key, status }) = self.tasks.get(id) else {
            let error = "SynthesisTaskNotFoundException";
            return json_reply(400, error, &json!({ "message": "no" }));
        };
        let mut task = request.clone();
        task.as_object_mut().unwrap().remove("Text");
        task["TaskId"] = json!(id);
        task["TaskStatus"] = json!(status);
        task["CreationTime"] = json!(1_795_929_383.22);
        task["OutputUri"] =
            json!(format!("https://s3.ap-northeast-2.amazonaws.com/{BUCKET}/{key}"));
        if *status == "failed" {
            task["TaskStatusReason"] = json!("the voice is hoarse");
        }
        json_reply(200, "", &json!({ "SynthesisTask": task }))
    }
}

/// Reads a request that is signed for its service.
async fn read(stream: &mut TcpStream) -> Request {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let start = head.len() + 4;
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if read.len() >= start + length {
                let (method, rest) = head.split_once(' ').unwrap();
                let path = rest.split([' ', '?']).next().unwrap();
                let service = if path.starts_with("/v1/") { "polly" } else { "s3" };
                let scope = format!("/ap-northeast-2/{service}/aws4_request");
                assert!(head.contains(&scope), "{head}");
                return Request {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    body: read[start..].to_vec(),
                };
            }
        }
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request broke off");
    }
}

async fn write(stream: &mut TcpStream, reply: &Reply) {
    let Reply { status, error, kind, body } = reply;
    let error =
        if error.is_empty() { String::new() } else { format!("x-amzn-errortype: {error}\r\n") };
    let length = if *status == 204 {
        String::new()
    } else {
        format!("content-type: {kind}\r\ncontent-length: {}\r\n", body.len())
    };
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{length}{error}\r\n");
    // Who asked may have gone.
    let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
}
