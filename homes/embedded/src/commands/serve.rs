//! `deepdive serve`: opens the home, opens the doors, and keeps both until asked to stop.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use domain::actions::{ActionError, InviteOwner};
use domain::ports::PortError;
use realtime::ConnectionConfig;
use schema::SocketViewer;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::compose::{EmbeddedHome, HomeSettings, OpenHomeError};
use crate::config::{Settings, SignUp};
use crate::logs::{self, NotAFilter};
use api::http::addresses::Addresses;
use api::http::health::TableReadiness;
use api::http::pages::Pages;
use api::http::{Doors, router};
use api::identity::TableAuthenticator;
use api::serve::{ListenError, Server, asked_to_stop};
use api::socket::{GraphqlSockets, Sockets, Subscriptions};

/// Why the blog is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The log filter.
    #[error(transparent)]
    Logs(#[from] NotAFilter),
    /// The address.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The data folder, also when another process has it.
    #[error(transparent)]
    Open(#[from] OpenHomeError),
    /// The table.
    #[error("the blog cannot be read")]
    Table(#[from] PortError),
    /// The workers.
    #[error("the workers did not start")]
    Workers(#[from] ActionError),
    /// The system's signals.
    #[error("the process cannot be told to stop")]
    Signals(#[source] std::io::Error),
    /// Standard output.
    #[error("cannot print the address")]
    Print(#[source] std::io::Error),
}

/// Serves the blog until the process is asked to stop; returns within five seconds then. When
/// requests are answered, prints a line that ends in the address.
///
/// # Errors
/// [`ServeError`] - when the blog cannot be served, for example because port or folder are in use.
pub async fn serve(settings: Settings, pages: Pages) -> Result<(), ServeError> {
    logs::start(&settings.log, settings.log_format)?;
    let server = Server::listen(settings.listen).await?;
    let local = format!("http://{}", reachable(server.address()));
    let public = settings.public_url.as_ref().map_or(local.clone(), |url| url.origin());
    let home = Arc::new(
        EmbeddedHome::open(&HomeSettings {
            data_dir: settings.data_dir.clone(),
            dictionary: settings.dictionary.clone(),
            voice: settings.voice.clone(),
            voice_data: settings.voice_data.clone(),
            site_title: settings.title.clone(),
            origin: public.clone(),
            sign_up_open: settings.sign_up == SignUp::Open,
            smtp_url: settings.smtp_url.clone(),
            mail_from: settings.mail_from.clone(),
            prices: settings.prices.clone(),
            limits: settings.limits.clone(),
            cost_per_minute: settings.cost_per_minute,
        })
        .await?,
    );
    let (stop, sockets) = (CancellationToken::new(), TaskTracker::new());
    let doors = doors(&settings, &home, pages, &sockets, &stop);
    if !doors.pages.bundled() {
        tracing::warn!("the web client is not part of this build: only the API is served");
    }
    // Before the link: the owner becomes its author.
    let demo = if settings.no_demo { None } else { home.demo().await? };
    let invite = InviteOwner { accounts: &home.blog, ids: &*home.ids };
    if let Some(token) = invite.run().await? {
        print(&format!("create the owner's account at {public}/setup?token={token}"))?;
    }

    let working = {
        let (home, stop) = (home.clone(), stop.clone());
        tokio::spawn(async move {
            let worked = home.run(stop.clone()).await;
            // Without workers there is no blog; a process that ends is started again.
            stop.cancel();
            worked
        })
    };
    if let Some(demo) = demo {
        let (home, stop) = (home.clone(), stop.clone());
        tokio::spawn(async move { home.show(demo, stop).await });
    }
    let watching = {
        let (home, stop) = (home.clone(), stop.clone());
        tokio::spawn(async move {
            let asked = tokio::select! {
                asked = asked_to_stop() => asked,
                () = stop.cancelled() => Ok(()),
            };
            tracing::info!("stopping");
            stop.cancel();
            home.hub.sockets().close_all();
            asked
        })
    };
    print(&format!("ready at {local}"))?;
    server.serve(router(Arc::new(doors)), stop, sockets).await;
    if let Ok(asked) = watching.await {
        asked.map_err(ServeError::Signals)?;
    }
    match working.await {
        Ok(worked) => worked.map_err(ServeError::Workers),
        Err(panic) => {
            tracing::error!(error = &panic as &dyn std::error::Error, "the workers panicked");
            Ok(())
        }
    }
}

fn doors(
    settings: &Settings,
    home: &EmbeddedHome,
    pages: Pages,
    sockets: &TaskTracker,
    stop: &CancellationToken,
) -> Doors {
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
        readiness: Arc::new(TableReadiness(home.blog.clone())),
        ids: home.ids.clone(),
        addresses: Addresses {
            public: settings.public_url.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
        },
        budget: home.budget.clone(),
        pages,
        reading: Arc::new(home.reading()),
        subscriptions: Subscriptions::Here(Sockets::new(
            Arc::new(speaker),
            sockets.clone(),
            stop.clone(),
        )),
        draft_statuses: settings.draft_statuses,
    }
}

/// An address that can be opened on this machine: who listens everywhere listens on loopback too.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn print(line: &str) -> Result<(), ServeError> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(ServeError::Print)
}
