//! Accounts from outside: what is revoked is silent, and readers come in by a link.

use deepdive_tests::{Api, Browser, Server, Socket, eventually};
use serde_json::{Value, json};

const MINE: &str = "subscription { myPipelines { kind seq } }";
const PASSWORD: &str = "correct horse battery";

/// A socket that is opened with a ticket of this session, and listens.
async fn socket_of(browser: &mut Browser) -> Socket {
    let ticket = "mutation { socketTicket { ... on SocketTicketSuccess { ticket } } }";
    let ticket = browser.ask(ticket, json!({})).await["socketTicket"]["ticket"].clone();
    let mut socket = Socket::connect(&browser.api.url).await;
    let payload = json!({ "ticket": ticket });
    socket.send(json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    listening(socket).await
}

/// Subscribes, and hears the present state.
async fn listening(mut socket: Socket) -> Socket {
    socket.subscribe("a", MINE, json!({})).await;
    assert_eq!(socket.message().await["type"], "next");
    socket
}

/// The next thing on the socket is its end.
async fn is_closed(mut socket: Socket) {
    assert!(socket.is_closed_with(4403, Some("Forbidden")).await.is_empty());
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_and_its_socket_is_closed_without_another_frame() {
    let (server, api) = Server::with_author().await;
    let input = json!({ "name": "reader", "scopes": ["READ"] });
    let made = api.mutate("createAccessToken", input).await;
    let token = made["token"].as_str().unwrap();
    let socket = listening(Socket::admitted(&server.url, Some(token)).await).await;

    let tokens = "{ viewer { accessTokens { id name lastUsedAt current } } }";
    let tokens = api.data(tokens, json!({})).await["viewer"]["accessTokens"].clone();
    let listed = tokens.as_array().unwrap();
    let reader = listed.iter().find(|token| token["name"] == "reader").unwrap();
    assert!(reader["lastUsedAt"].is_string() && reader["current"] == false, "{tokens:#}");
    let revoke = "mutation($id: ID!) { revokeAccessToken(input: { id: $id }) { __typename } }";
    let revoked = api.data(revoke, json!({ "id": reader["id"] })).await;
    assert_eq!(revoked["revokeAccessToken"]["__typename"], "RevokeAccessTokenSuccess");
    // Something to tell, which it must not hear.
    let post = api.create("After the end", "body").await;
    api.publish(&post).await;

    is_closed(socket).await;
    let refused = Api::new(&server.url, Some(token)).send("{ viewer { email } }", json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let mut late = Socket::connect(&server.url).await;
    let payload = json!({ "Authorization": format!("Bearer {token}") });
    late.send(json!({ "type": "connection_init", "payload": payload })).await;
    late.is_closed_with(4403, None).await;
}

#[tokio::test]
async fn sockets_that_a_ticket_opened_die_with_their_session() {
    let (_server, api) = Server::with_author().await;
    let sign_in = async || Browser::signed_in(&api, "kim@example.com", PASSWORD).await.unwrap();
    let (mut here, mut far) = (sign_in().await, sign_in().await);
    let (mut near, first, second) =
        (socket_of(&mut here).await, socket_of(&mut far).await, socket_of(&mut far).await);

    let sessions = "{ viewer { sessions { id client current } } }";
    let sessions = here.ask(sessions, json!({})).await["viewer"]["sessions"].clone();
    let listed = sessions.as_array().unwrap();
    assert_eq!(listed.len(), 2, "{sessions:#}");
    assert!(listed.iter().all(|session| session["client"] == "Firefox, Linux"), "{sessions:#}");
    let other = listed.iter().find(|session| session["current"] == false).unwrap();
    let revoke = "mutation($id: ID!) { revokeSession(input: { id: $id }) { __typename } }";
    let revoked = here.ask(revoke, json!({ "id": other["id"] })).await;
    assert_eq!(revoked["revokeSession"]["__typename"], "RevokeSessionSuccess");
    is_closed(first).await;
    is_closed(second).await;
    assert_eq!(far.ask("{ viewer { email } }", json!({})).await["viewer"], Value::Null);

    // The session that asked goes on, and so does its socket, until all of them are ended.
    api.create("For the near one", "body").await;
    near.subscribe("b", "{ viewer { email } }", json!({})).await;
    eventually("an answer", async || (near.message().await["id"] == "b").then_some(())).await;
    let end = "mutation { revokeOtherSessions { ... on RevokeOtherSessionsSuccess { revoked } } }";
    assert_eq!(api.data(end, json!({})).await["revokeOtherSessions"]["revoked"], 1);
    for message in near.is_closed_with(4403, None).await {
        assert_ne!(message["type"], "next", "{message:#}");
    }
}

#[tokio::test]
async fn a_reader_signs_up_by_the_link_that_the_operator_passes_on() {
    let server = Server::start_with(&["--sign-up", "open"]).await;
    let api = Api::new(&server.url, None);
    let ask = "mutation($e: String!) { signUp(input: { email: $e }) {
        __typename ... on SignUpSuccess { checkYourMail }
    } }";
    let asked = api.data(ask, json!({ "e": "lee@example.com" })).await;
    assert_eq!(asked["signUp"]["checkYourMail"], true);
    let token = server.token_to_pass_on("/confirm").await;
    let confirm = "mutation($i: ConfirmSignUpInput!) { confirmSignUp(input: $i) {
        __typename ... on ConfirmSignUpSuccess { viewer { role email } } ... on UserError { code }
    } }";
    let input = json!({ "i": { "token": token, "password": PASSWORD, "nickname": "lee" } });
    let confirmed = api.data(confirm, input.clone()).await;
    let viewer = json!({ "role": "READER", "email": "lee@example.com" });
    assert_eq!(confirmed["confirmSignUp"]["viewer"], viewer);
    assert_eq!(api.data(confirm, input).await["confirmSignUp"]["code"], "LINK_NOT_VALID");
    assert!(Browser::signed_in(&api, "lee@example.com", PASSWORD).await.is_some());
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_survives_a_kill_and_the_owner_passes_its_link_on() {
    // A mail server that is not there: nothing can be sent before the kill.
    let smtp = ["--smtp-url", "smtp://127.0.0.1:1", "--mail-from", "blog@blog.example"];
    let server = Server::start_with(&[&["--sign-up", "open"], &smtp[..]].concat()).await;
    let api = Api::new(&server.url, None);
    let ask = "mutation { signUp(input: { email: \"lee@example.com\" }) { __typename } }";
    assert_eq!(api.data(ask, json!({})).await["signUp"]["__typename"], "SignUpSuccess");
    let stopped = server.kill().await;
    let token = stopped.create_user("owner@example.com", "admin").await;
    let server = stopped.start().await;
    let owner = Api::new(&server.url, Some(&token));
    let waiting = "{ viewer { waitingMails { id email purpose } } }";
    let mails = owner.data(waiting, json!({})).await["viewer"]["waitingMails"].clone();
    assert_eq!(mails[0]["email"], "lee@example.com");
    let link = owner.link_to_pass_on().await;
    assert!(link.contains("/confirm?token=dd_lnk_"), "{link}");
    assert!(!server.log().await.contains("dd_lnk_"), "no link is logged with a mail server");
}
