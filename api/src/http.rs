//! The HTTP doors: one [`Router`] that every home serves.
//!
//! A request passes, from the outside in: [`context`] (request id, client address, span, security
//! headers), compression, and the route. GraphQL has an own handler, [`graphql`], since it keeps the
//! protocol more exactly than the stock integration does.

pub mod addresses;
mod agent;
pub mod answer;
pub mod context;
pub mod cookies;
pub mod cross_site;
pub mod graphql;
pub mod health;
pub mod media;
pub mod media_types;
pub mod pages;
pub mod parameters;
pub mod reading;
pub mod uploads;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderName;
use axum::routing::{any, get, put};
use domain::ports::IdSource;
use schema::Budget;
use schema::guard::Guard;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::executor::Executor;
use crate::identity::Authenticator;
use crate::socket::Subscriptions;
use addresses::Addresses;
use health::Readiness;
use media::Media;
use pages::Pages;
use reading::Reading;

/// Carries the request's id, both ways.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Whole body of a GraphQL request, in bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;
/// No client may take longer to send a GraphQL request.
pub const BODY_TIME: Duration = Duration::from_secs(20);

/// What stands behind the doors.
pub struct Doors {
    /// Answers GraphQL.
    pub executor: Arc<dyn Executor>,
    /// Refuses what is too costly to answer.
    pub guard: Arc<Guard>,
    /// Knows whose a credential is.
    pub authenticator: Arc<dyn Authenticator>,
    /// Keeps images and audio.
    pub media: Arc<dyn Media>,
    /// Says whether requests can be answered now.
    pub readiness: Arc<dyn Readiness>,
    /// Draws request ids.
    pub ids: Arc<dyn IdSource>,
    /// Own address, and who may tell a client's.
    pub addresses: Addresses,
    /// How much each client may ask for.
    pub budget: Arc<Budget>,
    /// The web client.
    pub pages: Pages,
    /// What everybody may read, for those who read without the client.
    pub reading: Arc<dyn Reading>,
    /// Serves subscriptions, or says who does.
    pub subscriptions: Subscriptions,
    /// Follow the August 2026 draft of GraphQL-over-HTTP, with its status codes 422 and 294.
    pub draft_statuses: bool,
}

/// Builds the routes.
pub fn router(doors: Arc<Doors>) -> Router {
    let compression =
        CompressionLayer::new().br(true).gzip(true).quality(CompressionLevel::Precise(4));
    Router::new()
        .route("/graphql", any(graphql::graphql))
        .route("/graphql/ws", any(graphql::socket_only))
        .route("/schema.graphql", get(graphql::sdl))
        .route("/graphiql", get(pages::graphiql))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/media/{*key}", get(media::media))
        .route("/uploads/{*ticket}", put(uploads::upload).options(uploads::preflight))
        .route("/robots.txt", get(reading::robots))
        .route("/sitemap.xml", get(reading::site_map::site_map))
        .route("/sitemap/{month}", get(reading::site_map::of_month))
        .route("/atom.xml", get(reading::feeds::atom))
        .route("/feed.xml", get(reading::feeds::rss))
        .fallback(pages::page)
        .layer(compression)
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(axum::middleware::from_fn_with_state(doors.clone(), context::with_context))
        .with_state(doors)
}
