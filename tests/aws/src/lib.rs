//! The blog as it is deployed: its address, its owner, and what AWS itself shows.
//!
//! `cargo xtask test --aws` deploys it and says where it is. Nothing here knows the server's code.

#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod account;

use deepdive_tests::{Api, Browser, Socket};
use serde_json::json;
use tokio::sync::OnceCell;

const EMAIL: &str = "kim@example.com";
const PASSWORD: &str = "correct horse battery";

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

/// A socket that API Gateway opened, at the address that it has for them.
pub async fn connect() -> Socket {
    Socket::offering(&sockets(), Some("graphql-transport-ws")).await
}

/// Where the sockets are.
pub fn sockets() -> String {
    told("DEEPDIVE_BLOG_SOCKETS")
}

/// The owner's browser, signed in.
pub async fn browser() -> Browser {
    let owner = owner().await;
    Browser::signed_in(&owner, EMAIL, PASSWORD).await.expect("the owner signs in")
}

/// A token of this name, by which its bearer may read.
pub async fn token_to_read(browser: &mut Browser, name: &str) -> String {
    let made = browser
        .ask(
            "mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) { \
             ... on CreateAccessTokenSuccess { token } } }",
            json!({ "input": { "name": name, "scopes": ["READ"] } }),
        )
        .await;
    let token = made["createAccessToken"]["token"].as_str();
    token.unwrap_or_else(|| panic!("no token: {made:#}")).to_owned()
}

/// CloudFront's name for the blog.
pub fn edge() -> String {
    told("DEEPDIVE_BLOG_EDGE")
}

/// Gets an address of the blog's at its edge. The edge's name leads nowhere here: MiniStack, which answers for it, is
/// asked under that name.
pub async fn at_the_edge(path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let url = told("DEEPDIVE_BLOG_URL");
    let (aws, _) = url.split_once("/_aws/").expect("an address of MiniStack");
    let mut request = Api::new(&url, None).http().get(format!("{aws}{path}"));
    for (name, value) in [("host", &*edge())].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

async fn make_owner(url: &str) -> String {
    let link = told("DEEPDIVE_SET_UP_LINK");
    let (_, set_up) = link.split_once("/setup?token=").expect("a set-up link");
    let mut browser = Browser::new(&Api::new(url, None));
    let made = browser
        .ask(
            "mutation ($input: CreateOwnerInput!) { createOwner(input: $input) { __typename } }",
            json!({ "input": {
                "setupToken": set_up, "email": EMAIL, "nickname": "Kim", "password": PASSWORD,
            } }),
        )
        .await;
    assert_eq!(made["createOwner"]["__typename"], "CreateOwnerSuccess", "{made:#}");
    let made = browser
        .ask(
            "mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) { \
             ... on CreateAccessTokenSuccess { token } ... on UserError { message } } }",
            json!({ "input": { "name": "tests", "scopes": ["READ", "WRITE"] } }),
        )
        .await;
    let token = made["createAccessToken"]["token"].as_str();
    token.unwrap_or_else(|| panic!("no token: {made:#}")).to_owned()
}
