//! A door before a server, through which a table asks all that it asks. What comes to it is counted: each page,
//! and each repetition. A test says what becomes of it.

use std::error::Error;
use std::sync::Arc;

use contract::Counts;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::net::TcpListener;

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It is done, and answered.
    Done,
    /// Of the keys of a batch only the first is read.
    InPart,
    /// It is done, and the connection ends before the answer.
    AnswerLost,
    /// The connection ends, and nothing is done.
    Lost,
    /// Nothing is done, and that is answered, with this status and body.
    Refused(u16, Value),
}

/// Says what becomes of a request, by its operation.
type Plan = Box<dyn FnMut(&str) -> Fate + Send>;

/// The door.
pub struct Wire {
    /// Where it is.
    pub url: String,
    passage: Arc<Passage>,
}

/// Why a connection ends.
type Broken = Box<dyn Error + Send + Sync>;

const JSON: &str = "application/x-amz-json-1.0";

struct Passage {
    server: Uri,
    client: Client<HttpConnector, Full<Bytes>>,
    counts: Mutex<Counts>,
    plan: Mutex<Plan>,
}

impl Wire {
    /// Opens one before a server.
    pub async fn before(server: &str) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let passage = Arc::new(Passage {
            server: server.parse().unwrap(),
            client: Client::builder(TokioExecutor::new()).build(connector),
            counts: Mutex::default(),
            plan: Mutex::new(Box::new(|_| Fate::Done)),
        });
        tokio::spawn(serve(listener, passage.clone()));
        Wire { url, passage }
    }

    /// The requests that came so far, by the port's calls.
    pub fn counts(&self) -> Counts {
        *self.passage.counts.lock()
    }

    /// Decides about the requests from now on.
    pub fn decide(&self, plan: impl FnMut(&str) -> Fate + Send + 'static) {
        *self.passage.plan.lock() = Box::new(plan);
    }
}

async fn serve(listener: TcpListener, passage: Arc<Passage>) {
    while let Ok((stream, _)) = listener.accept().await {
        // Else each answer waits for the other side to say that it has its beginning.
        stream.set_nodelay(true).unwrap();
        let passage = passage.clone();
        let service = service_fn(move |request| passage.clone().pass(request));
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

impl Passage {
    /// With an error the connection ends.
    async fn pass(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Broken> {
        let (mut head, body) = request.into_parts();
        let mut body = body.collect().await?.to_bytes();
        let target = head.headers.get("x-amz-target").ok_or("no operation")?.to_str()?;
        let operation = target.rsplit('.').next().unwrap_or_default();
        count(&mut self.counts.lock(), operation)?;
        if operation == "CreateTable" {
            body = without_stream(&body)?;
        }
        let fate = (self.plan.lock())(operation);
        let mut unread = Value::Null;
        match &fate {
            Fate::Lost => return Err("nobody hears of it".into()),
            Fate::Refused(status, body) => return told(*status, body),
            Fate::InPart => (body, unread) = part_of(&body)?,
            Fate::Done | Fate::AnswerLost => {}
        }
        head.headers.remove(CONTENT_LENGTH);
        head.uri = self.server.clone();
        let answer = self.client.request(Request::from_parts(head, Full::new(body))).await?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        match fate {
            Fate::AnswerLost => Err("nobody hears of the answer".into()),
            Fate::InPart => {
                let mut body: Value = serde_json::from_slice(&body)?;
                body["UnprocessedKeys"] = unread;
                told(head.status.as_u16(), &body)
            }
            _ => Ok(Response::from_parts(head, Full::new(body))),
        }
    }
}

fn told(status: u16, body: &Value) -> Result<Response<Full<Bytes>>, Broken> {
    let answer = Response::builder().status(status).header(CONTENT_TYPE, JSON);
    Ok(answer.body(Full::new(body.to_string().into()))?)
}

/// A table that tells nobody of its changes. DynamoDB Local looks through all that it ever told of whenever it
/// tells of another, of whichever table: that takes minutes of all suites.
fn without_stream(body: &Bytes) -> Result<Bytes, Broken> {
    let mut table: Map<String, Value> = serde_json::from_slice(body)?;
    table.remove("StreamSpecification");
    Ok(Value::from(table).to_string().into())
}

/// A batch of the first key that is asked for, and what is left of it.
fn part_of(body: &Bytes) -> Result<(Bytes, Value), Broken> {
    let mut read: Value = serde_json::from_slice(body)?;
    let mut unread = Map::new();
    for (name, wanted) in read["RequestItems"].as_object_mut().ok_or("no batch")? {
        let keys = wanted["Keys"].as_array_mut().ok_or("no keys")?;
        let rest = keys.split_off(keys.len().min(1));
        if !rest.is_empty() {
            let mut left = wanted.clone();
            left["Keys"] = rest.into();
            unread.insert(name.clone(), left);
        }
    }
    Ok((read.to_string().into(), unread.into()))
}

fn count(counts: &mut Counts, operation: &str) -> Result<(), String> {
    match operation {
        "GetItem" => counts.gets += 1,
        "BatchGetItem" => counts.batches += 1,
        "Query" | "Scan" => counts.queries += 1,
        "PutItem" | "UpdateItem" | "DeleteItem" => counts.writes += 1,
        "TransactWriteItems" => counts.transactions += 1,
        // What makes the table.
        "CreateTable" | "DescribeTable" | "UpdateTimeToLive" => {}
        _ => return Err(format!("{operation} is no call of the port")),
    }
    Ok(())
}
