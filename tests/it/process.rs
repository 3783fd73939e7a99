//! The process: start, stop, and what is in its way.

use deepdive_tests::Server;
use serde_json::json;

#[tokio::test]
async fn a_graceful_stop_ends_within_five_seconds_and_loses_nothing() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Kept", "A sentence.").await;
    let (stopped, status) = server.stop().await;
    assert!(status.success(), "{status}");

    let server = stopped.start().await;
    assert_eq!(api.at(&server.url).post(&post["id"]).await["title"], "Kept");
}

#[tokio::test]
async fn a_data_folder_in_use_is_refused_in_one_clear_line() {
    let server = Server::start().await;
    let (code, said) = server.second_over_same_data().await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("in use"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[tokio::test]
async fn a_port_in_use_is_refused_in_one_clear_line() {
    let server = Server::start().await;
    let (code, said) = server.second_on_same_port().await;
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("in use") && said.contains(&server.port().to_string()), "{said}");
}

#[tokio::test]
async fn the_owner_is_made_once_with_the_link_of_the_first_start() {
    let server = Server::start().await;
    let token = server.set_up_token().await;
    let api = deepdive_tests::Api::new(&server.url, None);
    let owner = |token: &str| {
        json!({
            "setupToken": token, "email": "Owner@Example.com",
            "password": "correct horse battery", "nickname": "주인",
        })
    };

    let wrong = api.mutate("createOwner", owner("0000")).await;
    assert_eq!(wrong["code"], "ALREADY_SET_UP", "{wrong:#}");
    let made = api.mutate("createOwner", owner(&token)).await;
    assert_eq!(made["viewer"]["email"], "owner@example.com", "{made:#}");
    let again = api.mutate("createOwner", owner(&token)).await;
    assert_eq!(again["code"], "ALREADY_SET_UP");

    let sign_in = |password: &str| json!({ "email": "owner@example.com", "password": password });
    let right = api.mutate("signIn", sign_in("correct horse battery")).await;
    assert_eq!(right["viewer"]["role"], "ADMIN", "{right:#}");
    let wrong = api.mutate("signIn", sign_in("wrong horse battery")).await;
    assert_eq!(wrong["code"], "INVALID_CREDENTIALS");
}
