//! Requests to OpenSearch over HTTP/1.1: signed, bounded in time and bytes, repeated when that may help.
//!
//! Every request that is made here may be made twice: changes carry versions.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::ports::{Clock, IdSource};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Connections;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;

use crate::config::{OpenSearchConfig, Signing};
use crate::error::{self, Failure};
use crate::sign;

/// A request is tried so often.
const ATTEMPTS: u32 = 4;
/// The longest wait before the second attempt; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// One attempt may take so long.
const ONE_ATTEMPT: Duration = Duration::from_secs(10);
/// All attempts together may take so long.
const ALL_ATTEMPTS: Duration = Duration::from_secs(20);
/// To somewhere that does not answer.
const CONNECTING: Duration = Duration::from_secs(2);
/// OpenSearch closes what is idle for longer than a load balancer's minute.
const IDLE: Duration = Duration::from_secs(30);
/// Fifty hits with whole titles are some 100 KB.
const LONGEST_ANSWER: usize = 8 << 20;

/// A client of one domain.
pub(crate) struct Client {
    connections: Connections<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: String,
    signing: Option<Signing>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

/// What OpenSearch answered, whatever it was.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of an answer that says that all went well.
    pub(crate) fn ok(self) -> Result<Value, Failure> {
        if self.status.is_success() {
            Ok(self.body)
        } else {
            Err(Failure::of(self.status, &self.body["error"]))
        }
    }

    /// Whether it refuses for this reason.
    pub(crate) fn refuses(&self, kind: &str) -> bool {
        !self.status.is_success() && self.body["error"]["type"] == kind
    }
}

impl Client {
    pub(crate) fn new(config: &OpenSearchConfig) -> Result<Self, Failure> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECTING));
        let https = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| Failure::Unmade(error.into()))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let connections = Connections::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(https);
        Ok(Self {
            connections,
            url: config.url.trim_end_matches('/').to_owned(),
            signing: config.signing.clone(),
            clock: config.clock.clone(),
            ids: config.ids.clone(),
        })
    }

    /// Asks with a body of JSON, or without one.
    pub(crate) async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        self.send(method, path, "application/json", body).await
    }

    /// Sends many actions, a line each.
    pub(crate) async fn lines(&self, path: &str, lines: Bytes) -> Result<Answer, Failure> {
        self.send(Method::POST, path, "application/x-ndjson", lines).await
    }

    /// Repeats what failed for a moment only. What else OpenSearch answers is an answer.
    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &'static str,
        body: Bytes,
    ) -> Result<Answer, Failure> {
        let attempts = async {
            for attempt in 1.. {
                let failure = match self.attempt(&method, path, kind, body.clone()).await {
                    Ok(answer) if error::busy(answer.status) => Failure::Busy(answer.status),
                    Ok(answer) => return Ok(answer),
                    Err(failure) => failure,
                };
                if attempt == ATTEMPTS || !failure.passing() {
                    return Err(failure);
                }
                tracing::debug!(error = %failure, attempt, "opensearch is asked again");
                self.wait(attempt).await;
            }
            Err(Failure::TooSlow(ALL_ATTEMPTS))
        };
        tokio::time::timeout(ALL_ATTEMPTS, attempts)
            .await
            .unwrap_or(Err(Failure::TooSlow(ALL_ATTEMPTS)))
    }

    /// Waits before the next attempt: twice as long at most as before the last, and never as long as
    /// others who were refused at the same moment.
    pub(crate) async fn wait(&self, attempt: u32) {
        let longest = FIRST_WAIT * 2_u32.saturating_pow(attempt.saturating_sub(1)).min(16);
        let share = (self.ids.secret() % 1024) as u32;
        tokio::time::sleep(longest * share / 1024).await;
    }

    async fn attempt(
        &self,
        method: &Method,
        path: &str,
        kind: &'static str,
        body: Bytes,
    ) -> Result<Answer, Failure> {
        let url = format!("{}/{path}", self.url);
        let mut request = Request::builder().method(method).uri(&url);
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        if let Some(signing) = &self.signing {
            // Each attempt anew: a signature is good for some minutes only.
            for (name, value) in sign::headers(signing, self.clock.now(), method, &url, &body)? {
                request = request.header(name, value);
            }
        }
        let request =
            request.body(Full::new(body)).map_err(|error| Failure::Unmade(error.into()))?;
        let answer = async {
            let answer = self
                .connections
                .request(request)
                .await
                .map_err(|error| Failure::Unreachable(error.into()))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, LONGEST_ANSWER).collect().await;
            let body = body.map_err(Failure::Unreachable)?.to_bytes();
            // A load balancer's errors are pages.
            let body = match serde_json::from_slice(&body) {
                Ok(body) => body,
                Err(_) if head.status.is_success() => return Err(Failure::Unreadable("JSON")),
                Err(_) => Value::Null,
            };
            Ok(Answer { status: head.status, body })
        };
        tokio::time::timeout(ONE_ATTEMPT, answer)
            .await
            .unwrap_or(Err(Failure::TooSlow(ONE_ATTEMPT)))
    }
}
