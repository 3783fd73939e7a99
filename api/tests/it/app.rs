//! A blog of three fields, and requests to it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use api::http::addresses::{Addresses, Peer};
use api::http::health::Readiness;
use api::http::media::{Content, Declared, Media, Opened, UploadError};
use api::http::pages::{Files, Pages};
use api::http::{Doors, router};
use api::identity::{Authenticator, Credential};
use api::socket::{Sockets, Subscriptions};
use async_graphql::{Context, EmptySubscription, Object, Schema};
use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use domain::account::{Identity, Role, Scope};
use domain::media::ObjectKey;
use domain::ports::{IdSource, ObjectInfo, PortError};
use domain::{Timestamp, UserId};
use futures_util::StreamExt;
use http_body_util::BodyExt;
use hyper::{Request, Response};
use schema::guard::{Guard, Limits};
use schema::{Client, SessionCookie, SessionCookieSlot};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::reading::Shelf;
use crate::sockets::{Counter, speaker};

pub struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn viewer(&self, context: &Context<'_>) -> Option<String> {
        context.data_opt::<Identity>().map(|identity| identity.user.to_string())
    }

    async fn may_sign_in(&self, context: &Context<'_>) -> bool {
        context.data_unchecked::<Client>().may_sign_in
    }

    async fn broken(&self) -> async_graphql::Result<Option<i32>> {
        Err("broken".into())
    }

    async fn panics(&self) -> i32 {
        std::hint::black_box(None::<i32>).expect("on purpose")
    }

    async fn text(&self, length: usize) -> String {
        "x".repeat(length)
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn sign_in(&self, context: &Context<'_>) -> bool {
        context.data_unchecked::<SessionCookieSlot>().leave(SessionCookie::Set {
            token: "fresh".to_owned(),
            max_age: Duration::from_secs(60),
        });
        true
    }

    async fn sign_out(&self, context: &Context<'_>) -> bool {
        context.data_unchecked::<SessionCookieSlot>().leave(SessionCookie::Clear);
        true
    }
}

/// Knows the session `alive`, the token `dd_pat_alive`, and `dd_pat_ending`, which ends in a moment.
pub struct Keys;

pub fn user() -> UserId {
    UserId::from_bits(7)
}

#[async_trait]
impl Authenticator for Keys {
    async fn authenticate(&self, credential: &Credential) -> Result<Option<Identity>, PortError> {
        let key = match credential {
            Credential::Session(key) if key == "alive" => key,
            Credential::Bearer(key) if key == "dd_pat_alive" => key,
            Credential::Bearer(key) if key == "dd_pat_ending" => key,
            Credential::Ticket(key) if key == "one-time" => key,
            Credential::Bearer(key) if key == "dd_pat_outage" => {
                return Err(PortError::Unavailable("table"));
            }
            _ => return Ok(None),
        };
        Ok(Some(Identity {
            user: user(),
            role: Role::Author,
            scopes: vec![Scope::Read, Scope::Write],
            key: domain::account::key_hash(key),
            // The sockets' clock stands at 0.
            expires_at: Timestamp(if key == "dd_pat_ending" { 30 } else { i64::MAX }),
        }))
    }
}

pub const IMAGE: &[u8] = b"0123456789";

/// Holds one public and one private object, and takes uploads of `fine`.
struct OneImage;

#[async_trait]
impl Media for OneImage {
    async fn open(
        &self,
        key: &ObjectKey,
        query: Option<&str>,
    ) -> Result<Option<Opened>, PortError> {
        let info = ObjectInfo {
            length: IMAGE.len() as u64,
            content_type: "image/webp".to_owned(),
            sha256: Sha256::digest(IMAGE).into(),
        };
        let opened = Opened { info, content: Content::Memory(Bytes::from_static(IMAGE)) };
        Ok(match (key.as_str(), query) {
            ("a/b/public.webp", None) | ("a/b/private.webp", Some("signature=right")) => {
                Some(opened)
            }
            _ => None,
        })
    }

    async fn receive(
        &self,
        ticket: &str,
        declared: Declared,
        mut body: BodyDataStream,
    ) -> Result<(), UploadError> {
        if ticket != "fine" {
            return Err(UploadError::Ticket);
        }
        let mut received = 0;
        while let Some(chunk) = body.next().await {
            received += chunk.map_err(|_| UploadError::Interrupted)?.len();
        }
        match (declared.length, declared.content_type.as_deref()) {
            (Some(4), Some("image/png")) if received == 4 => Ok(()),
            _ => Err(UploadError::Mismatch("the ticket is for 4 bytes of image/png".to_owned())),
        }
    }
}

