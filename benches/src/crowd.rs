//! Many clients in a process of their own, so that the server's memory and time are its alone.
//!
//! The process is told what to do by lines on its standard input, answers each by a line, and ends when
//! its input ends: nobody has to look for it.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures_util::stream::{self, SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt, TryStreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::cpu;

/// What any answer of the crowd is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Handshakes at once: the system keeps no endless queue.
const AT_ONCE: usize = 64;

/// The crowd as who measures sees it.
pub struct Crowd {
    child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Crowd {
    /// Opens so many sockets, admitted with a token.
    ///
    /// # Errors
    /// Not all of them could be opened.
    pub async fn open(server: &str, token: &str, n_sockets: usize) -> Result<Crowd> {
        let mut child = Command::new(std::env::current_exe().context("find this program")?)
            .args(["crowd", server, &n_sockets.to_string()])
            .env("DEEPDIVE_TOKEN", token)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("start the crowd")?;
        let orders = child.stdin.take().context("the crowd has no input")?;
        let answers = BufReader::new(child.stdout.take().context("the crowd has no output")?);
        let mut crowd = Crowd { child, orders, answers: answers.lines() };
        ensure!(crowd.answer().await? == "open", "the crowd is not open");
        Ok(crowd)
    }

    /// Lets every socket follow a post, and waits until each has its first frame.
    ///
    /// # Errors
    /// A socket got something else.
    pub async fn follow(&mut self, post: &str) -> Result<()> {
        self.order(post).await?;
        ensure!(self.answer().await? == "following", "the crowd does not follow");
        Ok(())
    }

    /// When each socket got its next frame, in nanoseconds of [`cpu::now_ns`].
    ///
    /// # Errors
    /// Not every socket got one in time.
    pub async fn frames(&mut self) -> Result<Vec<u64>> {
        let line = self.answer().await?;
        line.split(' ').map(|time| time.parse().context("a time")).collect()
    }

    /// Ends it.
    ///
    /// # Errors
    /// It does not end by itself.
    pub async fn close(mut self) -> Result<()> {
        drop(self.orders);
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let ended = ended.context("the crowd does not end")??;
        ensure!(ended.success(), "the crowd ended with {ended}");
        Ok(())
    }

    async fn order(&mut self, order: &str) -> Result<()> {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.context("tell the crowd")
    }

    async fn answer(&mut self) -> Result<String> {
        let line = tokio::time::timeout(PATIENCE, self.answers.next_line()).await;
        line.context("the crowd says nothing")??.context("the crowd has ended")
    }
}

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The process itself.
///
/// # Errors
/// A socket is refused, or ends.
pub async fn run(server: &str, token: &str, n_sockets: usize) -> Result<()> {
    let opening = (0..n_sockets).map(|_| open(server, token));
    let wires: Vec<Wire> = stream::iter(opening).buffer_unordered(AT_ONCE).try_collect().await?;
    let (heard, mut frames) = mpsc::channel(n_sockets);
    let mut followers = Vec::new();
    for wire in wires {
        let (order, orders) = mpsc::channel(1);
        tokio::spawn(member(wire, orders, heard.clone()));
        followers.push(order);
    }
    drop(heard);
    say("open")?;

    let mut orders = orders();
    let Some(post) = orders.recv().await else { return Ok(()) };
    let query = "subscription($id: ID!) { pipeline(postId: $id) { kind seq cursor \
                 stages { id kind status progress { done total } } } }";
    let payload = json!({ "query": query, "variables": { "id": post } });
    let follow = json!({ "id": "f", "type": "subscribe", "payload": payload }).to_string();
    for order in &followers {
        order.send(follow.clone()).await.context("a socket has ended")?;
    }
    all(&mut frames, n_sockets).await?;
    say("following")?;
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(order) => bail!("an order that makes no sense: {order}"),
                None => return Ok(()),
            },
            times = all(&mut frames, n_sockets) => {
                let times: Vec<String> = times?.iter().map(u64::to_string).collect();
                say(&times.join(" "))?;
            }
        }
    }
}

async fn open(server: &str, token: &str) -> Result<Wire> {
    let url = format!("{}/graphql/ws", server.replacen("http", "ws", 1));
    let mut request = url.into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let (mut wire, _) = tokio_tungstenite::connect_async(request).await.context("connect")?;
    let payload = json!({ "Authorization": format!("Bearer {token}") });
    let init = json!({ "type": "connection_init", "payload": payload }).to_string();
    wire.send(Message::text(init)).await.context("begin")?;
    match wire.next().await {
        Some(Ok(Message::Text(text))) if text.contains("connection_ack") => Ok(wire),
        other => bail!("a socket was not admitted: {other:?}"),
    }
}

/// One socket: sends its order, answers pings, and tells when frames come.
async fn member(wire: Wire, mut orders: mpsc::Receiver<String>, heard: mpsc::Sender<Result<u64>>) {
    let (mut sending, mut receiving): (SplitSink<Wire, Message>, SplitStream<Wire>) = wire.split();
    loop {
        let told = tokio::select! {
            order = orders.recv() => match order {
                Some(order) => sending.send(Message::text(order)).await.map_err(Into::into),
                None => return,
            },
            frame = receiving.next() => {
                let now = cpu::now_ns();
                match frame {
                    Some(Ok(Message::Text(text))) => match kind(&text).as_str() {
                        "next" => heard.send(Ok(now)).await.map_err(Into::into),
                        "ping" => {
                            let pong = Message::text(r#"{"type":"pong"}"#);
                            sending.send(pong).await.map_err(Into::into)
                        }
                        _ => Err(anyhow::anyhow!("a socket got {text}")),
                    },
                    Some(Ok(_)) => Ok(()),
                    other => Err(anyhow::anyhow!("a socket ended: {other:?}")),
                }
            }
        };
        if let Err(error) = told {
            // Who counts frames hears of it; when nobody counts any more, all is over.
            let _ = heard.send(Err(error)).await;
            return;
        }
    }
}

fn kind(text: &str) -> String {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    message["type"].as_str().unwrap_or_default().to_owned()
}

/// One frame of each socket.
async fn all(frames: &mut mpsc::Receiver<Result<u64>>, n_sockets: usize) -> Result<Vec<u64>> {
    let mut times = Vec::with_capacity(n_sockets);
    while times.len() < n_sockets {
        times.push(frames.recv().await.context("all sockets have ended")??);
    }
    Ok(times)
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("answer")
}

/// Lines of standard input, read by a thread that ends with the process.
fn orders() -> mpsc::Receiver<String> {
    let (sender, orders) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    orders
}
