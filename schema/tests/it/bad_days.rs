//! Bad days: a full disk, a clock that jumps, ten thousand strangers at the door.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contract::TestClock;
use domain::account::{Scope, key_hash};
use domain::ports::{Clock, IdSource};
use schema::Client;
use serde_json::{Value, json};
use store::table::{Condition, Item, Key, Table, TableError, Value as Attribute, Write};
use store::walk::Walk;

use crate::place::Place;
use crate::world::{Answered, World};

async fn on_a_disk_of(bytes: u64) -> World {
    let clock = Arc::new(TestClock::default());
    World::at(Place::of_bytes(&clock, bytes), clock, |table, _| table).await
}

fn filler(n: usize, bytes: usize) -> Item {
    let attributes = BTreeMap::from([("body".to_owned(), Attribute::B(vec![7; bytes]))]);
    Item { key: Key::new("FILLER", format!("{bytes:06}#{n:06}")), attributes }
}

/// Fills the disk to the last page; the filling that can be taken away again.
async fn fill(world: &World) -> Vec<Key> {
    let mut large = vec![];
    for bytes in [20_000, 2_000, 100] {
        for n in 0.. {
            let row = filler(n, bytes);
            let key = row.key.clone();
            match world.place.table.write(Write::Put(row, Condition::Always)).await {
                Ok(_) if bytes == 20_000 => large.push(key),
                Ok(_) => {}
                Err(TableError::Full) => break,
                Err(error) => panic!("{error}"),
            }
        }
    }
    large
}

/// Does something again and again until there is no room for it; what was done before that.
async fn until_full(what: &str, mut once: impl AsyncFnMut(usize) -> Answered) -> usize {
    for n in 0..5_000 {
        let answered = once(n).await;
        match answered.codes()[..] {
            [] => {}
            ["STORAGE_FULL"] => return n,
            _ => panic!("{what}: {:#}", answered.json),
        }
    }
    panic!("{what}: there is always room")
}

