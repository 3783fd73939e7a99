//! Who asks: as CloudFront saw it, where a request came through our own distribution.
//!
//! The API's own address is open to everybody, so anybody could send the header in which the distribution says
//! who asks. It is believed together with the key that only distribution and function have. What comes without
//! is answered too, and counts as whoever called API Gateway: nothing is secret behind the distribution, and a
//! visitor who goes around it gains nothing.

use std::net::{IpAddr, SocketAddr};

use api::http::addresses::Peer;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use domain::account::key_hash;
use lambda_http::request::RequestContext;

/// Carries the key.
const KEY: HeaderName = HeaderName::from_static("x-deepdive-edge");
/// Carries the visitor's address; `infra/src/edge/visitor.js` writes it.
const VISITOR: HeaderName = HeaderName::from_static("x-deepdive-visitor");

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

    /// Says in a request who asks, and takes out what is between the distribution and us.
    pub fn name<B>(&self, request: &mut Request<B>) {
        let caller = match request.extensions().get::<RequestContext>() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            _ => None,
        };
        let caller = caller.and_then(|address| address.parse().ok());
        let visitor = self.told(request.headers()).or(caller);
        for name in [KEY, VISITOR] {
            request.headers_mut().remove(name);
        }
        if let Some(address) = visitor {
            request.extensions_mut().insert(Peer(SocketAddr::new(address, 0)));
        }
    }

    fn told(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let said = |name: HeaderName| headers.get(name).map(HeaderValue::to_str)?.ok();
        let known = self.key_hash.as_deref()? == key_hash(said(KEY)?);
        said(VISITOR).filter(|_| known)?.parse().ok()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    /// Who asks, when API Gateway was called from 203.0.113.7 with these headers.
    #[track_caller]
    fn check(key: Option<&str>, headers: &[(&str, &str)], expected: &str) {
        let headers: HashMap<_, _> = headers.iter().copied().collect();
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
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
        let Peer(peer) = request.extensions().get().unwrap();
        assert_eq!(peer.ip().to_string(), expected);
        assert!(!request.headers().contains_key(KEY) && !request.headers().contains_key(VISITOR));
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
