//! graphql-sse, distinct connections mode: what is one answer, and streams over real connections.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{Got, Settings, app, app_with, user};
use crate::sockets::{Running, running};

const EVENTS: (&str, &str) = ("accept", "text/event-stream");
const TOKEN: (&str, &str) = ("authorization", "Bearer dd_pat_alive");
const COOKIE: (&str, &str) = ("cookie", "deepdive_session=alive");
const WATCH: &str = "subscription { watch }";
const PATIENCE: Duration = Duration::from_secs(10);

/// The result in an answer that must be one event and the end.
fn only(got: &Got) -> Value {
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, Some("text/event-stream; charset=utf-8"))
    );
    let text = std::str::from_utf8(&got.body).unwrap();
    let text = text.strip_suffix("event: complete\ndata: \n\n").expect(text);
    let data = text.strip_prefix("event: next\ndata: ").expect(text);
    serde_json::from_str(data.strip_suffix("\n\n").expect(text)).unwrap()
}

#[tokio::test]
async fn a_query_and_a_mutation_are_answered_with_one_event() {
    let app = app();
    let got = app.post("{ viewer }", &[EVENTS, TOKEN]).await;
    assert_eq!(only(&got)["data"]["viewer"], user().to_string());
    assert_eq!(got.header("cache-control"), Some("no-store"));
    let got = app.post("mutation { signIn }", &[EVENTS]).await;
    assert_eq!(only(&got)["data"]["signIn"], true);
    assert!(got.header("set-cookie").is_some());
    let got = app.request("GET /graphql?query=%7B%20hello%20%7D", &[EVENTS], "").await;
    assert_eq!(only(&got)["data"]["hello"], "world");
}

#[tokio::test]
async fn a_document_that_cannot_be_executed_is_an_event_with_errors() {
    for (query, code) in
        [("{", "GRAPHQL_PARSE_FAILED"), ("{ nothing }", "GRAPHQL_VALIDATION_FAILED")]
    {
        let result = only(&app().post(query, &[EVENTS]).await);
        assert_eq!(result["errors"][0]["extensions"]["code"], code);
        assert!(result.get("data").is_none());
    }
}

#[tokio::test]
async fn a_request_that_is_none_has_a_status_and_no_stream() {
    let app = app();
    let bad = [("content-type", "application/json"), EVENTS];
    let got = app.request("POST /graphql", &bad, "{").await;
    assert_eq!((got.status, got.code().as_str()), (400, "BAD_REQUEST"));
    assert_eq!(got.header("content-type"), Some("application/json; charset=utf-8"));
    let got = app.post("{ hello }", &[EVENTS, ("authorization", "Bearer dd_pat_dead")]).await;
    assert_eq!((got.status, got.code().as_str()), (401, "UNAUTHENTICATED"));
    let got = app.request("GET /graphql?query=mutation%7BsignOut%7D", &[EVENTS], "").await;
    assert_eq!((got.status, got.header("allow")), (405, Some("POST")));
}

#[tokio::test]
async fn who_takes_no_events_is_told_where_subscriptions_are() {
    let got = app().post(WATCH, &[TOKEN]).await;
    assert_eq!((got.status, got.code().as_str()), (406, "SUBSCRIPTION_NEEDS_SOCKET"));
    assert!(got.json()["errors"][0]["message"].as_str().unwrap().contains("text/event-stream"));
}

#[tokio::test]
async fn where_subscriptions_are_served_elsewhere_each_way_to_one_is_told_where() {
    let address = "wss://sockets.blog.example";
    let app = app_with(Settings { elsewhere: Some(address), ..Settings::default() });
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket"), TOKEN];
    for got in [
        app.post(WATCH, &[TOKEN]).await,
        app.post(WATCH, &[EVENTS, TOKEN]).await,
        app.request("GET /graphql/ws", &upgrade, "").await,
    ] {
        let message = got.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
        assert_eq!(got.status, 406, "{message}");
        assert!(message.contains(address), "{message}");
    }
    assert_eq!(app.post("{ hello }", &[TOKEN]).await.status, 200);
}

#[tokio::test]
async fn a_cookie_opens_a_stream_for_our_own_pages_only() {
    let app = app();
    let get = "GET /graphql?query=subscription%7Bwho%7D";
    for site in ["cross-site", "same-site"] {
        let headers = [EVENTS, COOKIE, ("sec-fetch-site", site)];
        let got = app.request(get, &headers, "").await;
        assert_eq!((got.status, got.code().as_str()), (403, "CROSS_SITE_REQUEST"), "{site}");
        let got = app.post("subscription { who }", &headers).await;
        assert_eq!((got.status, got.code().as_str()), (403, "CROSS_SITE_REQUEST"), "{site}");
    }
    let headers = [EVENTS, COOKIE, ("sec-fetch-site", "same-origin")];
    for got in
        [app.request(get, &headers, "").await, app.post("subscription { who }", &headers).await]
    {
        assert_eq!(only(&got)["data"]["who"], user().to_string());
    }
}

#[tokio::test]
async fn a_page_of_another_origin_may_send_token_and_last_event() {
    let got = app().request("OPTIONS /graphql", &[], "").await;
    let allowed = got.header("access-control-allow-headers").unwrap();
    assert!(allowed.contains("authorization") && allowed.contains("last-event-id"), "{allowed}");
}

/// Events of a response, read from its connection.
struct Reader {
    stream: TcpStream,
    head: String,
    text: String,
}

async fn open(server: &Running, headers: &[(&str, &str)]) -> Reader {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let body = json!({ "query": WATCH }).to_string();
    let mut head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
    let mut reader = Reader { stream, head: String::new(), text: String::new() };
    while !reader.text.contains("\r\n\r\n") {
        assert!(reader.more().await.unwrap() > 0, "ended: {}", reader.text);
    }
    let (head, rest) = reader.text.split_once("\r\n\r\n").unwrap();
    (reader.head, reader.text) = (head.to_owned(), rest.to_owned());
    reader
}

