//! The blog as it is deployed: its address, its owner, and what AWS itself shows.
//!
//! `cargo xtask test --aws` deploys it and says where it is. Nothing here knows the server's code.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use deepdive_tests::Api;
use serde_json::json;
use tokio::sync::OnceCell;

/// What `cargo xtask test --aws` says of the deployed blog.
fn told(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: `cargo xtask test --aws` sets it"))
}

/// The owner's client. Their account is made by the link that the operator was given; all tests of a process
/// share it.
pub async fn owner() -> Api {
    static TOKEN: OnceCell<String> = OnceCell::const_new();
    let url = told("DEEPDIVE_BLOG_URL");
    let token = TOKEN.get_or_init(|| make_owner(&url)).await;
    Api::new(&url, Some(token))
}

async fn make_owner(url: &str) -> String {
    let link = told("DEEPDIVE_SET_UP_LINK");
    let (_, set_up) = link.split_once("/setup?token=").expect("a set-up link");
    let api = Api::new(url, None);
    let ask = async |query: &str, input: serde_json::Value, cookie: &str| {
        let body = json!({ "query": query, "variables": { "input": input } });
        let request = api.http().post(format!("{url}/graphql")).json(&body);
        // As the blog's own page asks.
        let origin = link.split("/setup").next().unwrap();
        let request = request.header("origin", origin).header("sec-fetch-site", "same-origin");
        let answer = request.header("cookie", cookie).send().await.unwrap();
        let cookie = answer.headers().get("set-cookie");
        let cookie =
            cookie.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        (cookie, answer.json::<serde_json::Value>().await.unwrap())
    };
    let (cookie, made) = ask(
        "mutation ($input: CreateOwnerInput!) { createOwner(input: $input) { __typename } }",
        json!({
            "setupToken": set_up, "email": "kim@example.com", "nickname": "Kim",
            "password": "correct horse battery",
        }),
        "",
    )
    .await;
    assert_eq!(made["data"]["createOwner"]["__typename"], "CreateOwnerSuccess", "{made:#}");
    let (_, made) = ask(
        "mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) { \
         ... on CreateAccessTokenSuccess { token } ... on UserError { message } } }",
        json!({ "name": "tests", "scopes": ["READ", "WRITE"] }),
        &cookie.expect("a session"),
    )
    .await;
    let token = made["data"]["createAccessToken"]["token"].as_str();
    token.unwrap_or_else(|| panic!("no token: {made:#}")).to_owned()
}
