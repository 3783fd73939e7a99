//! What a stand-in for OpenSearch answers, and what becomes of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_search::{Credentials, OpenSearchConfig, OpenSearchIndex, Signing};
use contract::{ClosedPort, TestClock, TestIds};
use domain::PostId;
use domain::ports::{PortError, SearchIndex, SearchQuery};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Answers each request by what a function says to its first line, and remembers all of them.
struct StandIn {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    async fn start(answer: impl Fn(&str) -> (u16, &'static str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (requests, answer) = (seen.clone(), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, answer.clone(), requests.clone()));
            }
        });
        Self { url, seen }
    }

    fn config(&self) -> OpenSearchConfig {
        OpenSearchConfig {
            url: self.url.clone(),
            index: "posts".into(),
            signing: None,
            clock: Arc::new(TestClock::default()),
            ids: Arc::new(TestIds::seeded(1)),
        }
    }
}

async fn serve(
    mut connection: TcpStream,
    answer: Arc<impl Fn(&str) -> (u16, &'static str)>,
    seen: Arc<Mutex<Vec<String>>>,
) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let n = connection.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            if n == 0 {
                return;
            }
            continue;
        };
        let length = head.lines().find_map(|line| {
            line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
        });
        if n > 0 && body.len() < length.unwrap_or(0) {
            continue;
        }
        let (status, body) = answer(head.lines().next().unwrap_or_default());
        seen.lock().push(text.into_owned());
        let answer = format!(
            "HTTP/1.1 {status} -\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = connection.write_all(answer.as_bytes()).await;
        return;
    }
}

const THERE: &str =
    r#"{"posts-1":{"settings":{"index":{"uuid":"u"}},"mappings":{"_meta":{"analysis":"a"}}}}"#;

fn query() -> SearchQuery {
    SearchQuery { text: "alpha".into(), offset: 0, limit: 10, as_you_type: false }
}

#[tokio::test]
async fn what_cannot_be_reached_is_unavailable() {
    let port = ClosedPort::take();
    let stand_in = StandIn { url: port.url(), seen: Arc::default() };
    let error = OpenSearchIndex::open(stand_in.config()).await.err().unwrap();
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
}

#[tokio::test]
async fn a_refused_identity_is_told_what_to_ask_for() {
    for status in [401, 403] {
        let stand_in = StandIn::start(move |_| (status, "{}")).await;
        let error = OpenSearchIndex::open(stand_in.config()).await.err().unwrap();
        let PortError::Denied(advice) = error else { panic!("{error:?}") };
        assert!(advice.contains("es:ESHttp"), "{advice}");
        assert_eq!(stand_in.seen.lock().len(), 1, "asking again does not help");
    }
}

#[tokio::test]
async fn what_is_busy_for_a_moment_is_asked_again_and_not_for_ever() {
    let busy = Arc::new(AtomicUsize::new(2));
    let left = busy.clone();
    let stand_in = StandIn::start(move |line| {
        let is_busy = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        match is_busy {
            Ok(n) if n % 2 == 0 => (429, "{}"),
            Ok(_) => (503, "<html>no JSON</html>"),
            Err(_) if line.starts_with("GET /posts ") => (200, THERE),
            Err(_) => (500, "{}"),
        }
    })
    .await;
    let index = OpenSearchIndex::open(stand_in.config()).await.unwrap();
    assert_eq!(stand_in.seen.lock().len(), 3);

    busy.store(1000, Ordering::SeqCst);
    let error = index.search(&query()).await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    assert_eq!(stand_in.seen.lock().len(), 3 + 4);
}

#[tokio::test]
async fn a_failure_inside_an_answer_that_says_200_is_a_failure() {
    let stand_in = StandIn::start(|line| match line {
        line if line.starts_with("GET") => (200, THERE),
        line if line.contains("_bulk") => (
            200,
            r#"{"errors":true,"items":[
                {"index":{"_index":"posts-1","status":400,
                    "error":{"type":"mapper_parsing_exception","reason":"no such field"}}},
                {"index":{"_index":"posts-next","status":404,"error":{}}}]}"#,
        ),
        _ => (
            200,
            r#"{"timed_out":true,"_shards":{"failed":0},"hits":{"total":{"value":0},"hits":[]}}"#,
        ),
    })
    .await;
    let index = OpenSearchIndex::open(stand_in.config()).await.unwrap();
    let error = index.remove(&PostId::from_bits(1), 1).await.unwrap_err();
    let PortError::Backend { source, .. } = error else { panic!("{error:?}") };
    assert!(source.to_string().contains("no such field"), "{source}");
    let error = index.search(&query()).await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable(_)), "half an answer: {error:?}");
}

#[tokio::test]
async fn requests_are_signed_when_there_are_credentials() {
    let stand_in = StandIn::start(|_| (200, THERE)).await;
    OpenSearchIndex::open(stand_in.config()).await.unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "hush", None, None, "tests");
    let signing = Signing { credentials, region: "ap-northeast-2".into() };
    let config = OpenSearchConfig { signing: Some(signing), ..stand_in.config() };
    OpenSearchIndex::open(config).await.unwrap();
    let seen = stand_in.seen.lock();
    assert!(!seen[0].contains("authorization"), "{}", seen[0]);
    assert!(seen[1].contains("/ap-northeast-2/es/aws4_request"), "{}", seen[1]);
    assert!(seen[1].contains("x-amz-date: 20261123T120000Z"), "{}", seen[1]);
    assert!(!seen[1].contains("hush"));
}
