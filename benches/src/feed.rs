//! Questions over HTTP: our handler and the stock one, over the same schema and the same blog.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use api::http::addresses::Addresses;
use api::http::pages::Pages;
use api::http::{Doors, router};
use api::socket::{Sockets, Subscriptions};
use async_graphql::{Data, Request as Operation, Response as Executed};
use async_graphql_axum::GraphQL;
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use contract::{CountingTable, Counts};
use domain::ports::{Clock, IdSource};
use embedded_objects::FolderObjects;
use embedded_passwords::Argon2Passwords;
use embedded_search::TantivyIndex;
use embedded_system::{SystemClock, SystemIds};
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use futures_util::stream::{self, BoxStream, StreamExt};
use http_body_util::BodyExt;
use schema::guard::{Guard, Limits};
use schema::{Budget, Client, Parts, Schema, SessionCookieSlot};
use serde_json::{Value, json};
use store::{Blog, CursorSigner};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::micro::Micro;
use crate::silence::Silence;
use crate::table::{Row, Section};

/// Posts that the page of the feed has.
pub const POSTS: usize = 20;

/// As the home page of the web client asks.
const FEED: &str =
    "query Feed($first: Int!, $after: String) { posts(first: $first, after: $after) {
    nodes { id slug title excerpt tags author { id nickname } language publishedAt
            cover { width height alt variants { width height url } } }
    pageInfo { hasNextPage endCursor }
} }";
/// Asks the table nothing, so that what remains is the handler.
const SMALL: &str = "{ viewer { email } }";

/// CPU and table calls of both questions, by our handler, the stock one, and none.
///
/// # Errors
/// The blog cannot be opened, or an answer is not what it should be.
pub fn run(micro: &mut Micro, runtime: &Runtime, data: &Path) -> Result<Section> {
    let world = runtime.block_on(World::open(data))?;
    let mut rows = Vec::new();
    let feed = json!({ "query": FEED, "variables": { "first": POSTS } });
    let small = json!({ "query": SMALL });
    for (name, reports, body, n_posts) in [
        ("feed of 20 posts", ["feed-ours", "feed-stock", "feed-schema"], feed, POSTS),
        ("viewer { email }", ["small-ours", "small-stock", "small-schema"], small, 0),
    ] {
        let ours = runtime.block_on(world.ask(&world.ours, &body))?;
        let stock = runtime.block_on(world.ask(&world.stock, &body))?;
        ensure!(ours.data == stock.data, "two answers: {:#} and {:#}", ours.data, stock.data);
        let posts = ours.data["posts"]["nodes"].as_array();
        let covers = posts.iter().copied().flatten().filter(|post| post["cover"].is_object());
        let (covers, posts) = (covers.count(), posts.map_or(0, Vec::len));
        ensure!(posts == n_posts && covers == posts, "{posts} posts with {covers} covers");

        let handler = |router: &Router| {
            let asked = runtime.block_on(send(router, &body));
            assert!(asked.is_ok_and(|bytes| !bytes.is_empty()), "no answer");
        };
        let alone = || {
            let executed = runtime.block_on(world.schema.execute(operation(&body)));
            assert!(executed.errors.is_empty(), "no answer");
        };
        let [by_us, by_stock, alone] = micro.beside([
            (reports[0], Box::new(|| handler(&world.ours))),
            (reports[1], Box::new(|| handler(&world.stock))),
            (reports[2], Box::new(alone)),
        ])?;
        let micros = by_us.cpu.as_secs_f64() * 1e6;
        let row = |what: &str, cpu: crate::micro::Estimate| {
            Row::micros(format!("{name}, {what}: CPU"), cpu.cpu, cpu.samples)
        };
        rows.push(row("our handler", by_us));
        rows.push(row("stock handler", by_stock).beside(micros));
        rows.push(row("schema without HTTP", alone).beside(micros));
        let calls = |handler: &str, counts: Counts| {
            Row::new(format!("{name}, {handler}: table calls"), counts.calls() as f64, "", 1)
        };
        rows.push(calls("our handler", ours.counts));
        rows.push(calls("stock handler", stock.counts));
    }
    Ok(Section {
        title: "Questions over HTTP",
        how: "In one process and one thread: from a request to the bytes of its answer, through all \
              layers, without a socket and without a log. The table is SQLite on the disk; the blog was \
              written by the program itself, each post with a cover in five sizes. Our handler \
              measures the document, keeps the client's budget, and writes request id, security and \
              rate headers; the stock handler (async-graphql-axum) does none of that."
            .to_owned(),
        rows,
    })
}

