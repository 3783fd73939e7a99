//! Signing in and out, and keys.

use domain::account::{KeyKind, Role, Scope, key_hash};
use domain::actions::Authenticate;
use domain::ports::Accounts;
use schema::{Client, SessionCookie};
use serde_json::{Value, json};

use crate::world::{Answered, World};

const CREATE: &str = "mutation($i: CreateOwnerInput!) { createOwner(input: $i) {
    __typename ... on CreateOwnerSuccess { viewer { email role user { nickname } } }
    ... on UserError { code path }
} }";
const SIGN_IN: &str = "mutation($i: SignInInput!) { signIn(input: $i) {
    __typename ... on SignInSuccess { viewer { email } }
    ... on UserError { code } ... on TooManyAttemptsError { retryAt }
} }";

fn owner() -> Value {
    json!({
        "setupToken": "token", "email": "Kim@Example.org", "password": "a long password",
        "nickname": "kim",
    })
}

async fn world_with_owner() -> World {
    let world = World::new().await;
    world.blog.offer_set_up(&key_hash("token")).await.unwrap();
    let made = world.ask(None, CREATE, json!({ "i": owner() })).await;
    assert_eq!(made.data()["createOwner"]["__typename"], "CreateOwnerSuccess");
    world
}

fn session(answered: &Answered) -> String {
    match &answered.cookie {
        SessionCookie::Set { token, .. } => token.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_set_up_link_makes_the_owner_once_and_signs_in() {
    let world = World::new().await;
    world.blog.offer_set_up(&key_hash("token")).await.unwrap();
    let set_up = async || world.get(None, "{ site { setUp title } }", json!({})).await;
    assert_eq!(set_up().await["site"], json!({"setUp": false, "title": "Deepdive"}));

    let mut wrong = owner();
    wrong["setupToken"] = json!("another");
    let answered = world.ask(None, CREATE, json!({ "i": wrong })).await;
    assert_eq!(answered.data()["createOwner"]["code"], "ALREADY_SET_UP");
    assert_eq!(answered.cookie, SessionCookie::Keep);
    let mut short = owner();
    short["password"] = json!("short");
    let answered = world.ask(None, CREATE, json!({ "i": short })).await;
    assert_eq!(answered.data()["createOwner"]["path"], json!(["input", "password"]));

    let made = world.ask(None, CREATE, json!({ "i": owner() })).await;
    let expected =
        json!({"email": "kim@example.org", "role": "ADMIN", "user": {"nickname": "kim"}});
    assert_eq!(made.data()["createOwner"]["viewer"], expected);
    assert_eq!(set_up().await["site"]["setUp"], true);
    let accounts = Authenticate { accounts: &world.blog, clock: &*world.clock };
    let identity = accounts.key(&session(&made)).await.unwrap().unwrap();
    let viewer = world.get(Some(&identity), "{ viewer { email } }", json!({})).await;
    assert_eq!(viewer["viewer"]["email"], "kim@example.org");

    let again = world.ask(None, CREATE, json!({ "i": owner() })).await;
    assert_eq!(again.data()["createOwner"]["code"], "ALREADY_SET_UP");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let world = world_with_owner().await;
    let sign_in = async |email: &str, password: &str| {
        let input = json!({"email": email, "password": password});
        world.ask(None, SIGN_IN, json!({ "i": input })).await
    };
    let wrong = sign_in("kim@example.org", "wrong password").await;
    let unknown = sign_in("lee@example.org", "a long password").await;
    assert_eq!(wrong.data()["signIn"]["code"], "INVALID_CREDENTIALS");
    assert_eq!(wrong.json, unknown.json);
    assert_eq!(wrong.cookie, SessionCookie::Keep);

    let right = sign_in(" KIM@example.org ", "a long password").await;
    assert_eq!(right.data()["signIn"]["viewer"]["email"], "kim@example.org");
    session(&right);
}

#[tokio::test]
async fn too_many_attempts_are_refused_even_with_the_right_password() {
    let world = world_with_owner().await;
    let input = |password: &str| json!({"i": {"email": "kim@example.org", "password": password}});
    for _ in 0..10 {
        world.get(None, SIGN_IN, input("wrong password")).await;
    }
    let answer = world.get(None, SIGN_IN, input("a long password")).await;
    assert_eq!(answer["signIn"]["code"], "TOO_MANY_ATTEMPTS");
    assert!(answer["signIn"]["retryAt"].is_string());
}

#[tokio::test]
async fn who_tries_many_accounts_from_one_network_is_refused_and_others_are_not() {
    let world = world_with_owner().await;
    let from = |address: &str| Client { address: address.parse().unwrap(), ..World::client() };
    let code = async |address: &str, email: String| {
        let input = json!({"i": {"email": email, "password": "a guess"}});
        let answered = world.ask_from(from(address), None, SIGN_IN, input).await;
        answered.data()["signIn"]["code"].as_str().unwrap_or("none").to_owned()
    };
    for n in 0..100 {
        let neighbour = format!("2001:db8::{:x}", n + 1);
        let answer = code(&neighbour, format!("reader{n}@example.org")).await;
        assert_eq!(answer, "INVALID_CREDENTIALS");
    }
    let kim = || "kim@example.org".to_owned();
    assert_eq!(code("2001:db8::ffff", kim()).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(code("2001:db8:0:1::1", kim()).await, "INVALID_CREDENTIALS");
    // Refused for the network, the account's own tries were not counted.
    let input = json!({"i": {"email": "kim@example.org", "password": "a long password"}});
    let right = world.ask_from(from("192.0.2.1"), None, SIGN_IN, input).await;
    assert_eq!(right.data()["signIn"]["viewer"]["email"], "kim@example.org");
}

#[tokio::test]
async fn without_a_public_address_only_the_own_machine_may_sign_in() {
    let world = world_with_owner().await;
    let input = json!({"i": {"email": "kim@example.org", "password": "a long password"}});
    let far = Client { may_sign_in: false, ..World::client() };
    let answered = world.ask_from(far.clone(), None, SIGN_IN, input).await;
    assert_eq!(answered.data()["signIn"]["__typename"], "NotAllowedError");
    assert_eq!(answered.cookie, SessionCookie::Keep);
    let answered = world.ask_from(far, None, CREATE, json!({ "i": owner() })).await;
    assert_eq!(answered.data()["createOwner"]["__typename"], "NotAllowedError");
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let world = world_with_owner().await;
    let input = json!({"i": {"email": "kim@example.org", "password": "a long password"}});
    let key = session(&world.ask(None, SIGN_IN, input).await);
    let accounts = Authenticate { accounts: &world.blog, clock: &*world.clock };
    let identity = accounts.key(&key).await.unwrap().unwrap();
    let out = world.ask(Some(&identity), "mutation { signOut { signedOut } }", json!({})).await;
    assert_eq!(out.data()["signOut"]["signedOut"], true);
    assert_eq!(out.cookie, SessionCookie::Clear);
    assert_eq!(accounts.key(&key).await.unwrap(), None);
    let out = world.ask(None, "mutation { signOut { signedOut } }", json!({})).await;
    assert_eq!(out.data()["signOut"]["signedOut"], false);
}

#[tokio::test]
async fn a_socket_ticket_opens_one_socket_with_the_rights_of_its_key() {
    let world = world_with_owner().await;
    let input = json!({"i": {"email": "kim@example.org", "password": "a long password"}});
    let key = session(&world.ask(None, SIGN_IN, input).await);
    let accounts = Authenticate { accounts: &world.blog, clock: &*world.clock };
    let identity = accounts.key(&key).await.unwrap().unwrap();
    let ticket = "mutation { socketTicket {
        __typename ... on SocketTicketSuccess { ticket expiresAt } ... on UserError { code }
    } }";
    let drawn = world.get(Some(&identity), ticket, json!({})).await["socketTicket"].clone();
    let drawn = drawn["ticket"].as_str().unwrap();
    assert_eq!(accounts.ticket(drawn).await.unwrap(), Some(identity));
    assert_eq!(accounts.ticket(drawn).await.unwrap(), None);
    let guest = world.get(None, ticket, json!({})).await;
    assert_eq!(guest["socketTicket"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_access_token_never_has_more_rights_than_the_key_that_asks() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let writes_only = world.identity(kim.user.clone(), Role::Author, &[Scope::Write]);
    let reads_only = world.identity(kim.user.clone(), Role::Author, &[Scope::Read]);
    let create = async |who, input: Value| {
        let selection = "... on CreateAccessTokenSuccess { token name expiresAt }";
        world.mutate(who, "createAccessToken", selection, input).await
    };
    let input = json!({"name": "backup", "scopes": ["READ"]});
    let made = create(Some(&kim), input.clone()).await;
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("dd_pat_"));
    let record = world.blog.key(&key_hash(token)).await.unwrap().unwrap();
    assert_eq!((record.kind, record.scopes), (KeyKind::Token, vec![Scope::Read]));

    assert_eq!(create(None, input.clone()).await["code"], "UNAUTHENTICATED");
    assert_eq!(create(Some(&reads_only), input.clone()).await["code"], "FORBIDDEN");
    assert_eq!(create(Some(&writes_only), input).await["path"], json!(["input", "scopes"]));
    for (field, value) in [("expiresInDays", json!(366)), ("expiresInDays", json!(-1))] {
        let mut input = json!({"name": "backup", "scopes": ["READ"]});
        input[field] = value;
        assert_eq!(create(Some(&kim), input).await["path"], json!(["input", field]));
    }
}

#[tokio::test]
async fn a_token_asked_for_twice_is_one_token_that_is_shown_once() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let create = async |name: &str| {
        let selection = "... on CreateAccessTokenSuccess { token name expiresAt }";
        let input = json!({"name": name, "scopes": ["READ"], "idempotencyKey": "k"});
        world.mutate(Some(&kim), "createAccessToken", selection, input).await
    };
    let first = create("backup").await;
    let mut expected = first.clone();
    assert!(first["token"].is_string());
    expected["token"] = Value::Null;
    assert_eq!(create("backup").await, expected);
    assert_eq!(create("another").await["code"], "IDEMPOTENCY_KEY_REUSED");

    // A revoked token does not come back by asking again.
    let hash = key_hash(first["token"].as_str().unwrap());
    assert!(world.blog.take_key(&hash).await.unwrap());
    assert_eq!(create("backup").await["code"], "NOT_FOUND");
}

#[tokio::test]
async fn a_token_asked_for_at_once_is_one_token_that_one_of_them_is_shown() {
    let world = World::hostile(3).await;
    let kim = world.author("kim").await;
    let create = || {
        let selection = "... on CreateAccessTokenSuccess { token name expiresAt }";
        let input = json!({"name": "backup", "scopes": ["READ"], "idempotencyKey": "k"});
        world.mutate(Some(&kim), "createAccessToken", selection, input)
    };
    let answers = futures_util::future::join_all((0..8).map(|_| create())).await;
    let shown: Vec<&str> = answers.iter().filter_map(|answer| answer["token"].as_str()).collect();
    assert_eq!(shown.len(), 1, "{answers:#?}");
    assert!(answers.iter().all(|answer| answer["name"] == "backup"), "{answers:#?}");
    assert!(world.blog.key(&key_hash(shown[0])).await.unwrap().is_some());
}
