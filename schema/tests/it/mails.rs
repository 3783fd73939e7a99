//! Signing up and forgotten passwords: what a stranger can learn, and what a link can do.

use std::time::Duration;

use domain::account::{Identity, Role};
use domain::mail::{MailRequest, MailState};
use domain::ports::{Accounts, Clock, MailRequests};
use schema::{Client, SessionCookie};
use serde_json::{Value, json};

use crate::world::{Answered, World};

async fn ask(world: &World, mutation: &str, email: &str) -> Answered {
    ask_from(world, World::client(), mutation, email).await
}

async fn ask_from(world: &World, client: Client, mutation: &str, email: &str) -> Answered {
    let mut name = mutation.to_owned();
    name[..1].make_ascii_uppercase();
    let document = format!(
        "mutation($i: {name}Input!) {{ {mutation}(input: $i) {{ __typename \
         ... on {name}Success {{ checkYourMail }} ... on UserError {{ code path }} }} }}"
    );
    let input = json!({"i": {"email": email, "language": "ENGLISH"}});
    world.ask_from(client, None, &document, input).await
}

/// The token of the only mail that is sent now.
async fn token(world: &World) -> String {
    let mails = world.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let link = mails[0].link.clone().unwrap();
    assert!(mails[0].text.contains(&link));
    link.split_once("?token=").unwrap().1.to_owned()
}

const CONFIRM: &str = "mutation($i: ConfirmSignUpInput!) { confirmSignUp(input: $i) {
    __typename ... on ConfirmSignUpSuccess { viewer { email role user { nickname } } }
    ... on UserError { code path }
} }";

async fn confirm(world: &World, token: &str, password: &str) -> Answered {
    let input = json!({"token": token, "password": password, "nickname": "lee"});
    world.ask(None, CONFIRM, json!({ "i": input })).await
}

async fn reset(world: &World, token: &str, password: &str) -> Value {
    let selection = "... on ResetPasswordSuccess { passwordSet }";
    let input = json!({"token": token, "password": password});
    world.mutate(None, "resetPassword", selection, input).await
}

#[tokio::test]
async fn a_reader_signs_up_confirms_by_mail_and_is_signed_in() {
    let world = World::with_owner().await;
    let asked = ask(&world, "signUp", " Lee@Example.org ").await;
    assert_eq!(asked.data()["signUp"]["checkYourMail"], true);
    let token = token(&world).await;
    assert!(world.mails().await.is_empty(), "a mail is sent once");

    let short = confirm(&world, &token, "short").await;
    assert_eq!(short.data()["confirmSignUp"]["path"], json!(["input", "password"]));
    let confirmed = confirm(&world, &token, "a readers password").await;
    let viewer = json!({"email": "lee@example.org", "role": "READER", "user": {"nickname": "lee"}});
    assert_eq!(confirmed.data()["confirmSignUp"]["viewer"], viewer);
    let SessionCookie::Set { token: session, .. } = confirmed.cookie else { panic!("no session") };
    assert_eq!(world.with_key(&session).await.unwrap().role, Role::Reader);
    let again = confirm(&world, &token, "a thiefs password").await;
    assert_eq!(again.data()["confirmSignUp"]["code"], "LINK_NOT_VALID");
    assert!(
        world.sign_in("lee@example.org", "a readers password", World::client()).await.is_some()
    );
}

