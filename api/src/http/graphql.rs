//! GraphQL over HTTP.
//!
//! Follows the specification's draft as npm `graphql-http` audits it: POST with a JSON body, GET for
//! queries, and both media types of answers. With `application/json` every well-formed request is
//! answered with 200; with `application/graphql-response+json` a document that cannot be executed
//! has status 400 and no `data`. Who takes `text/event-stream` gets results as events (graphql-sse):
//! subscriptions too, which [`crate::socket::event_stream`] serves.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request as Operation, Response as Executed, ServerError, Value, Variables};
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::account::Identity;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use schema::budget::RATE_LIMITED;
use schema::guard::{Refusal, RefusalCode};
use schema::{Client, Drawer, SessionCookieSlot};
use tokio::time::Instant;

use super::answer::{Answer, Meter, Problem, code, seconds};
use super::media_types::{Format, is_json};
use super::parameters::Parameters;
use super::{BODY_LIMIT, BODY_TIME, Doors, cookies, cross_site};
use crate::identity::Credential;
use crate::line::Line;
use crate::socket;
use crate::socket::event_stream::Asker;

/// An operation may take no longer.
const EXECUTION_TIME: Duration = Duration::from_secs(30);
const METHODS: &str = "GET, POST, OPTIONS";

/// Answers `/graphql`.
pub async fn graphql(
    State(doors): State<Arc<Doors>>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response {
    if socket::is_upgrade(&request) {
        return socket::upgrade(&doors, client, request).await;
    }
    let mut response = match *request.method() {
        Method::OPTIONS => preflight(),
        _ => {
            let format = Format::wanted(request.headers());
            let mut ask = Ask::new(&doors, client);
            let reply = match (format, request.method()) {
                (Some(format), &Method::GET | &Method::POST) => ask.answer(format, request).await,
                (None, &Method::GET | &Method::POST) => Err(not_acceptable()),
                _ => Err(method_not_allowed("this method is not served", METHODS)),
            };
            match reply.unwrap_or_else(|problem| Reply::Answer(problem.into())) {
                Reply::Answer(answer) => {
                    answer.write(format.unwrap_or(Format::Json), Some(ask.meter()))
                }
                Reply::Stream(response) => response,
            }
        }
    };
    open_to_every_origin(response.headers_mut());
    response
}

/// Answers `/graphql/ws`, which serves sockets only.
pub async fn socket_only(
    State(doors): State<Arc<Doors>>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response {
    if socket::is_upgrade(&request) {
        return socket::upgrade(&doors, client, request).await;
    }
    let message = "this address serves WebSockets only; send requests to /graphql";
    Problem::new(StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED", message)
        .with(header::UPGRADE, "websocket")
        .into_response()
}

/// Answers `/schema.graphql`.
pub async fn sdl(State(doors): State<Arc<Doors>>) -> Response {
    let mut response = doors.executor.sdl().into_response();
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    open_to_every_origin(headers);
    response
}

/// What a request comes to.
enum Reply {
    Answer(Answer),
    /// The events of a subscription, on their way.
    Stream(Response),
}

/// One request on its way to the executor.
struct Ask<'a> {
    doors: &'a Doors,
    client: Client,
    drawer: Drawer,
    cost: u64,
}

impl<'a> Ask<'a> {
    fn new(doors: &'a Doors, client: Client) -> Self {
        Ask { doors, drawer: Drawer::of(&client, None), client, cost: 0 }
    }

    async fn answer(&mut self, format: Format, request: Request) -> Result<Reply, Problem> {
        let (parts, body) = request.into_parts();
        let get = parts.method == Method::GET;
        let events = Format::takes_events(&parts.headers);
        let parameters = if get {
            Parameters::from_address(&parts.uri)
        } else {
            Parameters::from_body(&read_body(&parts.headers, body).await?)
        };
        let parameters = parameters
            .map_err(|e| Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", e.to_string()))?;
        let sockets = self.doors.subscriptions.here();
        let sockets = sockets.map(|sockets| (sockets, sockets.watermark()));
        let identity = self.authenticate(&parts.headers, get && !events).await?;

        let Parameters { query, operation_name, variables } = parameters;
        let checked = match self.doors.guard.check(&query, operation_name.as_deref(), &variables) {
            Ok(checked) => checked,
            Err(refusal) => return Ok(Reply::Answer(self.refused(format, refusal))),
        };
        match checked.operation_type {
            OperationType::Mutation if get => {
                return Err(method_not_allowed("GET serves queries only", "POST"));
            }
            OperationType::Subscription if events => {
                let elsewhere = || self.doors.subscriptions.need_a_socket();
                let (sockets, since) = sockets.ok_or_else(elsewhere)?;
                let client = self.client.clone();
                let line = parts.extensions.get::<Line>().cloned().unwrap_or_default();
                let asker = Asker { since, identity, client, line };
                let request = streamed(&parts.headers, query, operation_name, &variables);
                return sockets.stream(asker, request).map(Reply::Stream);
            }
            OperationType::Subscription => return Err(self.doors.subscriptions.need_a_socket()),
            _ => {}
        }
        self.draw(checked.cost)?;

        let slot = SessionCookieSlot::default();
        let mut operation =
            Operation::new(query).variables(variables).data(self.client.clone()).data(slot.clone());
        operation.operation_name = operation_name;
        if let Some(identity) = identity {
            operation = operation.data(identity);
        }
        operation.set_parsed_query(checked.document);
        let execution = self.doors.executor.execute(operation);
        let executed = tokio::time::timeout(EXECUTION_TIME, execution).await.map_err(|_| {
            let message = "the operation took too long";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message)
        })?;
        let mut answer = self.executed(format, executed);
        if let Some(cookie) = cookies::set(&slot.take(), self.doors.addresses.secure()) {
            answer.headers.append(header::SET_COOKIE, cookie);
        }
        Ok(Reply::Answer(answer))
    }

    /// Finds out who asks. A bearer key must be right; a cookie may be stale, and then a guest asks. A
    /// request that is `harmless`, since it changes and holds nothing, other sites may send too.
    async fn authenticate(
        &mut self,
        headers: &HeaderMap,
        harmless: bool,
    ) -> Result<Option<Identity>, Problem> {
        let credential = match headers.get(header::AUTHORIZATION) {
            Some(value) => {
                Credential::Bearer(bearer(value).ok_or_else(unauthenticated)?.to_owned())
            }
            None => match cookies::session(headers) {
                Some(key) => Credential::Session(key.to_owned()),
                None => return Ok(None),
            },
        };
        let by_cookie = matches!(credential, Credential::Session(_));
        if by_cookie && !harmless && !cross_site::is_ours(headers, &self.doors.addresses) {
            let message = "this request comes from another site; use an access token";
            return Err(Problem::new(StatusCode::FORBIDDEN, "CROSS_SITE_REQUEST", message));
        }
        let found = self.doors.authenticator.authenticate(&credential).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "authentication failed");
            let message = "it cannot be told now who you are; try again";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
        })?;
        match &found {
            Some(identity) => self.drawer = Drawer::of(&self.client, Some(identity)),
            None if by_cookie => {}
            None => return Err(unauthenticated()),
        }
        Ok(found)
    }

    fn draw(&mut self, cost: u64) -> Result<(), Problem> {
        self.cost = cost;
        let drawn = self.doors.budget.draw(&self.drawer, cost, Instant::now());
        drawn.map(|_| ()).map_err(|exhausted| {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut problem = Problem::new(status, RATE_LIMITED, exhausted.to_string());
            problem.headers.push((header::RETRY_AFTER, seconds(exhausted.retry_after)));
            problem
        })
    }

    fn meter(&self) -> Meter {
        let left = match self.doors.budget.draw(&self.drawer, 0, Instant::now()) {
            Ok(left) => left,
            Err(exhausted) => exhausted.left,
        };
        Meter { requested: self.cost, maximum: self.doors.guard.limits().cost, left }
    }

    fn refused(&self, format: Format, refusal: Refusal) -> Answer {
        let mut error = ServerError::new(refusal.message, refusal.position);
        code(&mut error, refusal.code.as_str());
        let status = match refusal.code {
            RefusalCode::Syntax | RefusalCode::UnknownOperation => StatusCode::BAD_REQUEST,
            _ => self.unprocessable(),
        };
        self.request_error(format, status, vec![error])
    }

    fn executed(&self, format: Format, executed: Executed) -> Answer {
        let Executed { data, mut errors, extensions, http_headers, .. } = executed;
        // What is wrong before execution has no path; then there is no data, not even null.
        if data == Value::Null && !errors.is_empty() && errors.iter().all(|e| e.path.is_empty()) {
            for error in &mut errors {
                code(error, RefusalCode::Invalid.as_str());
            }
            let mut answer = self.request_error(format, self.unprocessable(), errors);
            answer.extensions = extensions;
            return answer;
        }
        // Resolvers give their errors codes; what has none is an argument that does not fit.
        for error in &mut errors {
            code(error, "INVALID_INPUT");
        }
        let partial = format == Format::Graphql && self.doors.draft_statuses && !errors.is_empty();
        let status = match StatusCode::from_u16(294) {
            Ok(partially) if partial => partially,
            _ => StatusCode::OK,
        };
        Answer { status, errors, data: Some(data), extensions, headers: http_headers }
    }

    /// The status of a document that is well formed and still cannot be executed.
    fn unprocessable(&self) -> StatusCode {
        match self.doors.draft_statuses {
            true => StatusCode::UNPROCESSABLE_ENTITY,
            false => StatusCode::BAD_REQUEST,
        }
    }

    fn request_error(
        &self,
        format: Format,
        status: StatusCode,
        errors: Vec<ServerError>,
    ) -> Answer {
        let status = if format == Format::Graphql { status } else { StatusCode::OK };
        Answer { status, errors, ..Answer::default() }
    }
}

