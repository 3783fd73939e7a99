//! GraphQL over HTTP, from outside.

use deepdive_tests::Server;
use serde_json::json;

#[tokio::test]
async fn pages_and_machines_get_their_security_headers() {
    let server = Server::start().await;
    let api = deepdive_tests::Api::new(&server.url, None);
    let answer = api.http().get(&server.url).send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("'wasm-unsafe-eval'"), "{policy}");
    let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src")).unwrap();
    assert!(!scripts.contains("'unsafe-inline'"), "{scripts}");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(answer.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn a_document_that_unfolds_to_millions_is_refused_at_once() {
    let server = Server::start().await;
    let api = deepdive_tests::Api::new(&server.url, None);
    let mut bomb = "query { ...f0 }".to_owned();
    for n in 0..25 {
        bomb += &format!(" fragment f{n} on Query {{ ...f{m} ...f{m} }}", m = n + 1);
    }
    bomb += " fragment f25 on Query { site { title } }";
    let response = api.send(&bomb, json!({})).await;
    let code = response["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned();
    assert!(code.starts_with("QUERY_"), "{response:#}");
}

#[tokio::test]
async fn a_query_goes_by_get_and_a_mutation_does_not() {
    let server = Server::start().await;
    let api = deepdive_tests::Api::new(&server.url, None);
    let get = |query: &str| {
        let encoded: String = query.bytes().map(|b| format!("%{b:02x}")).collect();
        api.http().get(format!("{}/graphql?query={encoded}", server.url)).send()
    };
    let query = get("{ site { title } }").await.unwrap();
    assert_eq!(query.status(), 200);
    let mutation = get("mutation { signOut { signedOut } }").await.unwrap();
    assert_eq!(mutation.status(), 405);
    assert_eq!(mutation.headers()["allow"], "POST");
}

#[tokio::test]
async fn a_session_cookie_does_not_let_another_site_write() {
    let (server, api) = Server::with_author().await;
    let sign_in = api
        .http()
        .post(format!("{}/graphql", server.url))
        .header("origin", &server.url)
        .json(&json!({ "query": "mutation { signIn(input: { email: \"kim@example.com\", \
            password: \"correct horse battery\" }) { __typename } }" }))
        .send()
        .await
        .unwrap();
    let cookie = sign_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let session = cookie.split(';').next().unwrap().to_owned();

    let write = |origin: &str, site: &str| {
        api.http()
            .post(format!("{}/graphql", server.url))
            .header("cookie", &session)
            .header("origin", origin)
            .header("sec-fetch-site", site)
            .json(&json!({ "query": "mutation { createPost(input: {}) { __typename } }" }))
            .send()
    };
    let own = write(&server.url, "same-origin").await.unwrap();
    let text = own.text().await.unwrap();
    assert!(text.contains("CreatePostSuccess"), "{text}");
    let foreign = write("https://evil.example", "cross-site").await.unwrap();
    let text = foreign.text().await.unwrap();
    assert!(!text.contains("CreatePostSuccess"), "{text}");
}

#[tokio::test]
async fn the_schema_is_served_as_it_is_published() {
    let server = Server::start().await;
    let api = deepdive_tests::Api::new(&server.url, None);
    let (status, sdl) = api.get("/schema.graphql").await;
    assert_eq!(status, 200);
    let published = include_str!("../../schema.graphql");
    assert_eq!(String::from_utf8(sdl).unwrap().trim(), published.trim());
}
