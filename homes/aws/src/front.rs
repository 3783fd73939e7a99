//! The routes as they are asked, with the pages of the web client that is deployed now.
//!
//! The client is deployed without the functions. Its pages name its files, and are filled here; so they are read
//! from where the client is, when a page is asked for and those at hand are a minute old.

use std::borrow::Cow;
use std::sync::Arc;

use api::http::pages::{Files, Pages};
use aws_objects::S3Files;
use axum::Router;
use axum::http::{Method, Request};
use domain::Timestamp;
use domain::ports::{Clock, PortError};
use tokio::sync::Mutex;

use crate::compose::AwsHome;

/// The pages that are filled.
const NAMES: [&str; 2] = ["index.html", "graphiql.html"];
/// So long, in seconds, a client that was deployed may go unnoticed.
const NOTICED: i64 = 60;

/// Pages of one client; none of them before the first is deployed.
#[derive(Clone, Default, PartialEq, Eq)]
struct Shells([Option<Vec<u8>>; NAMES.len()]);

impl Files for Shells {
    fn get(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let at = NAMES.iter().position(|name| *name == path)?;
        self.0[at].clone().map(Cow::Owned)
    }
}

/// What answers a request.
pub struct Front {
    home: AwsHome,
    client: S3Files,
    clock: Arc<dyn Clock>,
    now: Mutex<Now>,
}

struct Now {
    shells: Shells,
    read_at: Option<Timestamp>,
    routes: Router,
}

impl Front {
    /// Reads nothing yet.
    pub fn new(home: AwsHome, client: S3Files, clock: Arc<dyn Clock>) -> Self {
        let routes = routes(&home, Shells::default());
        let now = Now { shells: Shells::default(), read_at: None, routes };
        Front { home, client, clock, now: Mutex::new(now) }
    }

    /// The routes for a request. When the pages cannot be read, those that are at hand go on; without any, a page
    /// says that there is no client, and the next request tries again.
    pub async fn routes<B>(&self, request: &Request<B>) -> Router {
        let mut now = self.now.lock().await;
        let at = self.clock.now();
        let stale = now.read_at.is_none_or(|read| at.seconds() - read.seconds() >= NOTICED);
        if stale && may_be_page(request) {
            match self.read().await {
                Ok(shells) => {
                    if shells != now.shells {
                        now.routes = routes(&self.home, shells.clone());
                        now.shells = shells;
                    }
                    now.read_at = Some(at);
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the web client cannot be read"
                    );
                }
            }
        }
        now.routes.clone()
    }

    async fn read(&self) -> Result<Shells, PortError> {
        let [page, graphiql] = NAMES.map(|name| self.client.get(name));
        let (page, graphiql) = tokio::try_join!(page, graphiql)?;
        Ok(Shells([page, graphiql]))
    }
}

fn routes(home: &AwsHome, shells: Shells) -> Router {
    api::http::router(Arc::new(home.doors(Pages::new(shells))))
}

/// GraphQL is answered while S3 is not.
fn may_be_page<B>(request: &Request<B>) -> bool {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    reads && request.uri().path() != "/graphql"
}