#[tokio::test]
async fn nothing_tells_a_stranger_whether_an_address_has_an_account() {
    let world = World::with_owner().await;
    for mutation in ["signUp", "requestPasswordReset"] {
        let known = ask(&world, mutation, "kim@example.org").await;
        let unknown = ask(&world, mutation, "nobody@example.org").await;
        assert_eq!(known.data()[mutation]["checkYourMail"], true);
        assert_eq!(known.json, unknown.json);
        // The very same calls, none of which looks for an account: the clock does not tell either.
        assert_eq!(known.counts, unknown.counts);
        assert_eq!((known.counts.writes, known.counts.calls()), (3, 3));
    }
    let mails = world.mails().await;
    let mut sent: Vec<_> = mails
        .iter()
        .map(|mail| (mail.to.as_str(), mail.link.is_some(), mail.text.contains("token=")))
        .collect();
    sent.sort_unstable();
    let expected = [
        ("kim@example.org", false, false), // has an account, and is told so
        ("kim@example.org", true, true),   // forgot the password
        ("nobody@example.org", true, true), // may make an account
    ];
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_everything_else_ends() {
    let world = World::with_owner().await;
    let session = world.sign_in("kim@example.org", "a long password", World::client()).await;
    let identity = world.with_key(session.as_ref().unwrap()).await.unwrap();
    let input = json!({"name": "backup", "scopes": ["READ"]});
    let selection = "... on CreateAccessTokenSuccess { token }";
    let made = world.mutate(Some(&identity), "createAccessToken", selection, input).await;
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    let token = token(&world).await;

    assert_eq!(reset(&world, &token, "short").await["code"], "INVALID_INPUT");
    assert_eq!(reset(&world, &token, "a new password").await["passwordSet"], true);
    assert!(world.with_key(&session.unwrap()).await.is_none());
    assert!(world.with_key(made["token"].as_str().unwrap()).await.is_none());
    let sign_in =
        async |password| world.sign_in("kim@example.org", password, World::client()).await;
    assert!(sign_in("a long password").await.is_none());
    assert!(sign_in("a new password").await.is_some());
    assert_eq!(reset(&world, &token, "a third password").await["code"], "LINK_NOT_VALID");
}

#[tokio::test]
async fn a_link_is_used_once_even_by_many_at_once() {
    let world = World::with_owner().await;
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    let token = token(&world).await;
    let passwords: Vec<_> = (0..8).map(|n| format!("password number {n}")).collect();
    let tries = passwords.iter().map(|password| reset(&world, &token, password));
    let answers = futures_util::future::join_all(tries).await;
    let done = answers.iter().filter(|answer| answer["passwordSet"] == true).count();
    assert_eq!(done, 1, "{answers:#?}");
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_with_a_newer_request() {
    let world = World::with_owner().await;
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    let old = token(&world).await;
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    let new = token(&world).await;
    assert_eq!(reset(&world, &old, "a new password").await["code"], "LINK_NOT_VALID");
    world.clock.advance(Duration::from_secs(3599));
    // A link to make an account is none for a password, nor the other way round.
    let wrong = confirm(&world, &new, "a new password").await;
    assert_eq!(wrong.data()["confirmSignUp"]["code"], "LINK_NOT_VALID");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(reset(&world, &new, "a new password").await["code"], "LINK_NOT_VALID");

    ask(&world, "signUp", "lee@example.org").await;
    let link = token(&world).await;
    world.clock.advance(Duration::from_secs(24 * 3600));
    let late = confirm(&world, &link, "a readers password").await;
    assert_eq!(late.data()["confirmSignUp"]["code"], "LINK_NOT_VALID");
    assert!(world.blog.by_email("lee@example.org").await.unwrap().is_none());
}

#[tokio::test]
async fn mails_are_limited_for_an_address_and_for_a_network() {
    let world = World::with_owner().await;
    let from = |n: u32| Client { address: [192, 0, 2, n as u8].into(), ..World::client() };
    for n in 0..3 {
        let asked = ask_from(&world, from(n), "signUp", "lee@example.org").await;
        assert_eq!(asked.data()["signUp"]["checkYourMail"], true);
    }
    let fourth = ask_from(&world, from(9), "signUp", "lee@example.org").await;
    assert_eq!(fourth.data()["signUp"]["code"], "TOO_MANY_ATTEMPTS");
    for n in 0..20 {
        ask_from(&world, from(50), "requestPasswordReset", &format!("r{n}@example.org")).await;
    }
    let more = ask_from(&world, from(50), "requestPasswordReset", "kim@example.org").await;
    assert_eq!(more.data()["requestPasswordReset"]["code"], "TOO_MANY_ATTEMPTS");
    // Refused for the network, the address's own tries were not counted.
    let other = ask_from(&world, from(51), "requestPasswordReset", "kim@example.org").await;
    assert_eq!(other.data()["requestPasswordReset"]["checkYourMail"], true);

    let guess = async || reset(&world, "dd_lnk_guess", "a new password").await["code"].clone();
    for _ in 0..30 {
        assert_eq!(guess().await, "LINK_NOT_VALID");
    }
    assert_eq!(guess().await, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn where_signing_up_is_closed_nobody_asks_and_no_link_of_before_works() {
    let open = World::with_owner().await;
    ask(&open, "signUp", "lee@example.org").await;
    let link = token(&open).await;
    let closed = open.closed();
    let site = closed.get(None, "{ site { signUpOpen } }", json!({})).await;
    assert_eq!(site["site"]["signUpOpen"], false);
    let asked = ask(&closed, "signUp", "han@example.org").await;
    assert_eq!(asked.data()["signUp"]["code"], "SIGN_UP_CLOSED");
    assert_eq!(asked.counts.calls(), 0);
    let late = confirm(&closed, &link, "a readers password").await;
    assert_eq!(late.data()["confirmSignUp"]["code"], "SIGN_UP_CLOSED");
}

#[tokio::test]
async fn without_a_public_address_only_the_own_machine_may_ask() {
    let world = World::with_owner().await;
    let far = Client { may_sign_in: false, ..World::client() };
    for mutation in ["signUp", "requestPasswordReset"] {
        let asked = ask_from(&world, far.clone(), mutation, "kim@example.org").await;
        assert_eq!(asked.data()[mutation]["code"], "FORBIDDEN");
    }
}

const WAITING: &str = "{ viewer { waitingMails { id email purpose expiresAt } } }";

async fn reveal(world: &World, who: Option<&Identity>, id: &Value) -> Value {
    let selection = "... on RevealMailLinkSuccess { link }";
    world.mutate(who, "revealMailLink", selection, json!({ "id": id })).await
}

#[tokio::test]
async fn what_no_mail_server_takes_the_owner_passes_on() {
    let world = World::with_owner().await;
    let owner = world.person("owner", Role::Admin).await;
    let author = world.author("author").await;
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    ask(&world, "signUp", "lee@example.org").await;

    let seen = world.get(Some(&owner), WAITING, json!({})).await;
    let waiting = seen["viewer"]["waitingMails"].as_array().unwrap().clone();
    assert_eq!(waiting.len(), 2);
    let hidden = world.get(Some(&author), WAITING, json!({})).await;
    assert_eq!(hidden["viewer"]["waitingMails"], Value::Null);

    let mail = waiting.iter().find(|mail| mail["email"] == "lee@example.org").unwrap();
    assert_eq!(mail["purpose"], "SIGN_UP");
    assert_eq!(reveal(&world, Some(&author), &mail["id"]).await["code"], "FORBIDDEN");
    assert_eq!(reveal(&world, None, &mail["id"]).await["code"], "UNAUTHENTICATED");
    assert_eq!(reveal(&world, Some(&owner), &json!("mail_x")).await["code"], "NOT_FOUND");
    let link = reveal(&world, Some(&owner), &mail["id"]).await["link"].as_str().unwrap().to_owned();
    let (page, token) = link.split_once("?token=").unwrap();
    assert_eq!(page, "https://blog.example/confirm");
    let confirmed = confirm(&world, token, "a readers password").await;
    assert_eq!(confirmed.data()["confirmSignUp"]["__typename"], "ConfirmSignUpSuccess");
    let seen = world.get(Some(&owner), WAITING, json!({})).await;
    assert_eq!(seen["viewer"]["waitingMails"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_is_tried_again_and_then_is_the_owners() {
    let world = World::with_owner().await;
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    let state = async || world.blog.requests(10).await.unwrap()[0].state.clone();
    let mut waits = vec![];
    loop {
        assert!(world.mails_refused().await);
        match state().await {
            MailState::Due { at, attempts } => {
                assert_eq!(attempts, waits.len() as u32 + 1);
                waits.push(at.since(world.clock.now()).as_secs());
            }
            other => {
                assert_eq!(other, MailState::WithOperator);
                break;
            }
        }
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920]);
}

#[tokio::test]
async fn a_request_that_was_made_anew_while_its_mail_was_sent_is_sent_again() {
    let world = World::with_owner().await;
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    let old: MailRequest = world.blog.requests(10).await.unwrap().remove(0);
    ask(&world, "requestPasswordReset", "kim@example.org").await;
    assert!(!world.blog.change_request(&old, None).await.unwrap());
    assert_eq!(world.mails().await.len(), 1);
}
