//! Images, audio and uploads.

use crate::app::{IMAGE, app};

#[tokio::test]
async fn an_object_is_sent_whole_and_kept_forever() {
    let got = app().request("GET /media/a/b/public.webp", &[], "").await;
    assert_eq!((got.status, &got.body[..]), (200, IMAGE));
    assert_eq!(got.header("content-type"), Some("image/webp"));
    assert_eq!(got.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(got.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let etag = got.header("etag").unwrap();
    let again = app().request("GET /media/a/b/public.webp", &[("if-none-match", etag)], "").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[tokio::test]
async fn a_player_gets_the_part_that_it_asks_for() {
    let app = app();
    let got = app.request("GET /media/a/b/public.webp", &[("range", "bytes=2-4")], "").await;
    assert_eq!((got.status, &got.body[..]), (206, &b"234"[..]));
    assert_eq!(got.header("content-range"), Some("bytes 2-4/10"));
    let got = app.request("GET /media/a/b/public.webp", &[("range", "bytes=10-")], "").await;
    assert_eq!((got.status, got.header("content-range")), (416, Some("bytes */10")));
    let changed = [("range", "bytes=2-4"), ("if-range", "\"other\"")];
    assert_eq!(app.request("GET /media/a/b/public.webp", &changed, "").await.status, 200);
}

#[tokio::test]
async fn a_private_object_needs_its_signature() {
    let app = app();
    let got = app.request("GET /media/a/b/private.webp?signature=right", &[], "").await;
    assert_eq!((got.status, got.header("cache-control")), (200, Some("private, max-age=600")));
    for path in ["private.webp", "private.webp?signature=wrong", "../b/private.webp", "x"] {
        let got = app.request(&format!("GET /media/a/b/{path}"), &[], "").await;
        assert_eq!((got.status, got.code().as_str()), (404, "NOT_FOUND"), "{path}");
    }
}

#[tokio::test]
async fn an_upload_is_taken_when_it_is_what_the_ticket_says() {
    let app = app();
    let headers = [("content-type", "image/png"), ("content-length", "4")];
    let got = app.request("PUT /uploads/fine", &headers, "data").await;
    assert_eq!(got.status, 204);
    let got = app.request("PUT /uploads/fine", &[("content-type", "text/html")], "data").await;
    assert_eq!((got.status, got.code().as_str()), (400, "UPLOAD_MISMATCH"));
    let got = app.request("PUT /uploads/forged", &headers, "data").await;
    assert_eq!((got.status, got.code().as_str()), (403, "UPLOAD_TICKET"));
}

#[tokio::test]
async fn health_and_readiness_are_told() {
    let got = app().request("GET /healthz", &[], "").await;
    assert_eq!((got.status, &got.body[..]), (200, &b"ok\n"[..]));
    let got = app().request("GET /readyz", &[], "").await;
    assert_eq!((got.status, &got.body[..]), (200, &b"ready\n"[..]));
}