impl Reader {
    async fn more(&mut self) -> std::io::Result<usize> {
        let mut buffer = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut buffer)).await;
        let n = read.expect("nothing came")?;
        self.text += std::str::from_utf8(&buffer[..n]).unwrap();
        Ok(n)
    }

    /// The next event, without the marks between chunks.
    async fn event(&mut self) -> String {
        while !self.text.contains("\n\n") {
            assert!(self.more().await.unwrap() > 0, "ended: {}", self.text);
        }
        let (event, rest) = self.text.split_once("\n\n").unwrap();
        let (event, rest) = (event.to_owned(), rest.to_owned());
        self.text = rest;
        let begin = event.find("event: ").expect(&event);
        event[begin..].to_owned()
    }

    /// What still comes, and whether the response ended in good order.
    async fn rest(mut self) -> (String, bool) {
        loop {
            match self.more().await {
                Ok(n) if n > 0 => {}
                _ => break,
            }
        }
        let whole = self.text.ends_with("0\r\n\r\n");
        (self.text, whole)
    }
}

#[tokio::test]
async fn a_subscription_streams_its_frames_and_goes_on_after_the_last_one_seen() {
    let server = running().await;
    let mut reader = open(&server, &[EVENTS, TOKEN]).await;
    assert!(reader.head.starts_with("HTTP/1.1 200"), "{}", reader.head);
    for header in ["text/event-stream", "x-accel-buffering: no", "access-control-allow-origin: *"] {
        assert!(reader.head.contains(header), "{}", reader.head);
    }
    let first = reader.event().await;
    assert!(first.starts_with("event: next\nid: 0\ndata: "), "{first}");
    assert!(first.contains(&user().to_string()) && first.contains("\"resumed\":false"), "{first}");
    server.log.count();
    assert!(reader.event().await.starts_with("event: next\nid: 1\ndata: "));
    drop(reader);

    server.log.count();
    let mut reader = open(&server, &[EVENTS, TOKEN, ("last-event-id", "1")]).await;
    let first = reader.event().await;
    assert!(
        first.starts_with("event: next\nid: 1\n") && first.contains("\"resumed\":true"),
        "{first}"
    );
    assert!(reader.event().await.starts_with("event: next\nid: 2\n"));
}

#[tokio::test]
async fn a_client_that_takes_events_as_its_last_choice_gets_them_for_a_subscription() {
    let server = running().await;
    let accept =
        ("accept", "application/graphql-response+json, application/json, text/event-stream");
    let mut reader = open(&server, &[accept]).await;
    assert!(reader.event().await.contains("guest"));
}

#[tokio::test]
async fn a_revoked_token_hears_nothing_more_even_of_what_was_on_its_way() {
    let server = running().await;
    let mut reader = open(&server, &[EVENTS, TOKEN]).await;
    reader.event().await;
    server.registry.revoke_user(user().as_str());
    server.log.count();
    let (rest, whole) = reader.rest().await;
    assert!(!rest.contains("event:"), "{rest}");
    assert!(!whole, "cut off, so that the client knows");
    nothing_is_left(&server).await;
}

#[tokio::test]
async fn a_revoked_peer_that_does_not_read_is_cut_off_too() {
    let server = running().await;
    let mut reader = open(&server, &[EVENTS, TOKEN]).await;
    reader.event().await;
    // More than the system keeps for a peer: the server has events that it cannot write.
    for _ in 0..400 {
        server.log.count();
    }
    server.registry.revoke_user(user().as_str());
    nothing_is_left(&server).await;
    let (_, whole) = reader.rest().await;
    assert!(!whole);
}

#[tokio::test]
async fn a_stopping_server_ends_streams_in_good_order_and_without_complete() {
    let server = running().await;
    let mut reader = open(&server, &[EVENTS, TOKEN]).await;
    reader.event().await;
    server.stop.cancel();
    server.registry.close_all();
    let (rest, whole) = reader.rest().await;
    assert!(whole && !rest.contains("complete"), "{rest}");
    nothing_is_left(&server).await;
}

#[tokio::test]
async fn a_stream_leaves_nothing_behind_when_the_peer_is_gone() {
    let server = running().await;
    let mut reader = open(&server, &[EVENTS, TOKEN]).await;
    reader.event().await;
    assert_eq!((server.tasks.len(), server.registry.n_open()), (1, 1));
    drop(reader);
    nothing_is_left(&server).await;
}

#[tokio::test]
async fn a_client_has_so_many_streams_and_no_more() {
    let server = running().await;
    let mut readers = vec![];
    for _ in 0..api::socket::event_stream::STREAMS_PER_CLIENT {
        readers.push(open(&server, &[EVENTS, TOKEN]).await);
    }
    let refused = open(&server, &[EVENTS, TOKEN]).await;
    assert!(refused.head.starts_with("HTTP/1.1 429"), "{}", refused.head);
    assert!(
        open(&server, &[EVENTS]).await.head.starts_with("HTTP/1.1 200"),
        "a guest is another one"
    );
    readers.clear();
    nothing_is_left(&server).await;
    assert!(open(&server, &[EVENTS, TOKEN]).await.head.starts_with("HTTP/1.1 200"));
}

async fn nothing_is_left(server: &Running) {
    let deadline = Instant::now() + PATIENCE;
    while !server.tasks.is_empty() || server.registry.n_open() > 0 {
        assert!(Instant::now() < deadline, "a stream is still there");
        tokio::task::yield_now().await;
    }
}