struct World {
    ours: Router,
    stock: Router,
    schema: Schema,
}

struct Answer {
    data: Value,
    counts: Counts,
}

impl World {
    async fn open(data: &Path) -> Result<World> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new(clock.clone())?);
        let folder = DataFolder::open(data)?;
        let config = SqliteTableConfig { readers: 2, max_bytes: None };
        let table = Arc::new(SqliteTable::open(&folder, &config, clock.clone())?);
        let table = Arc::new(CountingTable::new(table));
        let blog = Blog::open(table.clone(), clock.clone(), "bench").await?;
        let objects = FolderObjects::open(&folder.folder("objects")?, clock.clone(), ids.clone())?;
        let schema = schema::build(Parts {
            blog,
            objects: Arc::new(objects),
            search: Some(Arc::new(TantivyIndex::open(&folder.folder("bench")?, None)?)),
            passwords: Arc::new(Argon2Passwords::new(table, ids.clone())),
            renderer: Arc::new(content::MarkdownRenderer),
            clock,
            ids: ids.clone(),
            signer: CursorSigner::new((1, [7; 32]), &[]),
            sockets: realtime::Sockets::new(),
            site_title: "Deepdive".to_owned(),
            origin: "https://blog.example".to_owned(),
            prices: domain::usage::Prices::default(),
            sign_up_open: true,
        });
        let guard = Guard::new(Limits::default(), &schema::sdl()).context("the guard")?;
        let doors = Doors {
            executor: Arc::new(schema.clone()),
            guard: Arc::new(guard),
            authenticator: Arc::new(Silence),
            media: Arc::new(Silence),
            readiness: Arc::new(Silence),
            ids,
            addresses: Addresses::default(),
            // Nobody is refused: each refusal would look like a quick answer.
            budget: Arc::new(Budget::new(u64::from(u32::MAX))),
            pages: Pages::new(Silence),
            reading: Arc::new(Silence),
            subscriptions: Subscriptions::Here(Sockets::new(
                Arc::new(Silence),
                TaskTracker::new(),
                CancellationToken::new(),
            )),
            draft_statuses: false,
        };
        let stock = Router::new().route_service("/graphql", GraphQL::new(Stock(schema.clone())));
        Ok(World { ours: router(Arc::new(doors)), stock, schema })
    }

    async fn ask(&self, router: &Router, body: &Value) -> Result<Answer> {
        let (answered, counts) = CountingTable::counting(send(router, body)).await;
        let mut answer: Value = serde_json::from_slice(&answered?).context("the answer")?;
        ensure!(answer["errors"].is_null(), "{answer:#}");
        Ok(Answer { data: answer["data"].take(), counts })
    }
}

async fn send(router: &Router, body: &Value) -> Result<Vec<u8>> {
    let request = Request::post("/graphql")
        .header(header::HOST, "127.0.0.1")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))?;
    let answer =
        router.clone().oneshot(request).await.unwrap_or_else(|never: Infallible| match never {});
    ensure!(answer.status().is_success(), "status {}", answer.status());
    Ok(answer.into_body().collect().await?.to_bytes().into())
}

/// What the handlers make of a body.
fn operation(body: &Value) -> Operation {
    let variables = async_graphql::Variables::from_json(body["variables"].clone());
    with_client(Operation::new(body["query"].as_str().unwrap_or_default()).variables(variables))
}

fn with_client(operation: Operation) -> Operation {
    let client = Client {
        address: std::net::Ipv4Addr::LOCALHOST.into(),
        may_sign_in: false,
        agent: None,
        request_id: "bench".to_owned(),
    };
    operation.data(client).data(SessionCookieSlot::default())
}

/// The schema as the stock handler wants it: what our door puts into a request is put in here.
#[derive(Clone)]
struct Stock(Schema);

#[async_trait]
impl async_graphql::Executor for Stock {
    async fn execute(&self, request: Operation) -> Executed {
        self.0.execute(with_client(request)).await
    }

    fn execute_stream(&self, _: Operation, _: Option<Arc<Data>>) -> BoxStream<'static, Executed> {
        stream::empty().boxed()
    }
}
