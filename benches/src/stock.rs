//! The stock socket, as a server of its own: what ours is set beside.
//!
//! It answers the document that the crowd subscribes with, from a schema that says as much of an event
//! as ours does, and keeps nothing: no table, no log, no session. What remains is the socket and the
//! execution for each subscriber.

use std::process::Stdio;

use anyhow::{Context, Result};
use async_graphql::{ID, Object, Schema, SimpleObject, Subscription};
use async_graphql_axum::{GraphQL, GraphQLSubscription};
use axum::Router;
use futures_util::stream::{self, Stream, StreamExt};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::broadcast;

/// The server as who measures sees it; ended when it is dropped.
pub struct StockServer {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
}

impl StockServer {
    /// Starts this program as the server.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start() -> Result<StockServer> {
        let mut child = Command::new(std::env::current_exe().context("find this program")?)
            .arg("stock")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("start the stock server")?;
        let stdout = child.stdout.take().context("the stock server has no output")?;
        let url = BufReader::new(stdout).lines().next_line().await?;
        Ok(StockServer { child, url: url.context("the stock server has ended")? })
    }

    /// The process.
    ///
    /// # Errors
    /// It has ended.
    pub fn id(&self) -> Result<u32> {
        self.child.id().context("the stock server has ended")
    }
}

/// The process itself: prints its address, and serves until it is ended.
///
/// # Errors
/// It cannot listen.
#[allow(clippy::print_stdout, reason = "who started it reads the address")]
pub async fn run() -> Result<()> {
    let (events, _) = broadcast::channel(64);
    let schema = Schema::build(Query, Mutation(events.clone()), Root(events)).finish();
    let router = Router::new()
        .route_service("/graphql", GraphQL::new(schema.clone()))
        .route_service("/graphql/ws", GraphQLSubscription::new(schema));
    let listener = TcpListener::bind("127.0.0.1:0").await.context("listen")?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await.context("serve")
}

#[derive(Clone, SimpleObject)]
struct Progress {
    done: i32,
    total: i32,
}

#[derive(Clone, SimpleObject)]
struct Stage {
    id: ID,
    kind: &'static str,
    status: &'static str,
    progress: Option<Progress>,
}

#[derive(Clone, SimpleObject)]
struct Frame {
    kind: &'static str,
    seq: i32,
    cursor: String,
    stages: Vec<Stage>,
}

fn frame(kind: &'static str, seq: i32) -> Frame {
    Frame {
        kind,
        seq,
        cursor: format!("{seq:064x}"),
        stages: vec![Stage {
            id: ID(format!("stage_{seq:026}_image")),
            kind: "IMAGE",
            status: "WAITING",
            progress: None,
        }],
    }
}

struct Query;

#[Object]
impl Query {
    async fn ready(&self) -> bool {
        true
    }
}

struct Mutation(broadcast::Sender<i32>);

#[Object]
impl Mutation {
    /// Tells all subscribers; how many there are.
    async fn tell(&self, seq: i32) -> usize {
        self.0.send(seq).unwrap_or_default()
    }
}

struct Root(broadcast::Sender<i32>);

#[Subscription]
impl Root {
    async fn pipeline(&self, post_id: ID) -> impl Stream<Item = Frame> + use<> {
        drop(post_id);
        let first = stream::once(async { frame("SNAPSHOT", 0) });
        first.chain(stream::unfold(self.0.subscribe(), |mut events| async move {
            let seq = events.recv().await.ok()?;
            Some((frame("EVENT", seq), events))
        }))
    }
}
