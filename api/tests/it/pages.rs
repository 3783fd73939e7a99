//! The web client's files and pages.

use crate::app::{Bundle, Settings, app, app_with};

#[tokio::test]
async fn a_page_of_the_client_is_the_shell() {
    for path in ["/search", "/studio/posts/post_1", "/studio"] {
        let got = app().request(&format!("GET {path}"), &[], "").await;
        assert_eq!(
            (got.status, got.header("content-type")),
            (200, Some("text/html; charset=utf-8"))
        );
        assert_eq!(got.header("cache-control"), Some("no-cache"));
    }
}

#[tokio::test]
async fn an_unknown_page_is_the_shell_with_404() {
    let got = app().request("GET /nothing/here", &[], "").await;
    assert_eq!((got.status, got.header("content-type")), (404, Some("text/html; charset=utf-8")));
}

#[tokio::test]
async fn an_unknown_file_or_machine_address_is_no_page() {
    for path in ["/app-9999999999.js", "/robots.php", "/media/x", "/uploads", "/graphql/other"] {
        let got = app().request(&format!("GET {path}"), &[], "").await;
        assert_eq!(got.status, 404, "{path}");
        assert_eq!(got.code(), "NOT_FOUND", "{path}");
    }
    let got = app().request("POST /studio", &[], "").await;
    assert_eq!((got.status, got.header("allow")), (405, Some("GET, HEAD")));
}

#[tokio::test]
async fn a_hashed_file_is_kept_forever_and_sent_as_it_was_compressed() {
    let app = app();
    let got = app.request("GET /app-0123456789.js", &[("accept-encoding", "gzip, br")], "").await;
    assert_eq!(got.header("content-encoding"), Some("br"));
    assert_eq!(got.body, "BROTLI");
    assert_eq!(got.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(got.header("content-type"), Some("text/javascript; charset=utf-8"));
    let got = app.request("GET /app-0123456789.js", &[], "").await;
    assert_eq!((got.header("content-encoding"), &got.body[..]), (None, &b"let app;"[..]));
}

#[tokio::test]
async fn a_file_without_hash_is_asked_for_again() {
    let app = app();
    let got = app.request("GET /favicon.svg", &[], "").await;
    assert_eq!(got.header("cache-control"), Some("no-cache"));
    let etag = got.header("etag").unwrap().to_owned();
    let got = app.request("GET /favicon.svg", &[("if-none-match", &etag)], "").await;
    assert_eq!((got.status, got.body.len()), (304, 0));
}

#[tokio::test]
async fn a_build_without_the_client_says_how_to_get_it() {
    let app = app_with(Settings { bundle: Bundle::default(), ..Settings::default() });
    let got = app.request("GET /", &[], "").await;
    assert_eq!(got.status, 503);
    assert!(String::from_utf8_lossy(&got.body).contains("cargo xtask web"));
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    for line in ["GET /", "GET /nothing", "GET /healthz", "GET /app-0123456789.js"] {
        let got = app().request(line, &[], "").await;
        assert_eq!(got.header("x-content-type-options"), Some("nosniff"), "{line}");
        assert_eq!(got.header("referrer-policy"), Some("strict-origin-when-cross-origin"));
        let policy = got.header("content-security-policy").unwrap();
        for part in ["default-src 'self'", "frame-ancestors 'none'", "'wasm-unsafe-eval'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(got.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn a_former_address_of_a_post_leads_to_its_present_one_for_good() {
    let app = app();
    let former = "/posts/%EC%98%9B-%EA%B8%80";
    let present = "/posts/%EC%83%88-%EA%B8%80";
    for (line, location) in [
        (format!("GET {former}"), present.to_owned()),
        (format!("HEAD {former}/"), present.to_owned()),
        (format!("GET {former}?from=feed"), format!("{present}?from=feed")),
    ] {
        let got = app.request(&line, &[], "").await;
        assert_eq!((got.status, got.header("location")), (308, Some(location.as_str())), "{line}");
        // The author may take the former slug back.
        assert_eq!(got.header("cache-control"), Some("no-cache"));
    }
}

#[tokio::test]
async fn an_address_that_did_not_move_is_the_page_itself() {
    for path in ["/posts/here", "/posts/broken", "/posts/%FF", "/posts/A%20b", "/posts/a/b"] {
        let got = app().request(&format!("GET {path}"), &[], "").await;
        assert_eq!(got.header("location"), None, "{path}");
        assert!(got.status == 200 || got.status == 404, "{path}: {}", got.status);
    }
}
