//! Accounts of the deployed blog: links that the owner passes on, passwords in the user pool, and those that were
//! brought from another home.

use deepdive_tests::{Api, Browser, eventually};
use deepdive_tests_aws::account::{row, user};
use deepdive_tests_aws::owner;
use serde_json::{Value, json};

/// As somebody may choose them: Cognito itself takes no blanks.
const FIRST: &str = "비밀번호에는 빈칸도 있다 \u{1f511}";
const SECOND: &str = "another horse battery";

/// Of `password`, by the reference implementation of argon2.
const BROUGHT: &str =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

/// What a mutation without a session, or with a token, comes to.
async fn mutate(api: &Api, name: &str, selection: &str, input: Value) -> Value {
    let mut typed = name.to_owned();
    typed[..1].make_ascii_uppercase();
    let document = format!(
        "mutation($i: {typed}Input!) {{ {name}(input: $i) {{ __typename \
         ... on {typed}Success {{ {selection} }} ... on UserError {{ message }} }} }}"
    );
    api.data(&document, json!({ "i": input })).await[name].clone()
}

/// Asks for a mail, and gets the token of its link as the owner sees it.
async fn link(owner: &Api, mutation: &str, email: &str) -> String {
    let guest = owner.guest();
    let asked = mutate(&guest, mutation, "checkYourMail", json!({ "email": email })).await;
    assert_eq!(asked["checkYourMail"], true, "{asked:#}");
    let waiting = eventually("the mail waits for the owner", async || {
        let seen = owner.data("{ viewer { waitingMails { id email } } }", Value::Null).await;
        let mails = seen["viewer"]["waitingMails"].as_array().unwrap().clone();
        mails.into_iter().find(|mail| mail["email"] == email)
    });
    let input = json!({ "id": waiting.await["id"] });
    let shown = mutate(owner, "revealMailLink", "link", input).await;
    let (_, token) = shown["link"].as_str().unwrap().split_once("?token=").unwrap();
    token.to_owned()
}

/// Signs up with a link, and is signed in; with the id of the user.
async fn signed_up(owner: &Api, email: &str, password: &str) -> (Browser, String) {
    let token = link(owner, "signUp", email).await;
    let mut browser = Browser::new(owner);
    let confirm = "mutation($i: ConfirmSignUpInput!) { confirmSignUp(input: $i) { __typename \
                   ... on ConfirmSignUpSuccess { viewer { role user { id } } } \
                   ... on UserError { message } } }";
    let input = json!({ "i": { "token": token, "password": password, "nickname": "Lee" } });
    let made = browser.ask(confirm, input).await["confirmSignUp"].clone();
    assert_eq!(made["viewer"]["role"], "READER", "{made:#}");
    let id = made["viewer"]["user"]["id"].as_str().unwrap();
    (browser, id.strip_prefix("user_").unwrap().to_owned())
}

async fn signs_in(owner: &Api, email: &str, password: &str) -> bool {
    Browser::signed_in(owner, email, password).await.is_some()
}

#[tokio::test]
async fn a_reader_signs_up_and_chooses_another_password_by_links_that_the_owner_passes_on() {
    let owner = owner().await;
    let email = "lee@example.org";
    let (mut lee, id) = signed_up(&owner, email, FIRST).await;
    assert_eq!(lee.ask("{ viewer { email } }", Value::Null).await["viewer"]["email"], email);
    for wrong in ["", SECOND, &format!("{FIRST} ")] {
        assert!(!signs_in(&owner, email, wrong).await, "{wrong:?}");
    }
    assert!(signs_in(&owner, email, FIRST).await);
    assert!(!signs_in(&owner, "nobody@example.org", FIRST).await);

    let kept = user("AdminGetUser", &id).await;
    assert_eq!(kept["UserStatus"], "CONFIRMED", "{kept:#}");
    assert!(!kept.to_string().contains("example.org"), "{kept:#}");

    let token = link(&owner, "requestPasswordReset", email).await;
    let chosen = json!({ "token": token, "password": SECOND });
    let set = mutate(&owner.guest(), "resetPassword", "passwordSet", chosen).await;
    assert_eq!(set["passwordSet"], true, "{set:#}");
    let seen = lee.ask("{ viewer { email } }", Value::Null).await;
    assert_eq!(seen["viewer"], Value::Null, "the session is over");
    assert!(!signs_in(&owner, email, FIRST).await);
    assert!(signs_in(&owner, email, SECOND).await);
}

#[tokio::test]
async fn who_moved_here_signs_in_with_their_password_and_the_pool_keeps_it_from_then_on() {
    let owner = owner().await;
    let email = "park@example.org";
    let (_, id) = signed_up(&owner, email, FIRST).await;
    // As an import leaves an account: the pool knows nobody, and the table has the hash of the other home.
    user("AdminDeleteUser", &id).await;
    let key = json!({ "pk": { "S": format!("U#{id}") }, "sk": { "S": "PASSWORD" } });
    let mut brought = key.clone();
    brought["v"] = json!({ "N": "1" });
    brought["phc"] = json!({ "S": BROUGHT });
    row("PutItem", json!({ "Item": brought })).await;

    assert!(!signs_in(&owner, email, FIRST).await);
    assert!(signs_in(&owner, email, "password").await);
    let kept = user("AdminGetUser", &id).await;
    assert_eq!(kept["UserStatus"], "CONFIRMED", "{kept:#}");
    let left = row("GetItem", json!({ "Key": key, "ConsistentRead": true })).await;
    assert_eq!(left["Item"], Value::Null, "the hash is gone");
    assert!(signs_in(&owner, email, "password").await);
    assert!(!signs_in(&owner, email, "passwort").await);
}
