//! A small language, a log that may be hostile, and a client, for the tests of this room.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, Stream, sink, stream};
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use crate::*;

/// Everything that is waited for has to come within it.
pub const DEADLINE: Duration = Duration::from_secs(10);

pub fn tag(seq: u64) -> Tag {
    Tag::new(if seq == 0 { String::new() } else { format!("t{seq}") })
}

pub fn position(topic: &str, epoch: &str, seq: u64) -> Position {
    Position { topic: Topic::new(topic), epoch: Epoch::new(epoch), seq: Seq(seq), tag: tag(seq) }
}

/// Logs in memory.
#[derive(Default)]
pub struct MemoryLog {
    logs: Mutex<HashMap<Topic, Log>>,
    /// Every so many calls one fails, and the others may answer short pages and doubled events.
    pub hostile: AtomicBool,
    calls: AtomicU64,
}

struct Log {
    epoch: Epoch,
    head: u64,
    first_readable: u64,
}

impl Default for Log {
    fn default() -> Self {
        Log { epoch: Epoch::new("e1"), head: 0, first_readable: 1 }
    }
}

impl MemoryLog {
    pub fn append(&self, topic: &str) -> u64 {
        let mut logs = self.logs.lock();
        let log = logs.entry(Topic::new(topic)).or_default();
        log.head += 1;
        log.head
    }

    /// Events up to `seq` can no longer be read.
    pub fn expire(&self, topic: &str, seq: u64) {
        let mut logs = self.logs.lock();
        logs.entry(Topic::new(topic)).or_default().first_readable = seq + 1;
    }

    pub fn restore(&self, topic: &str, epoch: &str, head: u64) {
        let log = Log { epoch: Epoch::new(epoch), head, first_readable: 1 };
        self.logs.lock().insert(Topic::new(topic), log);
    }

    fn call(&self) -> Result<u64, LogError> {
        let call = self.calls.fetch_add(1, SeqCst);
        if self.hostile.load(SeqCst) && call % 5 == 3 {
            return Err(LogError("throttled".into()));
        }
        Ok(call)
    }
}

#[async_trait::async_trait]
impl EventLog for MemoryLog {
    async fn head(&self, topic: &Topic) -> Result<Head, LogError> {
        self.call()?;
        tokio::task::yield_now().await;
        let mut logs = self.logs.lock();
        let log = logs.entry(topic.clone()).or_default();
        Ok(Head { seq: Seq(log.head), epoch: log.epoch.clone(), tag: tag(log.head) })
    }

    async fn read(&self, topic: &Topic, after: Seq, limit: u32) -> Result<Vec<LogEvent>, LogError> {
        let call = self.call()?;
        tokio::task::yield_now().await;
        let mut logs = self.logs.lock();
        let log = logs.entry(topic.clone()).or_default();
        let first = (after.0 + 1).max(log.first_readable);
        let event = |seq: u64| LogEvent {
            seq: Seq(seq),
            tag: tag(seq),
            payload: Bytes::from(format!("{{\"n\":{seq}}}")),
        };
        let mut events: Vec<_> = (first..=log.head).take(limit as usize).map(event).collect();
        if self.hostile.load(SeqCst) {
            events.truncate(if call.is_multiple_of(2) { 2 } else { usize::MAX });
            if let Some(last) = events.last().cloned() {
                events.push(last);
            }
        }
        Ok(events)
    }
}

pub struct Person {
    pub class: Mutex<Option<String>>,
}

/// `follow TOPIC [even]` subscribes; `say X` answers X; `bad` is refused; `panic` panics; `hang` waits.
#[derive(Default)]
pub struct Echo {
    pub n_renders: AtomicUsize,
    pub failing: AtomicBool,
    pub panicking: AtomicBool,
    pub hang: Notify,
    pub n_hanging: AtomicUsize,
    /// When set, opening waits for a permit of it.
    pub hold_opening: AtomicBool,
    pub opening: Notify,
}

pub struct Follow {
    even: bool,
}

fn opening_json(opening: &Opening) -> Value {
    match opening {
        Opening::Snapshot { at, gap } => json!({
            "kind": "SNAPSHOT", "seq": at.seq.0, "epoch": at.epoch.as_str(),
            "gap": gap.map(|gap| [gap.from.0, gap.to.0]),
        }),
        Opening::Resumed { at } => json!({ "kind": "RESUMED", "seq": at.seq.0 }),
    }
}

#[async_trait::async_trait]
impl Executor for Echo {
    type Viewer = Person;
    type Operation = Follow;
    type Class = String;

