//! A door before a server, through which a table asks all that it asks. What comes through it is counted: each
//! page, and each repetition.

use std::error::Error;
use std::sync::Arc;

use contract::Counts;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_LENGTH;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::net::TcpListener;

/// The door.
pub struct Wire {
    /// Where it is.
    pub url: String,
    passage: Arc<Passage>,
}

/// Why a connection ends.
type Broken = Box<dyn Error + Send + Sync>;

struct Passage {
    server: Uri,
    client: Client<HttpConnector, Full<Bytes>>,
    counts: Mutex<Counts>,
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
        });
        tokio::spawn(serve(listener, passage.clone()));
        Wire { url, passage }
    }

    /// The requests that came so far, by the port's calls.
    pub fn counts(&self) -> Counts {
        *self.passage.counts.lock()
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
        head.headers.remove(CONTENT_LENGTH);
        head.uri = self.server.clone();
        let answer = self.client.request(Request::from_parts(head, Full::new(body))).await?;
        let (head, body) = answer.into_parts();
        Ok(Response::from_parts(head, Full::new(body.collect().await?.to_bytes())))
    }
}

/// A table that tells nobody of its changes. DynamoDB Local looks through all that it ever told of whenever it
/// tells of another, of whichever table: that takes minutes of all suites.
fn without_stream(body: &Bytes) -> Result<Bytes, Broken> {
    let mut table: Map<String, Value> = serde_json::from_slice(body)?;
    table.remove("StreamSpecification");
    Ok(Value::from(table).to_string().into())
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
