//! Sessions and access tokens: seen by their owner, and ended.

use std::time::Duration;

use domain::account::{Identity, Role, Scope, key_hash};
use domain::ports::{Accounts, Passwords};
use schema::Client;
use serde_json::{Value, json};

use crate::world::World;

const SESSIONS: &str =
    "{ viewer { sessions { id client current createdAt lastUsedAt expiresAt } } }";
const TOKENS: &str = "{ viewer { accessTokens { id name scopes current lastUsedAt expiresAt } } }";

/// Signs somebody in with a program; the session's key, and who asks with it.
async fn sign_in(world: &World, who: &Identity, client: &str) -> (String, Identity) {
    world.passwords.set(&who.user, "a long password").await.unwrap();
    let email = world.blog.user(&who.user).await.unwrap().unwrap().email;
    let client = Client { agent: Some(client.to_owned()), ..World::client() };
    let key = world.sign_in(&email, "a long password", client).await.unwrap();
    let identity = world.with_key(&key).await.unwrap();
    (key, identity)
}

async fn sessions(world: &World, who: &Identity) -> Vec<Value> {
    let answer = world.get(Some(who), SESSIONS, json!({})).await;
    answer["viewer"]["sessions"].as_array().unwrap().clone()
}

async fn token(world: &World, who: &Identity, name: &str) -> String {
    let selection = "... on CreateAccessTokenSuccess { token }";
    let input = json!({"name": name, "scopes": ["READ", "WRITE"]});
    let made = world.mutate(Some(who), "createAccessToken", selection, input).await;
    made["token"].as_str().unwrap_or_else(|| panic!("{made:#}")).to_owned()
}

#[tokio::test]
async fn a_person_sees_their_sessions_and_no_secret_of_them() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let lee = world.author("lee").await;
    let (key, here) = sign_in(&world, &kim, "Firefox, Linux").await;
    world.clock.advance(Duration::from_secs(60));
    sign_in(&world, &kim, "Safari, iPhone").await;
    sign_in(&world, &lee, "Chrome, Windows").await;

    let seen = sessions(&world, &here).await;
    let shown: Vec<_> =
        seen.iter().map(|one| (one["client"].as_str().unwrap(), &one["current"])).collect();
    assert_eq!(shown, [("Safari, iPhone", &json!(false)), ("Firefox, Linux", &json!(true))]);
    let told = format!("{seen:?}");
    assert!(!told.contains(&key) && !told.contains(&key_hash(&key)));
}

#[tokio::test]
async fn a_session_that_is_ended_opens_nothing_and_others_cannot_end_it() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let (key, _) = sign_in(&world, &kim, "Firefox, Linux").await;
    let (_, here) = sign_in(&world, &kim, "Chrome, Linux").await;
    let (_, other) = sign_in(&world, &lee, "Chrome, Linux").await;
    let far = sessions(&world, &here).await;
    let far = far.iter().find(|one| one["current"] == false).unwrap()["id"].clone();
    let end = async |who: &Identity, id: &Value| {
        let selection = "... on RevokeSessionSuccess { revokedId }";
        world.mutate(Some(who), "revokeSession", selection, json!({ "id": id })).await
    };

    assert_eq!(end(&other, &far).await["code"], "NOT_FOUND");
    assert_eq!(end(&here, &json!("session_x")).await["code"], "NOT_FOUND");
    assert!(world.with_key(&key).await.is_some());
    assert_eq!(end(&here, &far).await["revokedId"], far);
    assert!(world.with_key(&key).await.is_none());
    assert_eq!(end(&here, &far).await["code"], "NOT_FOUND");
    assert_eq!(sessions(&world, &here).await.len(), 1);
}

#[tokio::test]
async fn signing_out_everywhere_else_leaves_the_session_that_asks_and_the_tokens() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut keys = vec![];
    for _ in 0..60 {
        // Signing in is limited.
        world.clock.advance(Duration::from_secs(120));
        keys.push(sign_in(&world, &kim, "Firefox, Linux").await.0);
    }
    let (_, here) = sign_in(&world, &kim, "Chrome, Linux").await;
    let pat = token(&world, &here, "backup").await;
    let end = "mutation { revokeOtherSessions {
        __typename ... on RevokeOtherSessionsSuccess { revoked } ... on UserError { code }
    } }";
    let answered = world.ask(Some(&here), end, json!({})).await;
    assert_eq!(answered.data()["revokeOtherSessions"]["revoked"], 60);
    // 50 sessions of two rows each fit into a transaction.
    assert_eq!((answered.counts.queries, answered.counts.transactions), (1, 2));
    for key in keys {
        assert!(world.with_key(&key).await.is_none());
    }
    assert!(world.with_key(&pat).await.is_some());
    assert_eq!(sessions(&world, &here).await.len(), 1);
    let guest = world.get(None, end, json!({})).await;
    assert_eq!(guest["revokeOtherSessions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_hundred_and_first_session_ends_the_one_that_was_used_longest_ago() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut keys = vec![];
    for _ in 0..101 {
        world.clock.advance(Duration::from_secs(120));
        keys.push(sign_in(&world, &kim, "curl").await.0);
    }
    assert!(world.with_key(&keys[0]).await.is_none());
    assert!(world.with_key(&keys[1]).await.is_some());
    let here = world.with_key(&keys[100]).await.unwrap();
    assert_eq!(sessions(&world, &here).await.len(), 100);
}

#[tokio::test]
async fn a_token_tells_its_last_use_to_the_hour_without_a_write_for_each_request() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let pat = token(&world, &kim, "backup").await;
    let last_used = async || {
        let answer = world.get(Some(&kim), TOKENS, json!({})).await;
        answer["viewer"]["accessTokens"][0]["lastUsedAt"].clone()
    };
    let writes = async || {
        let used = world.calls(world.with_key(&pat)).await;
        assert!(used.0.is_some());
        used.1.transactions + used.1.writes
    };
    assert_eq!(last_used().await, Value::Null);
    assert_eq!((writes().await, writes().await), (1, 0));
    assert_eq!(last_used().await, "2026-11-23T12:00:00.000Z");
    world.clock.advance(Duration::from_secs(3599));
    assert_eq!(writes().await, 0);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(writes().await, 1);
    assert_eq!(last_used().await, "2026-11-23T13:00:00.000Z");
    // A clock that jumps back an hour is no use.
    world.clock.set(domain::Timestamp(1_795_435_200_000));
    assert_eq!(writes().await, 0);
}

