//! Requests that other sites make a browser send.
//!
//! Only a cookie travels by itself, so only a request that is authenticated by one is looked at.
//! SameSite=Lax and the JSON content type, which no form can send, stand before this check; it holds
//! where a browser ignores the first, or a sibling domain is the attacker.

use axum::http::{HeaderMap, header};

use super::addresses::Addresses;

/// Whether a state-changing request that carries the cookie comes from one of our own pages, or from
/// a client that is no browser.
pub fn is_ours(headers: &HeaderMap, addresses: &Addresses) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| addresses.is_own(origin, headers)),
        None => true,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn from(headers: &[(&'static str, &str)], public: Option<&str>) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        let public = public.map(|public| public.parse().unwrap());
        is_ours(&map, &Addresses { public, ..Addresses::default() })
    }

    #[test]
    fn a_request_of_another_site_is_not_ours() {
        let host = ("host", "127.0.0.1:4000");
        assert!(!from(&[host, ("sec-fetch-site", "cross-site")], None));
        assert!(!from(&[host, ("sec-fetch-site", "same-site")], None));
        assert!(!from(&[host, ("origin", "https://evil.example")], None));
        assert!(!from(&[host, ("origin", "http://127.0.0.1:4001")], None));
        assert!(!from(&[host, ("origin", "null")], None));
        let public = Some("https://blog.example");
        assert!(!from(&[host, ("origin", "https://blog.example.evil.example")], public));
    }

    #[test]
    fn a_request_of_our_page_or_of_no_browser_is_ours() {
        let host = ("host", "127.0.0.1:4000");
        assert!(from(&[host], None));
        assert!(from(&[host, ("sec-fetch-site", "same-origin")], None));
        assert!(from(&[host, ("origin", "http://127.0.0.1:4000")], None));
        let public = Some("https://blog.example");
        assert!(from(&[host, ("origin", "https://blog.example")], public));
    }
}
