//! The function that answers HTTP: the very routes of the embedded home, behind API Gateway's HTTP API.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use api::http::addresses::Peer;
use api::http::pages::{Files, Pages};
use aws_home::compose::AwsHome;
use aws_home::function::start;
use axum::Router;
use axum::extract::Request;
use lambda_http::request::RequestContext;

/// The bundle that `cargo xtask web` makes; without it, only the API is served.
#[derive(rust_embed::Embed)]
#[folder = "../../web-yew/dist"]
#[allow_missing = true]
struct Bundle;

struct WebClient;

impl Files for WebClient {
    fn get(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        Bundle::get(path).map(|file| file.data)
    }
}

fn main() -> ExitCode {
    start("deepdive-http", async |environment| {
        let home = AwsHome::open(&environment).await?;
        lambda_http::run(router(&home)).await
    })
}

fn router(home: &AwsHome) -> Router {
    let doors = home.doors(Pages::new(WebClient));
    api::http::router(Arc::new(doors)).layer(axum::middleware::map_request(with_peer))
}

/// Who is at the other end, as API Gateway saw it.
async fn with_peer(mut request: Request) -> Request {
    let address = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
        _ => None,
    };
    if let Some(address) = address.and_then(|address| address.parse::<IpAddr>().ok()) {
        request.extensions_mut().insert(Peer(SocketAddr::new(address, 0)));
    }
    request
}
