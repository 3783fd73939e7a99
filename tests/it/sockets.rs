//! Probes of graphql-transport-ws against the real server: each close code, errors, pings, limits.

use std::time::Duration;

use deepdive_tests::socket::{Came, sockets_of};
use deepdive_tests::{Api, Server, Socket};
use serde_json::{Value, json};

const SITE: &str = "{ site { title } }";
const MINE: &str = "subscription { myPipelines { kind seq } }";

async fn guest() -> (Server, Socket) {
    let server = Server::start().await;
    let socket = Socket::admitted(&server.url, None).await;
    (server, socket)
}

async fn author() -> (Server, Api, Socket) {
    let (server, api) = Server::with_author().await;
    let socket = Socket::admitted(&server.url, api.token.as_deref()).await;
    (server, api, socket)
}

async fn fresh() -> (Server, Socket) {
    let server = Server::start().await;
    let socket = Socket::connect(&server.url).await;
    (server, socket)
}

#[tokio::test]
async fn the_subprotocol_is_named_in_the_handshake() {
    let (_server, socket) = fresh().await;
    assert_eq!(socket.subprotocol.as_deref(), Some("graphql-transport-ws"));
}

#[tokio::test]
async fn the_subprotocol_is_found_among_several_offers() {
    let server = Server::start().await;
    let offers = Some("graphql-ws, graphql-transport-ws");
    let socket = Socket::offering(&sockets_of(&server.url).await, offers).await;
    assert_eq!(socket.subprotocol.as_deref(), Some("graphql-transport-ws"));
}

#[tokio::test]
async fn graphql_itself_takes_sockets_too() {
    let server = Server::start().await;
    let url = format!("{}/graphql", server.url);
    let mut socket = Socket::offering(&url, Some("graphql-transport-ws")).await;
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
}

#[tokio::test]
async fn without_the_subprotocol_the_socket_is_closed_with_4406() {
    let server = Server::start().await;
    let mut socket = Socket::offering(&format!("{}/graphql/ws", server.url), None).await;
    socket.is_closed_with(4406, Some("Subprotocol not acceptable")).await;
}

#[tokio::test]
async fn a_second_init_is_closed_with_4429() {
    let (_server, mut socket) = guest().await;
    socket.send(json!({ "type": "connection_init" })).await;
    socket.is_closed_with(4429, Some("Too many initialisation requests")).await;
}

#[tokio::test]
async fn subscribing_before_init_is_closed_with_4401() {
    let (_server, mut socket) = fresh().await;
    socket.subscribe("a", SITE, json!({})).await;
    socket.is_closed_with(4401, Some("Unauthorized")).await;
}

#[tokio::test]
async fn a_wrong_token_is_closed_with_4403() {
    let (_server, mut socket) = fresh().await;
    let payload = json!({ "Authorization": "Bearer dd_pat_wrong" });
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    socket.is_closed_with(4403, None).await;
}

#[tokio::test]
async fn a_socket_that_never_begins_is_closed_with_4408() {
    let (_server, mut socket) = fresh().await;
    socket.is_closed_with(4408, Some("Connection initialisation timeout")).await;
}

#[tokio::test]
async fn an_id_in_use_is_closed_with_4409() {
    let (_server, _api, mut socket) = author().await;
    socket.subscribe("same", MINE, json!({})).await;
    socket.message().await;
    socket.subscribe("same", MINE, json!({})).await;
    socket.is_closed_with(4409, Some("Subscriber for same already exists")).await;
}

async fn invalid(text: &str) {
    let (_server, mut socket) = guest().await;
    socket.text(text).await;
    socket.is_closed_with(4400, None).await;
}

#[tokio::test]
async fn what_is_no_json_is_closed_with_4400() {
    invalid("{").await;
}

#[tokio::test]
async fn what_is_no_object_is_closed_with_4400() {
    invalid("[]").await;
}

