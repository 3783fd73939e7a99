//! GraphQL over HTTP.

use serde_json::json;

use crate::app::{Settings, app, app_with, user};

const RESPONSE: (&str, &str) = ("accept", "application/graphql-response+json");
const HOST: (&str, &str) = ("host", "127.0.0.1:4000");

#[tokio::test]
async fn a_query_is_answered_with_its_cost_and_what_is_left() {
    let app = app_with(Settings { per_minute: 600, ..Settings::default() });
    let got = app.post("{ hello }", &[]).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(
        got.json(),
        json!({"data": {"hello": "world"}, "extensions": {"cost": {"requested": 1, "maximum": 2500}}})
    );
    assert_eq!(got.header("ratelimit-limit"), Some("600"));
    assert_eq!(got.header("ratelimit-remaining"), Some("599"));
    assert_eq!(got.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_query_in_the_address_is_answered_and_a_mutation_is_not() {
    let app = app();
    let got = app.request("GET /graphql?query=%7Bhello%7D", &[], "").await;
    assert_eq!((got.status, got.json()["data"].clone()), (200, json!({"hello": "world"})));
    let got = app.request("GET /graphql?query=mutation%7BsignOut%7D", &[], "").await;
    assert_eq!((got.status, got.header("allow")), (405, Some("POST")));
    assert_eq!(got.header("set-cookie"), None);
}

#[tokio::test]
async fn methods_without_meaning_are_refused() {
    let got = app().request("DELETE /graphql", &[], "").await;
    assert_eq!((got.status, got.header("allow")), (405, Some("GET, POST, OPTIONS")));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_in_json() {
    let app = app();
    let json = [("content-type", "application/json")];
    for (body, status) in [
        ("", 400),
        ("{ \"not a JSON", 400),
        ("[{\"query\": \"{hello}\"}]", 400),
        ("{\"query\": 7}", 400),
        ("{\"query\": \"{hello}\", \"variables\": []}", 400),
        ("{\"query\": \"{hello}\", \"operationName\": 1}", 400),
        ("{\"query\": \"{hello}\", \"extensions\": \"x\"}", 400),
    ] {
        let got = app.request("POST /graphql", &json, body).await;
        assert_eq!((got.status, got.code().as_str()), (status, "BAD_REQUEST"), "{body}");
        assert!(got.json()["extensions"]["cost"].is_object());
    }
    let got = app.request("POST /graphql", &[("content-type", "text/plain")], "{}").await;
    assert_eq!((got.status, got.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"));
    let got = app.post("{ hello }", &[("accept", "text/html")]).await;
    assert_eq!((got.status, got.code().as_str()), (406, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn a_body_above_a_megabyte_is_refused_with_and_without_a_declared_length() {
    let app = app();
    let headers = [("content-type", "application/json")];
    let got = app.request("POST /graphql", &headers, "x".repeat(1024 * 1024 + 1)).await;
    assert_eq!((got.status, got.code().as_str()), (413, "REQUEST_TOO_LARGE"));
    let chunks =
        futures_util::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>("x".repeat(65_536))));
    let got = app.request("POST /graphql", &headers, axum::body::Body::from_stream(chunks)).await;
    assert_eq!((got.status, got.code().as_str()), (413, "REQUEST_TOO_LARGE"));
}

#[tokio::test]
async fn a_document_that_cannot_be_executed_has_a_status_in_the_new_format_only() {
    let app = app();
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID!) { hello }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ a { a { a { a { a { a { a { a { a { a { a } } } } } } } } } } }", "QUERY_TOO_DEEP"),
    ] {
        let old = app.post(query, &[]).await;
        assert_eq!((old.status, old.code().as_str()), (200, code), "{query}");
        let new = app.post(query, &[RESPONSE]).await;
        assert_eq!((new.status, new.code().as_str()), (400, code), "{query}");
        assert!(new.json().get("data").is_none());
    }
}

#[tokio::test]
async fn the_draft_has_statuses_of_its_own() {
    let app = app_with(Settings { draft_statuses: true, ..Settings::default() });
    assert_eq!(app.post("{", &[RESPONSE]).await.status, 400);
    assert_eq!(app.post("{ nothing }", &[RESPONSE]).await.status, 422);
    assert_eq!(app.post("{ hello broken }", &[RESPONSE]).await.status, 294);
    assert_eq!(app.post("{ hello }", &[RESPONSE]).await.status, 200);
}

#[tokio::test]
async fn an_error_of_a_resolver_has_path_and_code() {
    let got = app().post("{ broken }", &[RESPONSE]).await;
    let json = got.json();
    assert_eq!(got.status, 200);
    assert!(json.as_object().unwrap().contains_key("data"), "{json}");
    assert_eq!(json["errors"][0]["path"], json!(["broken"]));
    assert_eq!(got.code(), "INVALID_INPUT");
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_tells_nothing() {
    let got = app().post("{ panics }", &[]).await;
    assert_eq!((got.status, got.code().as_str()), (500, "INTERNAL_ERROR"));
    assert!(!String::from_utf8_lossy(&got.body).contains("on purpose"));
}

#[tokio::test]
async fn a_bearer_token_says_who_asks() {
    let app = app();
    let got = app.post("{ viewer }", &[("authorization", "Bearer dd_pat_alive")]).await;
    assert_eq!(got.json()["data"]["viewer"], json!(user().as_str()));
    for bad in ["Bearer dd_pat_dead", "Bearer ", "Basic dXNlcg=="] {
        let got = app.post("{ viewer }", &[("authorization", bad)]).await;
        assert_eq!((got.status, got.code().as_str()), (401, "UNAUTHENTICATED"), "{bad}");
        assert_eq!(got.header("www-authenticate"), Some("Bearer"));
    }
    let got = app.post("{ viewer }", &[("authorization", "Bearer dd_pat_outage")]).await;
    assert_eq!((got.status, got.code().as_str()), (503, "UNAVAILABLE"));
}

#[tokio::test]
async fn a_cookie_says_who_asks_and_a_stale_one_says_guest() {
    let app = app();
    let cookie = ("cookie", "theme=dark; deepdive_session=alive");
    let got = app.post("{ viewer }", &[HOST, cookie]).await;
    assert_eq!(got.json()["data"]["viewer"], json!(user().as_str()));
    let got = app.post("{ viewer }", &[HOST, ("cookie", "deepdive_session=dead")]).await;
    assert_eq!((got.status, got.json()["data"]["viewer"].clone()), (200, json!(null)));
}

#[tokio::test]
async fn another_site_cannot_use_the_cookie() {
    let app = app();
    let cookie = ("cookie", "deepdive_session=alive");
    let evil = [HOST, cookie, ("origin", "https://evil.example")];
    let got = app.post("mutation { signOut }", &evil).await;
    assert_eq!((got.status, got.code().as_str()), (403, "CROSS_SITE_REQUEST"));
    let form = [HOST, cookie, ("content-type", "application/x-www-form-urlencoded")];
    let got = app.request("POST /graphql", &form, "query=mutation{signOut}").await;
    assert_eq!(got.status, 415);
    let own =
        [HOST, cookie, ("origin", "http://127.0.0.1:4000"), ("sec-fetch-site", "same-origin")];
    assert_eq!(app.post("mutation { signOut }", &own).await.status, 200);
    // Without the cookie there is nothing to misuse.
    assert_eq!(
        app.post("{ hello }", &[HOST, ("origin", "https://evil.example")]).await.status,
        200
    );
}

#[tokio::test]
async fn every_page_may_ask_without_credentials() {
    let app = app();
    let headers = [("origin", "https://other.example"), ("access-control-request-method", "POST")];
    let got = app.request("OPTIONS /graphql", &headers, "").await;
    assert_eq!(got.status, 204);
    assert_eq!(got.header("access-control-allow-origin"), Some("*"));
    assert!(got.header("access-control-allow-headers").unwrap().contains("authorization"));
    assert_eq!(got.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn resolvers_set_and_clear_the_session_cookie() {
    let plain = app();
    let got = plain.post("mutation { signIn }", &[HOST]).await;
    assert_eq!(
        got.header("set-cookie"),
        Some("deepdive_session=fresh; Path=/; HttpOnly; SameSite=Lax; Max-Age=60")
    );
    let secure = app_with(Settings { public: Some("https://blog.example"), ..Settings::default() });
    let got = secure.post("mutation { signOut }", &[HOST]).await;
    assert_eq!(
        got.header("set-cookie"),
        Some("deepdive_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure")
    );
}

#[tokio::test]
async fn without_a_public_address_only_this_machine_may_sign_in() {
    let far = || Settings { peer: "192.0.2.1:9", ..Settings::default() };
    let ask = "{ maySignIn }";
    let answer = |may: bool| json!({ "maySignIn": may });
    assert_eq!(app().post(ask, &[]).await.json()["data"], answer(true));
    assert_eq!(app_with(far()).post(ask, &[]).await.json()["data"], answer(false));
    let public = Settings { public: Some("https://blog.example"), ..far() };
    assert_eq!(app_with(public).post(ask, &[]).await.json()["data"], answer(true));
    let proxied = [("x-forwarded-for", "192.0.2.1")];
    assert_eq!(app().post(ask, &proxied).await.json()["data"], answer(false));
}

#[tokio::test]
async fn a_client_that_asks_for_too_much_is_told_when_to_come_again() {
    let app = app_with(Settings { per_minute: 2, ..Settings::default() });
    assert_eq!(app.post("{ hello }", &[]).await.status, 200);
    assert_eq!(app.post("{ hello }", &[]).await.status, 200);
    let got = app.post("{ hello }", &[]).await;
    assert_eq!((got.status, got.code().as_str()), (429, "RATE_LIMITED"));
    let wait: u64 = got.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(got.header("ratelimit-remaining"), Some("0"));
    // Another bucket.
    let token = [("authorization", "Bearer dd_pat_alive")];
    assert_eq!(app.post("{ hello }", &token).await.status, 200);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_take_it() {
    let app = app();
    let query = "{ text(length: 100000) }";
    for coding in ["br", "gzip"] {
        let got = app.post(query, &[("accept-encoding", coding)]).await;
        assert_eq!(got.header("content-encoding"), Some(coding));
        assert!(got.body.len() < 5_000, "{}", got.body.len());
    }
    assert_eq!(app.post(query, &[]).await.header("content-encoding"), None);
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_another_is_drawn_anew() {
    let app = app();
    let got = app.post("{ hello }", &[("x-request-id", "browser-1234")]).await;
    assert_eq!(got.header("x-request-id"), Some("browser-1234"));
    let long = "x".repeat(65);
    for bad in ["short", "has spaces in it", "<script>alert", &long] {
        let got = app.post("{ hello }", &[("x-request-id", bad)]).await;
        assert_eq!(got.header("x-request-id").unwrap().len(), 32, "{bad}");
    }
}

#[tokio::test]
async fn the_schema_describes_itself() {
    let got = app().request("GET /schema.graphql", &[], "").await;
    assert_eq!((got.status, got.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    assert!(String::from_utf8_lossy(&got.body).contains("hello: String!"));
}