/// A subscription as the engine of `realtime` takes it.
fn streamed(
    headers: &HeaderMap,
    query: String,
    operation_name: Option<String>,
    variables: &Variables,
) -> realtime::Request {
    let variables = match serde_json::to_value(variables) {
        Ok(serde_json::Value::Object(variables)) => variables,
        // Variables are an object of JSON values.
        _ => serde_json::Map::new(),
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::trim);
    realtime::Request {
        query: Some(query),
        operation_name,
        variables,
        last_event_id: last.filter(|id| !id.is_empty()).map(str::to_owned),
        ..realtime::Request::default()
    }
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|value| value != "identity");
    if encoded || !is_json(headers) {
        let message = "send a body of type application/json, in UTF-8 and not compressed";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let problem = Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", message);
        return Err(problem.with(HeaderName::from_static("accept-post"), "application/json"));
    }
    let too_large = || {
        let message = format!("a request has at most {BODY_LIMIT} bytes");
        let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "REQUEST_TOO_LARGE", message);
        problem.with(header::CONNECTION, "close")
    };
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if declared.and_then(|l| l.parse::<u64>().ok()).is_some_and(|l| l > BODY_LIMIT as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => {
            let message = "the body ended too early";
            Err(Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message))
        }
        Err(_) => {
            let message = "the body took too long to arrive";
            let problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", message);
            Err(problem.with(header::CONNECTION, "close"))
        }
    }
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

fn unauthenticated() -> Problem {
    let message = "the access token is unknown, revoked or past its end";
    Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
        .with(header::WWW_AUTHENTICATE, "Bearer")
}

fn not_acceptable() -> Problem {
    let message =
        "answers are application/graphql-response+json, application/json or text/event-stream";
    Problem::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
}

fn method_not_allowed(message: &str, allowed: &'static str) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
        .with(header::ALLOW, allowed)
}

fn preflight() -> Response {
    let headers = [
        (header::ALLOW, METHODS),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, last-event-id, x-request-id",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Every page may ask as a guest or with a token. Without `allow-credentials` no browser shows a
/// page of another origin what it got with a cookie.
fn open_to_every_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset",
        ),
    );
}
