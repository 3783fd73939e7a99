//! A stand-in of Lambda's Runtime API: hands events to a function's process, and takes its answers.
//!
//! Of the API (version 2018-06-01) it has what a function calls: the next invocation, which waits until there
//! is one, and the response or error of an invocation.

use std::collections::HashMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Nothing that a function does takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Api {
    events: tokio::sync::Mutex<Receiver<Value>>,
    answers: Sender<Result<Value, Value>>,
}

/// A function's process, and the service that it asks for work.
pub struct Function {
    process: Child,
    events: Sender<Value>,
    answers: Receiver<Result<Value, Value>>,
    said: Arc<Mutex<String>>,
}

impl Function {
    /// Starts a program as Lambda does, with this environment and nothing of ours but where programs are.
    pub async fn start(program: &str, environment: &HashMap<&str, String>) -> Function {
        let (events, coming) = channel(1);
        let (answers, answered) = channel(1);
        let api = Arc::new(Api { events: tokio::sync::Mutex::new(coming), answers });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(api);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let mut process = Command::new(program)
            .env_clear()
            .envs(std::env::var("PATH").map(|path| ("PATH", path)))
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "deepdive")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "tests")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "tests")
            .envs(environment)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::<Mutex<String>>::default();
        let (heard, stderr) = (said.clone(), process.stderr.take().unwrap());
        std::thread::spawn(move || {
            use std::io::BufRead;
            for line in std::io::BufReader::new(stderr).lines().map_while(Result::ok) {
                heard.lock().push_str(&(line + "\n"));
            }
        });
        Function { process, events, answers: answered, said }
    }

    /// Invokes it, and waits for its answer.
    pub async fn invoke(&mut self, event: Value) -> Value {
        self.events.send(event).await.unwrap();
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv()).await;
        match answer {
            Ok(Some(Ok(answer))) => answer,
            other => panic!("no answer: {other:?}\n{}", self.said.lock()),
        }
    }

    /// Invokes it with what it cannot answer, and waits for its error.
    pub async fn fail(&mut self, event: Value) -> Value {
        self.events.send(event).await.unwrap();
        match tokio::time::timeout(PATIENCE, self.answers.recv()).await {
            Ok(Some(Err(error))) => error,
            other => panic!("no error: {other:?}\n{}", self.said.lock()),
        }
    }

    /// Whether its log comes to say this.
    pub async fn has_said(&self, text: &str) -> bool {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !self.said.lock().contains(text) {
            if tokio::time::Instant::now() > deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        true
    }

    /// What its log says so far.
    pub fn said(&self) -> String {
        self.said.lock().clone()
    }

    /// Waits until it ends by itself; what it said, and whether it ended well.
    pub async fn end(mut self) -> (bool, String) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                // The thread that listens hears the end a moment later.
                while Arc::strong_count(&self.said) > 1 && tokio::time::Instant::now() < deadline {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                return (status.success(), self.said.lock().clone());
            }
            assert!(tokio::time::Instant::now() < deadline, "it goes on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        // 2100-01-01.
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:deepdive",
        ),
        ("content-type", "application/json"),
    ];
    (headers, event.to_string()).into_response()
}

async fn response(State(api): State<Arc<Api>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let _ = api.answers.send(Ok(answer)).await;
    StatusCode::ACCEPTED
}

async fn error(State(api): State<Arc<Api>>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    let said = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let _ = api.answers.send(Err(said)).await;
    StatusCode::ACCEPTED
}

/// What API Gateway's HTTP API sends for a request (payload version 2.0).
pub fn event(method: &str, path: &str, headers: Value, cookies: &[String], body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "cookies": cookies,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcd1234",
            "domainName": "blog.example",
            "domainPrefix": "blog",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "tests"
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "29/Nov/2026:05:16:23 +0000",
            "timeEpoch": 1_795_929_383_220_u64
        },
        "body": body,
        "isBase64Encoded": false
    })
}