#[tokio::test]
async fn an_unknown_type_is_closed_with_4400() {
    invalid(r#"{"type":"start","id":"a"}"#).await;
}

#[tokio::test]
async fn a_missing_type_is_closed_with_4400() {
    invalid(r#"{"id":"a"}"#).await;
}

#[tokio::test]
async fn a_subscribe_without_id_is_closed_with_4400() {
    invalid(r#"{"type":"subscribe","payload":{"query":"{site{title}}"}}"#).await;
}

#[tokio::test]
async fn a_subscribe_without_payload_is_closed_with_4400() {
    invalid(r#"{"type":"subscribe","id":"a"}"#).await;
}

#[tokio::test]
async fn a_subscribe_without_query_is_closed_with_4400() {
    invalid(r#"{"type":"subscribe","id":"a","payload":{}}"#).await;
}

#[tokio::test]
async fn a_message_that_only_servers_send_is_closed_with_4400() {
    invalid(r#"{"type":"connection_ack"}"#).await;
}

#[tokio::test]
async fn a_binary_frame_is_closed_with_4400() {
    let (_server, mut socket) = guest().await;
    socket.binary(b"{}".to_vec()).await;
    socket.is_closed_with(4400, None).await;
}

#[tokio::test]
async fn a_frame_of_15_megabytes_is_refused_and_the_server_lives() {
    let (server, mut socket) = guest().await;
    socket.text("x".repeat(15 * 1024 * 1024)).await;
    match socket.next().await {
        Came::Close(code, _) => assert!([4400, 1009].contains(&code), "{code}"),
        // The client was still sending when the server had closed.
        Came::End => {}
        Came::Message(message) => panic!("answered: {message}"),
    }
    Socket::admitted(&server.url, None).await;
}

#[tokio::test]
async fn a_query_gets_one_next_and_complete() {
    let (_server, mut socket) = guest().await;
    socket.subscribe("q", SITE, json!({})).await;
    let next = socket.message().await;
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("q")));
    assert!(next["payload"]["data"]["site"]["title"].is_string(), "{next}");
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "q" }));
}

#[tokio::test]
async fn a_mutation_gets_one_next_and_complete() {
    let (_server, _api, mut socket) = author().await;
    let create = "mutation { createPost(input: { title: \"x\" }) { __typename } }";
    socket.subscribe("m", create, json!({})).await;
    let next = socket.message().await;
    assert_eq!(next["payload"]["data"]["createPost"]["__typename"], "CreatePostSuccess", "{next}");
    assert_eq!(socket.message().await["type"], "complete");
}

async fn refused(query: &str) -> Value {
    let (_server, mut socket) = guest().await;
    socket.subscribe("e", query, json!({})).await;
    let error = socket.message().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("e")), "{error}");
    assert!(error["payload"][0]["message"].is_string(), "a list of errors: {error}");
    // No `complete` follows: the next answer is that of the next question.
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
    error
}

#[tokio::test]
async fn a_syntax_error_is_an_error_without_complete() {
    refused("subscription {").await;
}

#[tokio::test]
async fn an_unknown_field_is_an_error_without_complete() {
    refused("subscription { nothing }").await;
}

#[tokio::test]
async fn a_guest_cannot_follow_an_authors_pipelines() {
    let error = refused(MINE).await;
    assert!(error["payload"][0]["extensions"]["code"].is_string(), "{error}");
}