#[tokio::test]
async fn a_token_is_ended_by_its_owner_and_not_by_a_key_that_only_reads() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let pat = token(&world, &kim, "backup").await;
    let seen = world.get(Some(&kim), TOKENS, json!({})).await;
    let listed = &seen["viewer"]["accessTokens"][0];
    assert_eq!((&listed["name"], &listed["scopes"]), (&json!("backup"), &json!(["READ", "WRITE"])));
    let end = async |who: &Identity| {
        let selection = "... on RevokeAccessTokenSuccess { revokedId }";
        let input = json!({ "id": listed["id"] });
        world.mutate(Some(who), "revokeAccessToken", selection, input).await
    };
    let reads_only = world.identity(kim.user.clone(), Role::Author, &[Scope::Read]);
    assert_eq!(end(&reads_only).await["code"], "FORBIDDEN");
    assert!(world.with_key(&pat).await.is_some());
    assert_eq!(end(&kim).await["revokedId"], listed["id"]);
    assert!(world.with_key(&pat).await.is_none());
    let seen = world.get(Some(&kim), TOKENS, json!({})).await;
    assert_eq!(seen["viewer"]["accessTokens"], json!([]));
}

#[tokio::test]
async fn a_person_has_at_most_a_hundred_tokens() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    for n in 0..100 {
        token(&world, &kim, &format!("token {n}")).await;
    }
    let input = json!({"name": "one more", "scopes": ["READ"]});
    let refused = world.mutate(Some(&kim), "createAccessToken", "", input).await;
    assert_eq!(refused["code"], "INVALID_INPUT");
}

#[tokio::test]
async fn a_profile_is_changed_for_all_who_see_it() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    world.post(&kim, "First").await;
    let change = async |input: Value| {
        let selection = "... on UpdateProfileSuccess { viewer { user { nickname bio } } }";
        world.mutate(Some(&kim), "updateProfile", selection, input).await
    };
    let changed = change(json!({"nickname": " 김작가 ", "bio": "가".repeat(160)})).await;
    assert_eq!(changed["viewer"]["user"]["nickname"], "김작가");
    let changed = change(json!({"bio": ""})).await;
    assert_eq!(changed["viewer"]["user"], json!({"nickname": "김작가", "bio": ""}));
    let feed = "{ posts { nodes { author { nickname } } } }";
    let feed = world.get(None, feed, json!({})).await;
    assert_eq!(feed["posts"]["nodes"][0]["author"]["nickname"], "김작가");
    for (field, value) in
        [("nickname", "가".to_owned()), ("nickname", "x".repeat(21)), ("bio", "가".repeat(161))]
    {
        let mut input = json!({});
        input[field] = json!(value);
        assert_eq!(change(input).await["path"], json!(["input", field]));
    }
}

#[tokio::test]
async fn a_changed_password_needs_the_present_one_and_ends_the_other_sessions() {
    let world = World::with_owner().await;
    let sign_in =
        async |password: &str| world.sign_in("kim@example.org", password, World::client()).await;
    let (far, here) =
        (sign_in("a long password").await.unwrap(), sign_in("a long password").await.unwrap());
    let identity = world.with_key(&here).await.unwrap();
    let pat = token(&world, &identity, "backup").await;
    let change = async |current: &str, new: &str| {
        let selection = "... on ChangePasswordSuccess { revokedSessions }";
        let input = json!({"currentPassword": current, "newPassword": new});
        world.mutate(Some(&identity), "changePassword", selection, input).await
    };
    assert_eq!(change("a wrong password", "another password").await["code"], "INVALID_CREDENTIALS");
    assert_eq!(change("a long password", "short").await["path"], json!(["input", "newPassword"]));
    assert!(world.with_key(&far).await.is_some());

    // The owner's first session is among those that end.
    assert_eq!(change("a long password", "another password").await["revokedSessions"], 2);
    assert!(world.with_key(&far).await.is_none());
    assert!(world.with_key(&here).await.is_some() && world.with_key(&pat).await.is_some());
    assert!(sign_in("a long password").await.is_none());
    assert!(sign_in("another password").await.is_some());

    // Tries to guess the present one are tries to sign in.
    for _ in 0..10 {
        change("a guess", "a third password").await;
    }
    assert_eq!(change("another password", "a third password").await["code"], "TOO_MANY_ATTEMPTS");
}