struct Ready;

#[async_trait]
impl Readiness for Ready {
    async fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

#[derive(Default)]
struct Counting(AtomicU64);

impl IdSource for Counting {
    fn fresh(&self) -> u128 {
        self.0.fetch_add(1, Ordering::Relaxed).into()
    }

    fn secret(&self) -> u128 {
        self.fresh()
    }
}

/// As the bundler makes it, in short.
const SHELL: &str = "<!doctype html><html lang=\"ko\"><head><meta charset=\"utf-8\">\
    <!--deepdive:head--><script src=\"/app-0123456789.js\"></script></head>\
    <body><div id=\"app\"><!--deepdive:body--></div></body></html>";

#[derive(Clone, Default)]
pub struct Bundle(pub HashMap<&'static str, &'static [u8]>);

impl Bundle {
    pub fn whole() -> Self {
        Bundle(HashMap::from([
            ("index.html", SHELL.as_bytes()),
            ("app-0123456789.js", &b"let app;"[..]),
            ("app-0123456789.js.br", b"BROTLI"),
            ("favicon.svg", b"<svg/>"),
            ("graphiql.html", b"<!doctype html><script type=module src=/graphiql-0.js></script>"),
        ]))
    }
}

impl Files for Bundle {
    fn get(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        self.0.get(path).map(|bytes| Cow::Borrowed(*bytes))
    }
}

pub struct Settings {
    pub public: Option<&'static str>,
    pub peer: &'static str,
    pub per_minute: u64,
    pub draft_statuses: bool,
    pub bundle: Bundle,
    pub searched: bool,
    pub shelf: Shelf,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
    pub log: Arc<Counter>,
    pub registry: Arc<realtime::Sockets>,
    /// Where subscriptions are served, if not here.
    pub elsewhere: Option<&'static str>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            public: None,
            peer: "127.0.0.1:9999",
            per_minute: 1_000_000,
            draft_statuses: false,
            bundle: Bundle::whole(),
            searched: true,
            shelf: Shelf::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            log: Arc::default(),
            registry: realtime::Sockets::new(),
            elsewhere: None,
        }
    }
}

pub struct App {
    pub router: Router,
    peer: SocketAddr,
}

pub fn app() -> App {
    app_with(Settings::default())
}

pub fn app_with(settings: Settings) -> App {
    let speaker = speaker(settings.log, settings.registry);
    let schema = Schema::new(Query, Mutation, EmptySubscription);
    let guard = Guard::new(Limits::default(), &schema.sdl()).unwrap();
    let doors = Doors {
        executor: Arc::new(schema),
        guard: Arc::new(guard),
        authenticator: Arc::new(Keys),
        media: Arc::new(OneImage),
        readiness: Arc::new(Ready),
        ids: Arc::new(Counting::default()),
        addresses: Addresses {
            public: settings.public.map(|public| public.parse().unwrap()),
            trusted_proxies: Vec::new(),
        },
        budget: Arc::new(schema::Budget::new(settings.per_minute)),
        pages: match settings.searched {
            true => Pages::new(settings.bundle),
            false => Pages::new(settings.bundle).without_search(),
        },
        reading: Arc::new(settings.shelf),
        subscriptions: match settings.elsewhere {
            Some(address) => Subscriptions::Elsewhere(address.to_owned()),
            None => {
                let sockets = Sockets::new(Arc::new(speaker), settings.tasks, settings.stop);
                Subscriptions::Here(sockets)
            }
        },
        draft_statuses: settings.draft_statuses,
    };
    App { router: router(Arc::new(doors)), peer: settings.peer.parse().unwrap() }
}

/// An answer, read whole.
pub struct Got {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub body: Bytes,
}

impl Got {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of the first error.
    pub fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl App {
    pub async fn send(&self, mut request: Request<Body>) -> Got {
        request.extensions_mut().insert(Peer(self.peer));
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Got { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends `METHOD PATH` with headers and a body.
    pub async fn request(
        &self,
        line: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Got {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Posts a document.
    pub async fn post(&self, query: &str, headers: &[(&str, &str)]) -> Got {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.request("POST /graphql", &all, json!({ "query": query }).to_string()).await
    }
}
