//! The live board, over the sockets that API Gateway holds.

use std::time::Duration;

use deepdive_tests::Socket;
use deepdive_tests::socket::Came;
use deepdive_tests_aws::{browser, connect, owner, sockets, token_to_read};
use serde_json::{Value, json};

const BOARD: &str = "subscription ($id: ID!, $after: EventCursor) {
    pipeline(postId: $id, after: $after) {
        kind seq cursor resumed stages { kind status }
    }
}";

/// What is tried again here, the sweeper wakes: it looks once a minute.
const PATIENCE: Duration = Duration::from_secs(150);

/// The board's next frame.
async fn frame(socket: &mut Socket) -> Value {
    let came = socket.within(PATIENCE).await.expect("a frame");
    let Came::Message(message) = came else { panic!("no frame: {came:?}") };
    assert_eq!(message["type"], "next", "{message:#}");
    message["payload"]["data"]["pipeline"].clone()
}

#[tokio::test]
async fn the_author_watches_a_post_from_its_publication_until_it_is_found() {
    let owner = owner().await;
    let post = owner.create("라이브로 보는 글", "소켓이 **단계**를 전한다.").await;
    let mut socket = connect().await.admit(owner.token.as_deref()).await;
    socket.subscribe("1", BOARD, json!({ "id": post["id"] })).await;
    let first = frame(&mut socket).await;
    assert_eq!(first["kind"], "SNAPSHOT", "{first:#}");
    owner.publish(&post).await;
    let (mut seq, mut cursor) = (first["seq"].as_u64().unwrap(), first["cursor"].clone());
    let mut seen = vec![];
    while !seen.contains(&"READY".to_owned()) {
        let event = frame(&mut socket).await;
        if event["kind"] == "EVENT" {
            let next = event["seq"].as_u64().unwrap();
            assert!(next >= seq, "in order: {event:#} after {seq}");
            // Where telling broke off, an event comes twice, with the same number: clients drop it.
            if next == seq {
                continue;
            }
            (seq, cursor) = (next, event["cursor"].clone());
        }
        let stages = event["stages"].as_array().unwrap().iter();
        let search = stages.filter(|stage| stage["kind"] == "SEARCH");
        seen.extend(search.map(|stage| stage["status"].as_str().unwrap().to_owned()));
    }
    // Other tests make their indexes at the same time, and one that was slower tries again.
    assert!(seen.starts_with(&["PENDING".to_owned(), "RUNNING".to_owned()]), "{seen:?}");

    // Another socket goes on where this one was.
    drop(socket);
    let again = owner.post(&post["id"]).await;
    let edit = json!({
        "id": post["id"], "expectedRevision": again["workingCopy"]["revision"],
        "markdown": "소켓이 **다시** 전한다.",
    });
    owner.publish(&owner.mutate("updatePost", edit).await["post"]).await;
    let mut socket = connect().await.admit(owner.token.as_deref()).await;
    socket.subscribe("1", BOARD, json!({ "id": post["id"], "after": cursor })).await;
    assert_eq!(frame(&mut socket).await["kind"], "RESUMED");
    let event = frame(&mut socket).await;
    assert!(event["seq"].as_u64().unwrap() > seq, "{event:#}");
}

#[tokio::test]
async fn a_socket_that_offers_no_protocol_of_ours_is_not_opened() {
    owner().await;
    assert!(Socket::try_offering(&sockets(), Some("graphql-ws")).await.is_err());
    assert!(Socket::try_offering(&sockets(), None).await.is_err());
}

#[tokio::test]
async fn what_the_protocol_closes_the_gateway_closes() {
    let owner = owner().await;
    for message in [
        json!({ "type": "connection_init", "payload": { "Authorization": "Bearer dd_pat_guessed" } }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ __typename }" } }),
        json!("nonsense"),
    ] {
        let mut socket = connect().await;
        socket.send(message).await;
        assert!(!matches!(socket.next().await, Came::Message(_)));
    }
    // A query is answered, and the socket stays.
    let mut socket = connect().await.admit(owner.token.as_deref()).await;
    socket.subscribe("1", "{ viewer { user { nickname } } }", json!({})).await;
    let answer = socket.message().await;
    assert_eq!(answer["payload"]["data"]["viewer"]["user"]["nickname"], "Kim", "{answer:#}");
    assert_eq!(socket.message().await["type"], "complete");
}

#[tokio::test]
async fn a_token_that_is_revoked_closes_its_sockets() {
    let mut browser = browser().await;
    let token = token_to_read(&mut browser, "watcher").await;
    let mut socket = connect().await.admit(Some(&token)).await;
    socket.subscribe("1", "subscription { myPipelines { kind } }", json!({})).await;
    assert_eq!(socket.message().await["payload"]["data"]["myPipelines"]["kind"], "SNAPSHOT");

    let known = browser.ask("{ viewer { accessTokens { id name } } }", json!({})).await;
    let tokens = known["viewer"]["accessTokens"].as_array().unwrap();
    let id = &tokens.iter().find(|token| token["name"] == "watcher").unwrap()["id"];
    let revoked = browser
        .ask(
            "mutation ($input: RevokeAccessTokenInput!) { revokeAccessToken(input: $input) { \
             __typename } }",
            json!({ "input": { "id": id } }),
        )
        .await;
    assert_eq!(revoked["revokeAccessToken"]["__typename"], "RevokeAccessTokenSuccess");
    // Other tests' events may come until then.
    while let Came::Message(message) = socket.next().await {
        assert_eq!(message["type"], "next", "{message:#}");
    }
}
