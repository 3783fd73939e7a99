//! Who asks, and for which path: as CloudFront saw it, where a request came through our own distribution.
//!
//! An HTTP API hands the path on with its escapes taken out, so that `/tags/c%2Fc%2B%2B` is `/tags/c/c++`, and what
//! was called `c#` ends before the `#`.
//!
//! The API's own address is open to everybody, so anybody could send the header in which the distribution says
//! who asks. It is believed together with the key that only distribution and function have. What comes without
//! is answered too, and counts as whoever called API Gateway: nothing is secret behind the distribution, and a
//! visitor who goes around it gains nothing.

use std::net::SocketAddr;

use api::http::addresses::Peer;
use axum::http::{HeaderMap, HeaderName, Request, Uri};
use domain::account::key_hash;
use lambda_http::request::RequestContext;

/// Carries the key.
const KEY: HeaderName = HeaderName::from_static("x-deepdive-edge");
/// Carries the visitor's address; `infra/src/edge/visitor.js` writes it.
const VISITOR: HeaderName = HeaderName::from_static("x-deepdive-visitor");
/// Carries the path as it was asked for; the same file writes it.
const PATH: HeaderName = HeaderName::from_static("x-deepdive-path");

/// Tells who asks.
pub struct Visitors {
    /// Of the key, so that a comparison tells nothing about it.
    key_hash: Option<String>,
}

impl Visitors {
    /// With the key of the distribution, if there is one.
    pub fn new(key: Option<&str>) -> Self {
        Visitors { key_hash: key.map(key_hash) }
    }

    /// Says in a request who asks and for which path, and takes out what is between the distribution and us.
    pub fn name<B>(&self, request: &mut Request<B>) {
        let caller = match request.extensions().get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        let caller = caller.and_then(|address| address.parse().ok());
        let headers = request.headers();
        let known = self.knows(headers);
        let told = |name| said(headers, name).filter(|_| known);
        let visitor = told(VISITOR).and_then(|address| address.parse().ok()).or(caller);
        if let Some(uri) = told(PATH).and_then(|path| at_path(request.uri(), path)) {
            *request.uri_mut() = uri;
        }
        for name in [KEY, VISITOR, PATH] {
            request.headers_mut().remove(name);
        }
        if let Some(address) = visitor {
            request.extensions_mut().insert(Peer(SocketAddr::new(address, 0)));
        }
    }

    /// Whether the distribution speaks.
    fn knows(&self, headers: &HeaderMap) -> bool {
        let key = said(headers, KEY).map(key_hash);
        key.is_some() && key == self.key_hash
    }
}

fn said(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The same address with another path; none when that is no path.
fn at_path(uri: &Uri, path: &str) -> Option<Uri> {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{path}{query}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    /// What the function sees, when API Gateway was called from 203.0.113.7 with these headers, and hands on this path.
    fn seen(path: &str, key: Option<&str>, headers: &[(&str, &str)]) -> lambda_http::Request {
        let headers: HashMap<_, _> = headers.iter().copied().collect();
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "after=a%20b",
            "headers": headers, "isBase64Encoded": false,
            "requestContext": {
                "accountId": "1", "apiId": "2", "stage": "$default", "requestId": "3",
                "domainName": "blog.example", "domainPrefix": "blog", "routeKey": "$default",
                "time": "29/Nov/2026:05:16:23 +0000", "timeEpoch": 1_795_929_383_220_u64,
                "http": {
                    "method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7",
                    "userAgent": "tests",
                },
            },
        });
        let mut request = lambda_http::request::from_str(&event.to_string()).unwrap();
        Visitors::new(key).name(&mut request);
        for ours in [KEY, VISITOR, PATH] {
            assert!(!request.headers().contains_key(&ours), "{ours}");
        }
        request
    }

    #[track_caller]
    fn check(key: Option<&str>, headers: &[(&str, &str)], expected: &str) {
        let request = seen("/", key, headers);
        let Peer(peer) = request.extensions().get().unwrap();
        assert_eq!(peer.ip().to_string(), expected);
    }

    #[test]
    fn a_path_is_what_the_distribution_was_asked_for() {
        let key = ("x-deepdive-edge", "key");
        let asked = |path: &'static str| ("x-deepdive-path", path);
        let request = seen("/tags/c/c++", Some("key"), &[key, asked("/tags/c%2Fc%2B%2B")]);
        assert_eq!(request.uri().path(), "/tags/c%2Fc%2B%2B");
        assert_eq!(request.uri().query(), Some("after=a%20b"));
        let request = seen("/tags/c#", Some("key"), &[key, asked("/tags/c%23")]);
        assert_eq!(request.uri().path(), "/tags/c%23");
        for others in [&[asked("/tags/c%23")][..], &[key, asked("no path \"")]] {
            let request = seen("/tags/rust", Some("key"), others);
            assert_eq!(request.uri().path(), "/tags/rust");
        }
    }

    #[test]
    fn a_visitor_is_who_the_distribution_says_and_nobody_else_may_say_it() {
        let (called, visitor) = ("203.0.113.7", ("x-deepdive-visitor", "2001:db8::7"));
        check(Some("key"), &[("x-deepdive-edge", "key"), visitor], "2001:db8::7");
        check(Some("key"), &[("x-deepdive-edge", "other"), visitor], called);
        check(Some("key"), &[visitor], called);
        check(None, &[("x-deepdive-edge", ""), visitor], called);
        check(Some("key"), &[("x-deepdive-edge", "key")], called);
        check(Some("key"), &[("x-deepdive-edge", "key"), ("x-deepdive-visitor", "me")], called);
        check(None, &[], called);
    }
}