    async fn prepare(&self, request: Request, _: &Arc<Person>) -> Prepared<Follow> {
        let query = request.query.unwrap_or_default();
        let words: Vec<_> = query.split(' ').collect();
        match words[..] {
            ["follow", topic, ref rest @ ..] => {
                let even = rest == ["even"];
                let seen = request.last_event_id.map(|id| {
                    let (epoch, seq) = id.split_once('.').unwrap();
                    position(topic, epoch, seq.parse().unwrap())
                });
                let after = seen.or(request.variables.get("after").map(|after| {
                    let epoch = after["epoch"].as_str().unwrap();
                    position(topic, epoch, after["seq"].as_u64().unwrap())
                }));
                let mut group = [0; 32];
                group[0] = u8::from(even);
                let operation = Arc::new(Follow { even });
                let topic = Topic::new(topic);
                Prepared::Subscription(Plan { topic, group: GroupKey(group), after, operation })
            }
            ["say", word] => {
                Prepared::Response(Payload::from_json(json!({"data": word}).to_string()))
            }
            ["hang"] => {
                self.n_hanging.fetch_add(1, SeqCst);
                self.hang.notified().await;
                Prepared::Response(Payload::from_json("{}"))
            }
            ["panic"] => panic!("a resolver panicked, as this test wants"),
            _ => Prepared::Refused(Payload::error("no", "GRAPHQL_VALIDATION_FAILED")),
        }
    }

    async fn restore(
        &self,
        request: Request,
        viewer: &Arc<Person>,
    ) -> Result<Plan<Follow>, Payload> {
        match self.prepare(request, viewer).await {
            Prepared::Subscription(plan) => Ok(plan),
            Prepared::Refused(errors) | Prepared::Response(errors) => Err(errors),
        }
    }

    async fn open(
        &self,
        _: &Follow,
        viewer: &Arc<Person>,
        opening: &Opening,
    ) -> Result<Payload, Payload> {
        if self.hold_opening.load(SeqCst) {
            self.opening.notified().await;
        }
        if viewer.class.lock().is_none() {
            return Err(Payload::error("no", "FORBIDDEN"));
        }
        let (Opening::Snapshot { at, .. } | Opening::Resumed { at }) = opening;
        Ok(Payload::of_frame(opening_json(opening).to_string(), cursor(at)))
    }

    fn class(&self, _: &Follow, viewer: &Person) -> Option<String> {
        viewer.class.lock().clone()
    }

    async fn render(
        &self,
        operation: &Follow,
        class: &String,
        change: &Change,
    ) -> Result<Option<Payload>, RenderFailed> {
        self.n_renders.fetch_add(1, SeqCst);
        assert!(!self.panicking.load(SeqCst), "a render panicked, as this test wants");
        tokio::task::yield_now().await;
        if self.failing.load(SeqCst) {
            return Err(RenderFailed("no answer".into()));
        }
        let (kind, at) = match change {
            Change::Event { at, .. } => ("EVENT", at),
            Change::Progress { at, .. } => ("PROGRESS", at),
        };
        if operation.even && at.seq.0 % 2 == 1 {
            return Ok(None);
        }
        let frame = json!({ "kind": kind, "seq": at.seq.0, "class": class });
        Ok(Some(Payload::of_frame(frame.to_string(), cursor(at))))
    }
}

fn cursor(at: &Position) -> String {
    format!("{}.{}", at.epoch, at.seq)
}

/// Admits with `session`, `user` and `class` of the payload.
#[derive(Default)]
pub struct Doorkeeper {
    /// Says that authentication has begun.
    pub begun: Notify,
    /// When set, authentication waits for it.
    pub hold: AtomicBool,
    pub go_on: Notify,
    /// Those who were admitted, by user.
    pub people: Mutex<HashMap<String, Arc<Person>>>,
    pub lifetime: Mutex<Option<Duration>>,
}

#[async_trait::async_trait]
impl Authenticator<Person> for Doorkeeper {
    async fn authenticate(&self, payload: Map<String, Value>) -> Result<Admitted<Person>, Denied> {
        self.begun.notify_one();
        if self.hold.load(SeqCst) {
            self.go_on.notified().await;
        }
        let text = |name: &str| payload.get(name).and_then(Value::as_str);
        if text("deny").is_some() {
            return Err(Denied::default());
        }
        let class = Mutex::new(Some(text("class").unwrap_or("guest").to_owned()));
        let viewer = Arc::new(Person { class });
        if let Some(user) = text("user") {
            self.people.lock().insert(user.to_owned(), viewer.clone());
        }
        Ok(Admitted {
            viewer,
            session: text("session").map(Arc::from),
            user: text("user").map(Arc::from),
            expires_at: self.lifetime.lock().map(|life| tokio::time::Instant::now() + life),
            ack: None,
        })
    }
}

