//! Sockets over real connections, with the engine of `realtime` behind the door.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use api::serve::Server;
use api::socket::GraphqlSockets;
use async_trait::async_trait;
use bytes::Bytes;
use domain::Timestamp;
use domain::ports::Clock;
use futures_util::{SinkExt, StreamExt};
use realtime::{
    Change, ConnectionConfig, EventLog, Executor, GroupKey, Head, Hub, HubConfig, HubParts, Limits,
    LogError, LogEvent, Opening, Payload, Plan, Position, Prepared, RenderFailed, Request, Seq,
    Tag, Topic,
};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Keys, Settings, app_with, user};

/// Answers every operation with who asks: `watch` again and again, the others once.
pub struct Who;

#[async_trait]
impl Executor for Who {
    type Viewer = String;
    type Operation = ();
    type Class = ();

    async fn prepare(&self, request: Request, viewer: &Arc<String>) -> Prepared<()> {
        if request.query.is_some_and(|query| query.contains("watch")) {
            let after = request.last_event_id.map(|seq| Position {
                topic: Topic::new("all"),
                epoch: realtime::Epoch::new("e"),
                seq: Seq(seq.parse().unwrap()),
                tag: Tag::new("t"),
            });
            let (topic, group) = (Topic::new("all"), GroupKey([0; 32]));
            return Prepared::Subscription(Plan { topic, group, after, operation: Arc::new(()) });
        }
        Prepared::Response(Payload::from_json(json!({ "data": { "who": **viewer } }).to_string()))
    }

    async fn restore(&self, request: Request, who: &Arc<String>) -> Result<Plan<()>, Payload> {
        match self.prepare(request, who).await {
            Prepared::Subscription(plan) => Ok(plan),
            Prepared::Refused(errors) | Prepared::Response(errors) => Err(errors),
        }
    }

    async fn open(&self, _: &(), who: &Arc<String>, how: &Opening) -> Result<Payload, Payload> {
        let (resumed, Opening::Snapshot { at, .. } | Opening::Resumed { at }) =
            (matches!(how, Opening::Resumed { .. }), how);
        let frame = json!({ "data": { "watch": **who, "resumed": resumed } });
        Ok(Payload::of_frame(frame.to_string(), at.seq.to_string()))
    }

    fn class(&self, _: &(), _: &String) -> Option<()> {
        Some(())
    }

    async fn render(
        &self,
        _: &(),
        _: &(),
        change: &Change,
    ) -> Result<Option<Payload>, RenderFailed> {
        let (Change::Event { at, .. } | Change::Progress { at, .. }) = change;
        // Long, so that a peer who does not read fills the line soon.
        let frame = json!({ "data": { "watch": "x".repeat(60_000) } });
        Ok(Some(Payload::of_frame(frame.to_string(), at.seq.to_string())))
    }
}

/// A log in which events have only numbers.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn count(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[async_trait]
impl EventLog for Counter {
    async fn head(&self, _: &Topic) -> Result<Head, LogError> {
        let seq = self.0.load(Relaxed);
        let tag = Tag::new(if seq == 0 { "" } else { "t" });
        Ok(Head { seq: Seq(seq), epoch: realtime::Epoch::new("e"), tag })
    }

    async fn read(&self, _: &Topic, after: Seq, limit: u32) -> Result<Vec<LogEvent>, LogError> {
        let event = |seq| LogEvent { seq: Seq(seq), tag: Tag::new("t"), payload: Bytes::new() };
        Ok((after.0 + 1..=self.0.load(Relaxed)).take(limit as usize).map(event).collect())
    }
}

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }
}

pub fn speaker(log: Arc<Counter>, registry: Arc<realtime::Sockets>) -> GraphqlSockets<Who> {
    let hub = Hub::start(HubParts {
        executor: Arc::new(Who),
        log,
        sockets: registry,
        runtime: tokio::runtime::Handle::current(),
        // Nobody wakes it.
        config: HubConfig { poll_every: Duration::from_millis(5), ..HubConfig::default() },
    });
    GraphqlSockets {
        hub,
        authenticator: Arc::new(Keys),
        clock: Arc::new(Epoch),
        viewer: Arc::new(|identity, _| match identity {
            Some(identity) => identity.user.to_string(),
            None => "guest".to_owned(),
        }),
        config: ConnectionConfig {
            limits: Limits { message_bytes: 64 * 1024, ..Limits::default() },
            ..ConnectionConfig::default()
        },
    }
}

