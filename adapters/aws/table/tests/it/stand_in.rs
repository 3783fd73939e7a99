//! A server that says what it is told to, in DynamoDB's place.

use std::sync::Arc;
use std::time::Duration;

use aws_table::{Credentials, DynamoTable, DynamoTableConfig};
use contract::TestClock;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::errors;

/// What it does with a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Answers with a status and a body.
    Says(u16, Value),
    /// Answers with what is no JSON.
    Babbles,
    /// Ends the connection.
    HangsUp,
    /// Says nothing for as long as anybody waits.
    KeepsSilent,
}

/// An error, in DynamoDB's form.
pub fn error(code: &str, more: Value) -> Answer {
    let (status, body) = errors::error(code, more);
    Answer::Says(status, body)
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which operation, such as `GetItem`.
    pub operation: String,
    /// Its body.
    pub body: Value,
}

/// The server, and a table that asks it.
pub struct StandIn {
    pub table: DynamoTable,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    /// Gives the answers in order, and the last of them for ever.
    pub async fn giving(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::within(Duration::from_secs(20), answers).await
    }

    /// With a table that waits so long for an answer.
    pub async fn within(attempt: Duration, answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let mut answers: Vec<Answer> = answers.into_iter().collect();
        answers.reverse();
        tokio::spawn(serve(listener, Arc::new(Mutex::new(answers)), asked.clone()));
        Self { table: table_at(url, attempt), asked }
    }

    /// All requests that came.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }
}

/// A table at an address.
pub fn table_at(url: String, attempt: Duration) -> DynamoTable {
    let config = DynamoTableConfig {
        table: "blog".to_owned(),
        region: "ap-northeast-2".to_owned(),
        credentials: Credentials::new("AKID", "hush", Some("token".to_owned()), None, "tests"),
        endpoint: Some(url),
        attempt,
        call: attempt * 3,
    };
    DynamoTable::new(&config, Arc::new(TestClock::default()))
}

async fn serve(
    listener: TcpListener,
    answers: Arc<Mutex<Vec<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, answers.clone(), asked.clone()));
    }
}

async fn converse(
    stream: TcpStream,
    answers: Arc<Mutex<Vec<Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = request(&mut stream).await {
        asked.lock().push(request);
        let answer = {
            let mut answers = answers.lock();
            let last = answers.len() == 1;
            if last { answers[0].clone() } else { answers.pop().unwrap() }
        };
        let (status, body) = match answer {
            Answer::Says(status, body) => (status, body.to_string()),
            Answer::Babbles => (200, "<html>".to_owned()),
            Answer::HangsUp => return,
            Answer::KeepsSilent => std::future::pending().await,
        };
        let answer = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.0\r\n\
             x-amzn-requestid: R1\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let (mut operation, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.trim().split_once(": ") {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "x-amz-target" => operation = value.rsplit('.').next().unwrap().to_owned(),
                _ => {}
            }
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { operation, body: serde_json::from_slice(&body).unwrap() })
}