/// A hub with everything around it.
pub struct World {
    pub log: Arc<MemoryLog>,
    pub executor: Arc<Echo>,
    pub door: Arc<Doorkeeper>,
    pub sockets: Arc<Sockets>,
    pub hub: Hub<Echo>,
}

impl World {
    pub fn new() -> Self {
        // So slow that a test that passes does not owe it to the poll.
        Self::with(HubConfig { poll_every: Duration::from_secs(3600), ..HubConfig::default() })
    }

    pub fn with(config: HubConfig) -> Self {
        let (log, executor) = (Arc::new(MemoryLog::default()), Arc::new(Echo::default()));
        let sockets = Sockets::new();
        let hub = Hub::start(HubParts {
            executor: executor.clone(),
            log: log.clone(),
            sockets: sockets.clone(),
            runtime: Handle::current(),
            config,
        });
        World { log, executor, door: Arc::default(), sockets, hub }
    }

    /// Appends an event and tells the hub.
    pub fn happen(&self, topic: &str) -> u64 {
        let seq = self.log.append(topic);
        self.hub.wake(&Topic::new(topic));
        seq
    }

    pub fn connect(&self) -> Client {
        self.connect_with(ConnectionConfig::default(), 1024)
    }

    pub fn connect_with(&self, config: ConnectionConfig, capacity: usize) -> Client {
        let (say, heard) = mpsc::unbounded_channel();
        let (tell, told) = mpsc::channel(capacity);
        let connection =
            Connection { hub: self.hub.clone(), authenticator: self.door.clone(), config };
        let task = tokio::spawn(connection.run(incoming(heard), outgoing(tell)));
        Client { say, told, task }
    }

    /// A client that is acknowledged.
    pub async fn client(&self, init: Value) -> Client {
        let mut client = self.connect();
        client.init(init).await;
        client
    }
}

pub fn incoming(
    heard: mpsc::UnboundedReceiver<Incoming>,
) -> Pin<Box<dyn Stream<Item = Incoming> + Send>> {
    Box::pin(stream::unfold(heard, |mut heard| async { Some((heard.recv().await?, heard)) }))
}

pub fn outgoing<T: Send + 'static>(
    tell: mpsc::Sender<T>,
) -> Pin<Box<dyn Sink<T, Error = ()> + Send>> {
    Box::pin(sink::unfold(tell, |tell, frame| async {
        tell.send(frame).await.map_err(|_| ())?;
        Ok(tell)
    }))
}

pub struct Client {
    pub say: mpsc::UnboundedSender<Incoming>,
    pub told: mpsc::Receiver<Outgoing>,
    pub task: JoinHandle<Option<Close>>,
}

impl Client {
    pub fn send(&self, message: Value) {
        // A socket that has been closed does not hear; the test looks at what it said.
        let _ = self.say.send(Incoming::Text(message.to_string()));
    }

    pub fn subscribe(&self, id: &str, query: &str, after: Option<(&str, u64)>) {
        let after = after.map(|(epoch, seq)| json!({ "epoch": epoch, "seq": seq }));
        let variables = after.map_or(json!({}), |after| json!({ "after": after }));
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload }));
    }

    pub async fn init(&mut self, payload: Value) {
        self.send(json!({ "type": "connection_init", "payload": payload }));
        assert_eq!(self.message().await, json!({ "type": "connection_ack" }));
    }

    pub async fn frame(&mut self) -> Outgoing {
        tokio::time::timeout(DEADLINE, self.told.recv()).await.unwrap().unwrap()
    }

    pub async fn message(&mut self) -> Value {
        match self.frame().await {
            Outgoing::Text(text) => serde_json::from_str(&text).unwrap(),
            Outgoing::Close(close) => panic!("closed: {close:?}"),
        }
    }

    /// The payload of a `next` for `id`.
    pub async fn next(&mut self, id: &str) -> Value {
        let mut message = self.message().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        message["payload"].take()
    }

    /// Kind and number of a `next` for `id`.
    pub async fn step(&mut self, id: &str) -> (String, u64) {
        let frame = self.next(id).await;
        (frame["kind"].as_str().unwrap().to_owned(), frame["seq"].as_u64().unwrap())
    }

    /// The close frame, which must come next, and then the end.
    pub async fn closed(mut self) -> (u16, String) {
        let Outgoing::Close(close) = self.frame().await else { panic!("not closed") };
        assert_eq!(tokio::time::timeout(DEADLINE, self.told.recv()).await.unwrap(), None);
        assert_eq!(self.task.await.unwrap(), Some(close.clone()));
        (close.code, close.reason.into_owned())
    }
}

/// Waits until something holds.
pub async fn eventually(mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, waiting).await.expect("it never held");
}