/// A server that ends with the test.
pub struct Running {
    pub address: std::net::SocketAddr,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
    pub log: Arc<Counter>,
    pub registry: Arc<realtime::Sockets>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub async fn running() -> Running {
    let settings = Settings::default();
    let (tasks, stop) = (settings.tasks.clone(), settings.stop.clone());
    let (log, registry) = (settings.log.clone(), settings.registry.clone());
    let server = Server::listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = server.address();
    tokio::spawn(server.serve(app_with(settings).router, stop.clone(), tasks.clone()));
    Running { address, tasks, stop, log, registry }
}

const PROTOCOL: &str = "graphql-transport-ws";

type Client = WebSocketStream<TcpStream>;

async fn connect(server: &Running, path: &str) -> Client {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let url = format!("ws://{}{path}", server.address);
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", PROTOCOL.parse().unwrap());
    let (client, response) = client_async(request, stream).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], PROTOCOL);
    client
}

async fn speaking(server: &Running) -> Client {
    connect(server, "/graphql/ws").await
}

async fn say(client: &mut Client, message: Value) {
    client.send(Message::text(message.to_string())).await.unwrap();
}

async fn hear(client: &mut Client) -> Message {
    let heard = tokio::time::timeout(Duration::from_secs(5), client.next()).await;
    heard.expect("nothing came").expect("the stream ended").expect("no frame")
}

async fn hear_json(client: &mut Client) -> Value {
    serde_json::from_str(hear(client).await.to_text().unwrap()).unwrap()
}

async fn hear_close(client: &mut Client) -> u16 {
    match hear(client).await {
        Message::Close(Some(frame)) => frame.code.into(),
        other => panic!("{other:?}"),
    }
}

