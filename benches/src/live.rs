//! From the commit to the frame: how long the server needs to tell who follows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use api::http::addresses::Addresses;
use api::http::pages::Pages;
use api::http::{Doors, router};
use api::identity::TableAuthenticator;
use api::serve::Server;
use api::socket::{GraphqlSockets, Sockets, Subscriptions};
use async_trait::async_trait;
use deepdive_tests::Socket;
use domain::account::{Role, Scope};
use domain::actions::{
    CreateAccessToken, CreatePost, CreateUser, PostInput, RequestUpload, TokenInput, UploadInput,
};
use domain::media::ObjectKey;
use domain::ports::{Object, ObjectInfo, Objects, PortError, UploadRequest, UploadTicket};
use domain::{PostId, UserId};
use embedded_home::compose::{EmbeddedHome, HomeSettings};
use parking_lot::Mutex;
use realtime::ConnectionConfig;
use schema::SocketViewer;
use schema::guard::Limits;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::silence::Silence;
use crate::table::{Row, Section, percentile, sorted};

const POSTS: usize = 5;
/// A post takes 50 uploads at most.
const UPLOADS: usize = 40;

const FOLLOW: &str = "subscription { myPipelines { kind seq stages { id kind status } } }";

/// Commits events in this process, and reads the frames that come out of a real socket.
///
/// # Errors
/// The home cannot be opened, or a frame does not come.
pub async fn run() -> Result<Section> {
    let data = tempfile::tempdir().context("make a folder")?;
    let home = Arc::new(open(data.path().to_owned()).await?);
    let (author, token) = author(&home).await?;
    let posts = posts(&home, &author).await?;

    let (stop, sockets) = (CancellationToken::new(), TaskTracker::new());
    let server = Server::listen(([127, 0, 0, 1], 0).into()).await?;
    let url = format!("http://{}", server.address());
    let router = router(Arc::new(doors(&home, &sockets, &stop)));
    let serving = tokio::spawn(server.serve(router, stop.clone(), sockets));
    let working = tokio::spawn({
        let (home, stop) = (home.clone(), stop.clone());
        async move { home.run(stop).await }
    });

    let delays = delays(&home, &author, &posts, &url, &token).await;
    home.hub.sockets().close_all();
    stop.cancel();
    serving.await.context("the server")?;
    working.await.context("the workers")??;

    let delays = sorted(delays?);
    let row =
        |name: &str, share| Row::new(name, percentile(&delays, share) * 1e6, "µs", delays.len());
    Ok(Section {
        title: "From commit to frame",
        how: "One subscriber on a real socket of 127.0.0.1, in the process of the server: from the end of \
              the transaction, through the feed of committed keys, the log and the rendering, until the \
              client has read and parsed the frame. Wall time."
            .to_owned(),
        rows: vec![row("commit to frame, p50", 0.5), row("commit to frame, p99", 0.99)],
    })
}

async fn open(data_dir: PathBuf) -> Result<EmbeddedHome> {
    let settings = HomeSettings {
        data_dir,
        dictionary: None,
        voice: None,
        voice_data: None,
        site_title: "Deepdive".to_owned(),
        origin: "https://blog.example".to_owned(),
        sign_up_open: false,
        smtp_url: None,
        mail_from: None,
        prices: domain::usage::Prices::default(),
        limits: Limits::default(),
        // Nobody is refused: each refusal would look like a quick answer.
        cost_per_minute: u64::from(u32::MAX),
    };
    Ok(EmbeddedHome::open(&settings).await?)
}

async fn author(home: &EmbeddedHome) -> Result<(UserId, String)> {
    let (accounts, clock, ids) = (&home.blog, &*home.clock, &*home.ids);
    let create = CreateUser { accounts, passwords: &*home.passwords, clock, ids };
    let user = create.run("kim@example.com", "correct horse battery", Role::Author).await?;
    let create = CreateAccessToken { accounts, posts: &home.blog, clock, ids };
    let (name, scopes) = ("bench".to_owned(), vec![Scope::Read, Scope::Write]);
    let token = create.make(&user.id, user.role, TokenInput { name, scopes, days: 1 }).await?;
    Ok((user.id, token.key))
}

