//! The wire protocol of Bedrock's Converse, with a model that a test thinks up.

use std::sync::Arc;

use aws_summary::{BedrockSummarizer, Config, Credentials, DEFAULT_MODEL};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the stand-in says to a request.
pub struct Reply {
    pub status: u16,
    /// Name of an exception of Bedrock; empty for none.
    pub error: &'static str,
    pub body: Value,
}

impl Reply {
    /// A model said this text and stopped for this reason.
    pub fn said(text: &str, stop: &str) -> Self {
        let body = json!({
            "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
            "stopReason": stop,
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
            "metrics": {"latencyMs": 1},
        });
        Self { status: 200, error: "", body }
    }

    /// Bedrock refused.
    pub fn refused(status: u16, error: &'static str) -> Self {
        Self { status, error, body: json!({"message": "no"}) }
    }
}

/// A Bedrock that runs as long as the test.
pub struct Bedrock {
    pub summarizer: BedrockSummarizer,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl Bedrock {
    /// Starts one whose model answers the bodies of requests so.
    pub async fn with(model: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let body = request(&mut stream).await;
                let reply = model(&body);
                seen.lock().push(body);
                answer(&mut stream, &reply).await;
            }
        });
        let config = Config {
            model: DEFAULT_MODEL.into(),
            region: "ap-northeast-2".into(),
            credentials: Credentials::new("AKID", "the-secret", None, None, "tests"),
            endpoint: Some(url),
        };
        Self { summarizer: BedrockSummarizer::new(config), requests }
    }

    /// The bodies of all requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.requests.lock().clone()
    }
}

/// Reads a request for an answer of the default model, and gives its body.
async fn request(stream: &mut TcpStream) -> Value {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let start = head.len() + 4;
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.unwrap().parse().unwrap();
            if read.len() >= start + length {
                let path = format!("POST /model/{}/converse ", DEFAULT_MODEL.replace(':', "%3A"));
                assert!(head.starts_with(&path), "{head}");
                assert!(head.contains("/ap-northeast-2/bedrock/aws4_request"), "{head}");
                return serde_json::from_slice(&read[start..]).unwrap();
            }
        }
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request broke off");
    }
}

async fn answer(stream: &mut TcpStream, reply: &Reply) {
    let body = reply.body.to_string();
    let error = match reply.error {
        "" => String::new(),
        name => format!("x-amzn-errortype: {name}\r\n"),
    };
    let head = format!(
        "HTTP/1.1 {} X\r\nconnection: close\r\ncontent-type: application/json\r\n{error}content-length: {}\r\n\r\n",
        reply.status,
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}