#[tokio::test]
async fn following_the_post_of_another_author_is_as_following_none() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Mine", "").await;
    let stopped = server.kill().await;
    let token = stopped.create_user("lee@example.com", "author").await;
    let server = stopped.start().await;
    let mut socket = Socket::admitted(&server.url, Some(&token)).await;
    let follow = "subscription($id: ID!) { pipeline(postId: $id) { seq } }";
    let mut answers = vec![];
    for id in [post["id"].clone(), json!("post_01hzzzzzzzzzzzzzzzzzzzzzzz")] {
        socket.subscribe("x", follow, json!({ "id": id })).await;
        let error = socket.message().await;
        assert_eq!(error["type"], "error", "{error}");
        answers.push(error["payload"][0]["extensions"]["code"].clone());
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_ping_is_answered_with_its_payload() {
    let (_server, mut socket) = guest().await;
    socket.send(json!({ "type": "ping", "payload": { "n": 7 } })).await;
    assert_eq!(socket.message().await, json!({ "type": "pong", "payload": { "n": 7 } }));
}

#[tokio::test]
async fn a_ping_is_answered_before_init_too() {
    let (_server, mut socket) = fresh().await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
}

#[tokio::test]
async fn an_unasked_pong_is_taken_without_answer() {
    let (_server, mut socket) = guest().await;
    socket.send(json!({ "type": "pong" })).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
}

#[tokio::test]
async fn a_clients_complete_gets_no_reply_and_frees_its_id() {
    let (_server, _api, mut socket) = author().await;
    socket.subscribe("a", MINE, json!({})).await;
    socket.message().await;
    socket.send(json!({ "type": "complete", "id": "a" })).await;
    socket.subscribe("a", MINE, json!({})).await;
    let again = socket.message().await;
    assert_eq!((&again["type"], &again["id"]), (&json!("next"), &json!("a")));
}

#[tokio::test]
async fn completing_what_was_never_begun_changes_nothing() {
    let (_server, mut socket) = guest().await;
    socket.send(json!({ "type": "complete", "id": "never" })).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
}

#[tokio::test]
async fn a_thousand_subscriptions_are_bounded_and_the_socket_stays() {
    let (_server, _api, mut socket) = author().await;
    for n in 0..1_000 {
        socket.subscribe(&n.to_string(), MINE, json!({})).await;
    }
    let (mut open, mut refused) = (0, 0);
    while open + refused < 1_000 {
        let message = socket.message().await;
        match message["type"].as_str() {
            Some("next") => open += 1,
            Some("error") => {
                refused += 1;
                let code = &message["payload"][0]["extensions"]["code"];
                assert_eq!(code, "TOO_MANY_SUBSCRIPTIONS", "{message}");
            }
            _ => panic!("{message}"),
        }
    }
    assert!(open > 0 && refused > 0, "{open} open, {refused} refused");
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
}

#[tokio::test]
async fn a_ticket_opens_one_socket_and_no_second() {
    let (server, api) = Server::with_author().await;
    let query = "mutation { socketTicket { ... on SocketTicketSuccess { ticket } } }";
    let data = api.data(query, json!({})).await;
    let init = json!({ "type": "connection_init", "payload": data["socketTicket"] });

    let mut socket = Socket::connect(&server.url).await;
    socket.send(init.clone()).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    socket.subscribe("a", MINE, json!({})).await;
    assert_eq!(socket.message().await["type"], "next");

    let mut second = Socket::connect(&server.url).await;
    second.send(init).await;
    second.is_closed_with(4403, None).await;
}

#[tokio::test]
async fn a_socket_of_a_session_that_was_ended_is_closed_within_a_second() {
    let (server, api) = Server::with_author().await;
    let mut socket = Socket::admitted(&server.url, api.token.as_deref()).await;
    socket.subscribe("a", MINE, json!({})).await;
    socket.message().await;

    api.data("mutation { signOut { signedOut } }", json!({})).await;
    let ended = socket.within(Duration::from_secs(2)).await;
    assert!(matches!(ended, Some(Came::Close(..))), "{ended:?}");
}

#[tokio::test]
async fn a_guest_may_ask_what_everybody_may_read() {
    let (_server, mut socket) = guest().await;
    socket.subscribe("q", "{ posts { nodes { title } } viewer { email } }", json!({})).await;
    let next = socket.message().await;
    assert_eq!(next["payload"]["data"]["viewer"], Value::Null);
}

#[tokio::test]
async fn a_costly_document_is_refused_over_a_socket_too() {
    let fields = (0..200).map(|n| format!("a{n}: site {{ title }} ")).collect::<String>();
    refused(&format!("{{ {fields} }}")).await;
}