async fn posts(home: &EmbeddedHome, author: &UserId) -> Result<Vec<PostId>> {
    let create = CreatePost { posts: &home.blog, clock: &*home.clock, ids: &*home.ids };
    let mut posts = Vec::new();
    for n in 0..POSTS {
        let input = PostInput { title: Some(format!("Post {n}")), ..PostInput::default() };
        posts.push(create.run(author, input, None).await?.id);
    }
    Ok(posts)
}

fn doors(home: &EmbeddedHome, sockets: &TaskTracker, stop: &CancellationToken) -> Doors {
    let authenticator =
        Arc::new(TableAuthenticator { blog: home.blog.clone(), clock: home.clock.clone() });
    let speaker = GraphqlSockets {
        hub: home.hub.clone(),
        authenticator: authenticator.clone(),
        clock: home.clock.clone(),
        viewer: Arc::new(|identity, client| SocketViewer { identity, client }),
        config: ConnectionConfig::default(),
    };
    Doors {
        executor: Arc::new(home.schema.clone()),
        guard: home.guard.clone(),
        authenticator,
        media: Arc::new(home.media()),
        readiness: Arc::new(Silence),
        ids: home.ids.clone(),
        addresses: Addresses::default(),
        budget: home.budget.clone(),
        pages: Pages::new(Silence),
        reading: Arc::new(home.reading()),
        subscriptions: Subscriptions::Here(Sockets::new(
            Arc::new(speaker),
            sockets.clone(),
            stop.clone(),
        )),
        draft_statuses: false,
    }
}

async fn delays(
    home: &EmbeddedHome,
    author: &UserId,
    posts: &[PostId],
    url: &str,
    token: &str,
) -> Result<Vec<f64>> {
    let mut socket = Socket::admitted(url, Some(token)).await;
    socket.subscribe("f", FOLLOW, json!({})).await;
    socket.message().await;
    let objects = Stamp { at: Mutex::new(None), objects: &home.objects };
    let upload = RequestUpload {
        posts: &home.blog,
        objects: &objects,
        clock: &*home.clock,
        ids: &*home.ids,
    };
    let mut delays = Vec::new();
    for post in posts {
        for n in 0..UPLOADS {
            let input = UploadInput {
                post: post.clone(),
                filename: format!("{n}.png"),
                content_type: "image/png".to_owned(),
                length: 3,
                sha256: "0".repeat(64),
            };
            let seen = async {
                let frame = socket.message().await;
                (frame, Instant::now())
            };
            let (uploaded, (frame, seen)) = tokio::join!(upload.run(author, input, None), seen);
            uploaded?;
            if frame["payload"]["data"]["myPipelines"]["kind"] != "EVENT" {
                bail!("no event: {frame:#}");
            }
            let committed = objects.at.lock().take().context("nothing was committed")?;
            delays.push(seen.saturating_duration_since(committed).as_secs_f64());
        }
    }
    Ok(delays)
}

/// Notes when it is asked for a ticket, which is the first thing after the commit.
struct Stamp<'a> {
    at: Mutex<Option<Instant>>,
    objects: &'a dyn Objects,
}

#[async_trait]
impl Objects for Stamp<'_> {
    async fn put(&self, key: &ObjectKey, bytes: &[u8], of: &str) -> Result<(), PortError> {
        self.objects.put(key, bytes, of).await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, PortError> {
        self.objects.get(key).await
    }

    async fn info(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        self.objects.info(key).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.objects.delete(key).await
    }

    async fn keys_of(&self, owner: &str, limit: u32) -> Result<Vec<ObjectKey>, PortError> {
        self.objects.keys_of(owner, limit).await
    }

    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        *self.at.lock() = Some(Instant::now());
        self.objects.upload_ticket(request).await
    }

    async fn url(&self, key: &ObjectKey, life: Option<Duration>) -> Result<String, PortError> {
        self.objects.url(key, life).await
    }
}