/// Text that does not compress.
fn noise(world: &World, bytes: usize) -> String {
    let words = (0..bytes / 33).map(|_| format!("{:032x} ", world.ids.secret()));
    words.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_mail_sign_up_revisions_and_deletion_until_there_is_room_again() {
    let world = on_a_disk_of(3 * 1024 * 1024).await;
    world.blog_owner().await;
    let author = world.author("lee").await;
    let draft = world.post(&author, "Kept").await;
    let fillings = fill(&world).await;

    let mail = async |mutation: &str, n: usize| {
        let mut name = mutation.to_owned();
        name[..1].make_ascii_uppercase();
        let document =
            format!("mutation($i: {name}Input!) {{ {mutation}(input: $i) {{ __typename }} }}");
        let address = format!("10.{}.{}.1", n / 250, n % 250).parse().unwrap();
        let input =
            json!({"i": {"email": format!("reader{n}@example.org"), "language": "ENGLISH"}});
        world.ask_from(Client { address, ..World::client() }, None, &document, input).await
    };
    until_full("sign-up", async |n| mail("signUp", n).await).await;
    until_full("a forgotten password", async |n| mail("requestPasswordReset", n).await).await;
    until_full("a new post", async |n| {
        let document = "mutation($i: CreatePostInput!) { createPost(input: $i) { __typename } }";
        world.ask(Some(&author), document, json!({"i": {"title": format!("Post {n}")}})).await
    })
    .await;
    let text = noise(&world, 100_000);
    let update = "mutation($i: UpdatePostInput!) { updatePost(input: $i) { __typename } }";
    let revision = json!({"id": draft.id, "expectedRevision": draft.revision, "markdown": text});
    let refused = world.ask(Some(&author), update, json!({ "i": revision })).await;
    assert_eq!(refused.codes(), ["STORAGE_FULL"], "{:#}", refused.json);
    let row = world.row(&draft.id).await;
    assert_eq!(i64::from(row.draft.revision.0), draft.revision, "nothing of it was saved");
    let delete = "mutation($i: DeletePostInput!) { deletePost(input: $i) { __typename } }";
    let restore = "mutation($i: RestorePostInput!) { restorePost(input: $i) { __typename } }";
    let of = json!({"i": {"id": draft.id, "expectedRevision": draft.revision}});
    until_full("deleting and restoring", async |n| {
        let document = if n % 2 == 0 { delete } else { restore };
        world.ask(Some(&author), document, of.clone()).await
    })
    .await;
    // Readers are not bothered, whether it is deleted now or not.
    world.get(None, "{ posts { nodes { title } } }", json!({})).await;

    for key in fillings {
        world.place.table.write(Write::Delete(key, Condition::Always)).await.unwrap();
    }
    assert_eq!(mail("signUp", 5_000).await.codes(), [] as [&str; 0]);
    world.ask(Some(&author), restore, of.clone()).await.data();
    let saved = world.ask(Some(&author), update, json!({ "i": revision })).await;
    assert_eq!(saved.data()["updatePost"]["__typename"], "UpdatePostSuccess");
    let of = json!({"i": {"id": draft.id, "expectedRevision": draft.revision + 1}});
    let deleted = world.ask(Some(&author), delete, of).await;
    assert_eq!(deleted.data()["deletePost"]["__typename"], "DeletePostSuccess");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_sign_ins_leave_a_hundred_rows_and_hold_up_nobody_elsewhere() {
    let world = World::new().await;
    world.blog_owner().await;
    let rows = async || world.place.table.rows_after(None, 100_000).await.unwrap().len();
    let before = rows().await;
    let mut tried = 0;
    for n in 0..10_000_u32 {
        // One network, and every address of it another client.
        let address = format!("2001:db8::{:x}:{:x}", n >> 16, n & 0xffff).parse().unwrap();
        let document =
            "mutation($i: SignInInput!) { signIn(input: $i) { ... on UserError { code } } }";
        let input =
            json!({"i": {"email": format!("reader{n}@example.org"), "password": "a guess"}});
        let client = Client { address, ..World::client() };
        let answered = world.ask_from(client, None, document, input).await;
        match answered.data()["signIn"]["code"].as_str() {
            Some("INVALID_CREDENTIALS") => tried += 1,
            Some("TOO_MANY_ATTEMPTS") => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(tried, 100, "as many passwords were looked at");
    // One for the network, and one for each address that was tried.
    assert_eq!(rows().await - before, 101);
    let elsewhere = Client { address: "192.0.2.1".parse().unwrap(), ..World::client() };
    assert!(world.sign_in("kim@example.org", "a long password", elsewhere).await.is_some());
}

#[tokio::test]
async fn after_a_clock_jumped_back_an_hour_keys_tickets_and_links_are_as_good_as_before() {
    let world = World::new().await;
    world.blog_owner().await;
    let sign_in = async || {
        world.sign_in("kim@example.org", "a long password", World::client()).await.unwrap()
    };
    let before = sign_in().await;
    let author = world.author("lee").await;
    let draft = world.draft(&author, "Title", "Text.").await;
    let upload = json!({
        "postId": draft.id, "filename": "a.png", "contentType": "image/png", "length": 9,
        "sha256": "0".repeat(64),
    });
    let asked = "... on RequestUploadSuccess { ticket { expiresAt } }";
    let first = world.mutate(Some(&author), "requestUpload", asked, upload.clone()).await;
    let late = world.clock.now();
    world.clock.set(late.minus(Duration::from_secs(3600)));

    let identity = world.with_key(&before).await.expect("a session of before");
    assert!(identity.expires_at > world.clock.now());
    let after = sign_in().await;
    assert!(world.with_key(&after).await.is_some());
    let second = world.mutate(Some(&author), "requestUpload", asked, upload).await;
    let ends = |answer: &Value| answer["ticket"]["expiresAt"].as_str().unwrap().to_owned();
    assert!(ends(&second) < ends(&first), "a quarter of an hour from now, as the clock says");

    // And forth again: what was given meanwhile has not ended either.
    world.clock.set(late.plus(Duration::from_secs(60)));
    for key in [&before, &after] {
        assert!(world.with_key(key).await.is_some());
    }
}

#[tokio::test]
async fn a_token_past_its_end_is_nobody() {
    let world = World::new().await;
    let author = world.author("kim").await;
    let create = "mutation($i: CreateAccessTokenInput!) { createAccessToken(input: $i) {
        ... on CreateAccessTokenSuccess { token } ... on UserError { code } } }";
    let input = json!({"i": {"name": "short", "scopes": ["READ"], "expiresInDays": 1}});
    let made = world.get(Some(&author), create, input).await;
    let token = made["createAccessToken"]["token"].as_str().unwrap_or_else(|| panic!("{made:#}"));
    assert_eq!(world.with_key(token).await.unwrap().scopes, [Scope::Read]);
    world.clock.advance(Duration::from_secs(24 * 3600 + 1));
    assert!(world.with_key(token).await.is_none());
}

impl World {
    /// Makes kim@example.org the owner, with the password "a long password".
    async fn blog_owner(&self) {
        use domain::ports::Accounts;
        self.blog.offer_set_up(&key_hash("token")).await.unwrap();
        let input = json!({
            "setupToken": "token", "email": "kim@example.org", "password": "a long password",
            "nickname": "kim",
        });
        let made = self.mutate(None, "createOwner", "", input).await;
        assert_eq!(made["__typename"], "CreateOwnerSuccess");
    }
}