async fn who(client: &mut Client, init: Value) -> Value {
    say(client, json!({ "type": "connection_init", "payload": init })).await;
    assert_eq!(hear_json(client).await["type"], "connection_ack");
    let payload = json!({ "query": "{ who }" });
    say(client, json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    let next = hear_json(client).await;
    assert_eq!(hear_json(client).await, json!({ "type": "complete", "id": "1" }));
    next["payload"]["data"]["who"].clone()
}

#[tokio::test]
async fn both_addresses_speak_to_guests_and_to_holders_of_keys_and_tickets() {
    let server = running().await;
    let alive = user().to_string();
    for path in ["/graphql", "/graphql/ws"] {
        for (init, expected) in [
            (json!({}), "guest"),
            (json!({ "Authorization": "Bearer dd_pat_alive" }), alive.as_str()),
            (json!({ "ticket": "one-time" }), alive.as_str()),
        ] {
            let mut client = connect(&server, path).await;
            assert_eq!(who(&mut client, init).await, expected, "{path}");
        }
    }
}

#[tokio::test]
async fn a_bad_key_is_forbidden() {
    let server = running().await;
    let mut client = speaking(&server).await;
    let payload = json!({ "Authorization": "Bearer dd_pat_dead" });
    say(&mut client, json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(hear_close(&mut client).await, 4403);
}

#[tokio::test]
async fn a_socket_is_closed_when_its_key_ends() {
    let server = running().await;
    let mut client = speaking(&server).await;
    let payload = json!({ "Authorization": "Bearer dd_pat_ending" });
    say(&mut client, json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(hear_json(&mut client).await["type"], "connection_ack");
    assert_eq!(hear_close(&mut client).await, 4403);
}

#[tokio::test]
async fn a_cookie_says_nothing_on_a_socket() {
    let server = running().await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut request = format!("ws://{}/graphql", server.address).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", PROTOCOL.parse().unwrap());
    headers.insert("cookie", "deepdive_session=alive".parse().unwrap());
    let (mut client, _) = client_async(request, stream).await.unwrap();
    assert_eq!(who(&mut client, json!({})).await, "guest");
}

#[tokio::test]
async fn another_subprotocol_is_closed_with_4406() {
    let server = running().await;
    for protocol in ["", "graphql-ws", "soap, graphql-ws"] {
        let mut stream = raw(&server, protocol).await;
        assert_eq!(raw_close(&mut stream).await, 4406, "{protocol:?}");
    }
}

#[tokio::test]
async fn what_is_no_message_of_the_protocol_is_closed_with_4400() {
    let server = running().await;
    let mut client = speaking(&server).await;
    client.send(Message::text("{")).await.unwrap();
    assert_eq!(hear_close(&mut client).await, 4400);
    let mut client = speaking(&server).await;
    client.send(Message::binary(&b"{}"[..])).await.unwrap();
    assert_eq!(hear_close(&mut client).await, 4400);
}

#[tokio::test]
async fn a_ping_of_the_wire_is_answered() {
    let server = running().await;
    let mut client = speaking(&server).await;
    client.send(Message::Ping(b"hello"[..].into())).await.unwrap();
    assert_eq!(hear(&mut client).await, Message::Pong(b"hello"[..].into()));
}

/// Opens a socket by hand, to send what no library sends.
async fn raw(server: &Running, protocol: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: keep-alive, Upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: {protocol}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    // The example of RFC 6455.
    assert!(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
    stream
}

/// The code of the close frame that comes next.
async fn raw_close(stream: &mut TcpStream) -> u16 {
    let mut head = [0; 4];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_exact(&mut head)).await;
    read.expect("nothing came").expect("the connection was reset");
    assert_eq!(head[0], 0x88, "a close frame");
    u16::from_be_bytes([head[2], head[3]])
}

#[tokio::test]
async fn a_frame_of_15_megabytes_is_refused_by_its_header_and_the_sender_hears_why() {
    let server = running().await;
    let mut stream = raw(&server, PROTOCOL).await;
    let length = 15_000_000u64;
    let mut head = vec![0x81, 0x80 | 127];
    head.extend(length.to_be_bytes());
    head.extend([0, 0, 0, 0]);
    stream.write_all(&head).await.unwrap();
    // Not one byte of the message was sent yet.
    assert_eq!(raw_close(&mut stream).await, 4400);

    let mut stream = raw(&server, PROTOCOL).await;
    stream.write_all(&head).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    let piece = vec![b'x'; 1_000_000];
    let sending = async {
        for _ in 0..15 {
            writing.write_all(&piece).await.expect("the connection was reset while sending");
        }
    };
    let mut heard = Vec::new();
    let hearing = async { reading.read_to_end(&mut heard).await.expect("reset") };
    tokio::join!(sending, hearing);
    assert_eq!((heard[0], u16::from_be_bytes([heard[2], heard[3]])), (0x88, 4400));
}

#[tokio::test]
async fn bytes_that_are_no_websocket_are_closed_with_1002_and_bad_text_with_1007() {
    let server = running().await;
    let mut stream = raw(&server, PROTOCOL).await;
    // A reserved opcode, masked.
    stream.write_all(&[0x83, 0x80, 0, 0, 0, 0]).await.unwrap();
    assert_eq!(raw_close(&mut stream).await, 1002);
    let mut stream = raw(&server, PROTOCOL).await;
    stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]).await.unwrap();
    assert_eq!(raw_close(&mut stream).await, 1007);
}

#[tokio::test]
async fn a_bad_handshake_is_told_in_http() {
    let server = running().await;
    let app = app_with(Settings { stop: server.stop.clone(), ..Settings::default() });
    let upgrade = [("upgrade", "websocket"), ("connection", "upgrade")];
    let got = app.request("GET /graphql/ws", &upgrade, "").await;
    assert_eq!((got.status, got.header("sec-websocket-version")), (426, Some("13")));
    let mut without_key = upgrade.to_vec();
    without_key.push(("sec-websocket-version", "13"));
    let got = app.request("GET /graphql", &without_key, "").await;
    assert_eq!((got.status, got.code().as_str()), (400, "BAD_HANDSHAKE"));
    let got = app.request("POST /graphql/ws", &[("content-type", "application/json")], "{}").await;
    assert_eq!((got.status, got.header("upgrade")), (426, Some("websocket")));
}

#[tokio::test]
async fn a_socket_leaves_nothing_behind_when_the_peer_is_gone() {
    let server = running().await;
    let mut client = speaking(&server).await;
    assert_eq!(who(&mut client, json!({})).await, "guest");
    assert_eq!(server.tasks.len(), 1);
    drop(client);
    let deadline = Instant::now() + Duration::from_secs(5);
    while !server.tasks.is_empty() {
        assert!(Instant::now() < deadline, "the socket's task is still there");
        tokio::task::yield_now().await;
    }
}
