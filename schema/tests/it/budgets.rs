//! What each operation may cost: calls of the table.

use contract::Counts;
use domain::stage::{Failure, Outcome, StageKind};
use serde_json::{Value, json};

use crate::place::Place;
use crate::world::{World, stage};

fn reads(queries: u64, batches: u64, gets: u64) -> Counts {
    Counts { queries, batches, gets, ..Counts::default() }
}

const CHANGE: Counts = Counts { gets: 0, batches: 1, queries: 0, writes: 0, transactions: 1 };

#[tokio::test]
async fn a_page_of_the_feed_is_one_query_and_one_batch() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    for n in 0..25 {
        world.post(if n % 2 == 0 { &kim } else { &lee }, &format!("Post {n}")).await;
    }
    let feed = "query($n: Int) { posts(first: $n) {
        nodes { id slug title excerpt tags publishedAt author { id nickname } cover { variants { url } }
                summary { sentences } }
        pageInfo { hasNextPage endCursor }
    } }";
    for who in [None, Some(&kim)] {
        let answered = world.ask(who, feed, json!({"n": 20})).await;
        assert_eq!(answered.data()["posts"]["nodes"].as_array().unwrap().len(), 20);
        assert_eq!(answered.counts, reads(1, 1, 0));
    }
}

#[tokio::test]
async fn a_page_of_fifty_drafts_with_their_bodies_is_one_query_and_one_batch() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    for n in 0..52 {
        world.draft(&kim, &format!("Draft {n}"), "body").await;
    }
    let own = "{ viewer { posts(first: 50) {
        nodes { id title author { nickname } workingCopy { markdown revision } }
    } } }";
    let answered = world.ask(Some(&kim), own, json!({})).await;
    assert_eq!(answered.data()["viewer"]["posts"]["nodes"].as_array().unwrap().len(), 50);
    // The viewer's own row is the second batch.
    assert_eq!(answered.counts, reads(1, 2, 0));
}

#[tokio::test]
async fn the_page_of_a_post_by_its_slug_is_at_most_four_calls() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "First", "# A\n\nbody").await;
    for n in 0..3 {
        let input = json!({
            "postId": draft.id, "filename": format!("{n}.png"), "contentType": "image/png",
            "length": 3, "sha256": "0".repeat(64),
        });
        world.mutate(Some(&kim), "requestUpload", "", input).await;
    }
    let slug = world.publish(&kim, &draft).await;
    let page = "query($slug: String!) { post(by: { slug: $slug }) {
        id title html headings { text } author { nickname bio } cover { variants { url } }
        summary { sentences keywords } speech { url }
        workingCopy { markdown revision } stages { kind status asset { filename } post { title } }
    } viewer { email } }";
    for (who, n_stages) in [(None, None), (Some(&kim), Some(6))] {
        let answered = world.ask(who, page, json!({ "slug": slug })).await;
        let stages = answered.data()["post"]["stages"].as_array().map(Vec::len);
        assert_eq!(stages, n_stages);
        assert!(answered.counts.calls() <= 4, "{:?}", answered.counts);
    }
}

#[tokio::test]
async fn each_change_of_a_post_is_one_batch_and_one_transaction() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "First", "a body").await;
    let run = async |mutation: &str, input: &str, success: &str| {
        let document = format!(
            "mutation {{ {mutation}(input: {{ {input} }}) {{ __typename \
             ... on {success} {{ post {{ id title slug status workingCopy {{ revision }} }} }} }} }}"
        );
        let answered = world.ask(Some(&kim), &document, json!({})).await;
        assert_eq!(answered.data()[mutation]["__typename"], success, "{:#}", answered.json);
        answered.counts
    };
    let create = run("createPost", r#"title: "x""#, "CreatePostSuccess").await;
    assert_eq!(create, Counts { transactions: 1, ..Counts::default() });
    let create = run("createPost", r#"idempotencyKey: "k""#, "CreatePostSuccess").await;
    assert_eq!(create, CHANGE);
    let id = &draft.id;
    let revision =
        |n: i32| format!("id: \"{id}\", expectedRevision: {n}, idempotencyKey: \"r{n}\"");
    let update = format!("{}, markdown: \"b\", tags: [\"a\", \"b\"]", revision(1));
    assert_eq!(run("updatePost", &update, "UpdatePostSuccess").await, CHANGE);
    let publish = format!("id: \"{id}\", expectedRevision: 2");
    assert_eq!(run("publishPost", &publish, "PublishPostSuccess").await, CHANGE);
    let hide = format!("{}, visibility: PRIVATE", revision(2));
    assert_eq!(run("updatePost", &hide, "UpdatePostSuccess").await, CHANGE);
    let unpublish = revision(3);
    assert_eq!(run("unpublishPost", &unpublish, "UnpublishPostSuccess").await, CHANGE);
    let keyed = |key: &str| format!("id: \"{id}\", expectedRevision: 3, idempotencyKey: \"{key}\"");
    assert_eq!(run("deletePost", &keyed("d"), "DeletePostSuccess").await, CHANGE);
    assert_eq!(run("restorePost", &keyed("u"), "RestorePostSuccess").await, CHANGE);
    let revise = format!("{}, revision: 2", keyed("v"));
    assert_eq!(run("restoreRevision", &revise, "RestoreRevisionSuccess").await, CHANGE);
}

#[tokio::test]
async fn an_upload_and_a_retry_are_one_batch_and_one_transaction() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let upload = "mutation($i: RequestUploadInput!) { requestUpload(input: $i) {
        ... on RequestUploadSuccess { asset { id status } ticket { url } }
    } }";
    let input = json!({
        "postId": post.id, "filename": "a.png", "contentType": "image/png", "length": 3,
        "sha256": "0".repeat(64),
    });
    let answered = world.ask(Some(&kim), upload, json!({ "i": input })).await;
    assert_eq!((answered.counts, answered.json.get("errors")), (CHANGE, None));

    let id = stage(&post.id, StageKind::Summary);
    let failure = Failure { code: "X".into(), message: "x".into() };
    world.run(&id, Outcome::Fail(failure)).await;
    let retry = "mutation($s: ID!) { retryStage(input: { stageId: $s }) {
        ... on RetryStageSuccess { stage { status } }
    } }";
    let id = schema::GlobalId::Stage(id).to_string();
    let answered = world.ask(Some(&kim), retry, json!({ "s": id })).await;
    assert_eq!(answered.data()["retryStage"]["stage"]["status"], "PENDING");
    assert_eq!(answered.counts, CHANGE);
}

#[tokio::test]
async fn what_people_do_with_their_accounts_costs_few_calls() {
    let world = World::with_owner().await;
    let run = async |who: Option<&domain::account::Identity>, mutation: &str, input: &str| {
        let document = format!("mutation {{ {mutation}{input} {{ __typename }} }}");
        let answered = world.ask(who, &document, json!({})).await;
        let done = answered.data()[mutation]["__typename"].as_str().unwrap().to_owned();
        assert!(done.ends_with("Success"), "{document}: {done}");
        answered
    };
    let sign_in = "(input: { email: \"kim@example.org\", password: \"a long password\" })";
    let signed_in = run(None, "signIn", sign_in).await;
    // Two counted tries, the address, the person, and the sessions that they have.
    let counts = Counts { queries: 1, gets: 2, writes: 2, transactions: 1, ..Counts::default() };
    assert_eq!(signed_in.counts, counts);
    let schema::SessionCookie::Set { token, .. } = signed_in.cookie else { panic!("no session") };
    let (kim, found) = world.calls(world.with_key(&token)).await;
    let kim = kim.unwrap();
    assert_eq!(found, reads(0, 0, 1), "one read to know who asks");

    let ask = "(input: { email: \"kim@example.org\" })";
    let three_writes = Counts { writes: 3, ..Counts::default() };
    assert_eq!(run(None, "signUp", ask).await.counts, three_writes);
    assert_eq!(run(None, "requestPasswordReset", ask).await.counts, three_writes);

    let profile = "(input: { nickname: \"another\" })";
    let counts = Counts { gets: 2, writes: 1, ..Counts::default() };
    assert_eq!(run(Some(&kim), "updateProfile", profile).await.counts, counts);
    let token = "(input: { name: \"a\", scopes: [READ] })";
    let counts = Counts { queries: 1, transactions: 1, ..Counts::default() };
    assert_eq!(run(Some(&kim), "createAccessToken", token).await.counts, counts);
    let lists = "{ viewer { sessions { id } accessTokens { id } } }";
    let listed = world.ask(Some(&kim), lists, json!({})).await;
    assert_eq!(listed.counts, reads(2, 1, 0));
    let token = listed.data()["viewer"]["accessTokens"][0]["id"].as_str().unwrap();
    let revoke = format!("(input: {{ id: \"{token}\" }})");
    assert_eq!(run(Some(&kim), "revokeAccessToken", &revoke).await.counts, counts);
    let others = run(Some(&kim), "revokeOtherSessions", "").await;
    assert_eq!(others.counts, counts);
    let change =
        "(input: { currentPassword: \"a long password\", newPassword: \"another password\" })";
    let changed = run(Some(&kim), "changePassword", change).await;
    let counts = Counts { queries: 1, gets: 1, writes: 1, ..Counts::default() };
    assert_eq!(changed.counts, counts);

    let link = world.mails().await.into_iter().find_map(|mail| mail.link).unwrap();
    let token = link.split_once("?token=").unwrap().1;
    let reset = format!("(input: {{ token: \"{token}\", password: \"a third password\" }})");
    let counts = run(None, "resetPassword", &reset).await.counts;
    assert!(counts.calls() <= 8, "{counts:?}");

    run(None, "signUp", "(input: { email: \"lee@example.org\" })").await;
    let link = world.mails().await.remove(0).link.unwrap();
    let token = link.split_once("?token=").unwrap().1;
    let confirm = format!(
        "(input: {{ token: \"{token}\", password: \"a long password\", nickname: \"lee\" }})"
    );
    let counts = run(None, "confirmSignUp", &confirm).await.counts;
    assert!(counts.calls() <= 5, "{counts:?}");
}

#[tokio::test]
async fn trying_the_most_stages_again_is_one_batch_and_one_transaction() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut ids = vec![];
    for n in 0..9 {
        let post = world.post(&kim, &format!("Post {n}")).await;
        for kind in domain::post::Post::STAGES {
            let failure = Failure { code: "X".into(), message: "x".into() };
            world.run(&stage(&post.id, kind), Outcome::Fail(failure)).await;
            ids.push(schema::GlobalId::Stage(stage(&post.id, kind)).to_string());
        }
    }
    ids.truncate(domain::actions::MOST_STAGES);
    let retry =
        "mutation($ids: [ID!]!) { retryStages(input: { stageIds: $ids, idempotencyKey: \"k\" }) {
        ... on RetryStagesSuccess { stages { status } }
    } }";
    let answered = world.ask(Some(&kim), retry, json!({ "ids": ids })).await;
    let stages = answered.data()["retryStages"]["stages"].as_array().map(Vec::len);
    assert_eq!(stages, Some(domain::actions::MOST_STAGES));
    assert_eq!(answered.counts, CHANGE);

    let failed = "{ viewer { failedStages(first: 50) { nodes { status post { title } asset { filename } } } } }";
    let answered = world.ask(Some(&kim), failed, json!({})).await;
    let left = answered.data()["viewer"]["failedStages"]["nodes"].as_array().map(Vec::len);
    assert_eq!(left, Some(2));
    // The viewer's own row, the stages, and their posts.
    assert_eq!(answered.counts, reads(1, 3, 0));
}

#[tokio::test]
async fn the_small_reads_are_one_call_each() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut ids: Vec<Value> = vec![];
    for n in 0..25 {
        let post = world.draft(&kim, &format!("Draft {n}"), "").await;
        ids.extend([json!(post.id), json!(schema::GlobalId::User(kim.user.clone()).to_string())]);
    }
    for (document, variables, counts) in [
        ("{ site { title setUp } }", json!({}), reads(0, 0, 1)),
        ("{ viewer { email role user { nickname } } }", json!({}), reads(0, 1, 0)),
        (
            "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Post { title } } viewer { email } }",
            json!({ "ids": ids }),
            reads(0, 1, 0),
        ),
        ("{ renderMarkdown(markdown: \"*a*\") { html } }", json!({}), reads(0, 0, 0)),
    ] {
        let answered = world.ask(Some(&kim), document, variables).await;
        answered.data();
        assert_eq!(answered.counts, counts, "{document}");
    }
}

#[tokio::test]
async fn a_page_of_hits_is_two_batches_at_most() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    for n in 0..12 {
        let post = world.post(&kim, &format!("Post {n}")).await;
        world.index.0.lock().push(crate::world::post_id(&post.id));
    }
    let search = "{ search(query: \"x\") { nodes { post { title author { nickname } } } } }";
    let answered = world.ask(None, search, json!({})).await;
    assert_eq!(answered.data()["search"]["nodes"].as_array().unwrap().len(), 10);
    assert_eq!(answered.counts, reads(0, 2, 0));
}

#[tokio::test]
async fn lists_inside_a_list_cost_one_query_for_each_parent() {
    let world = World::new().await;
    for name in ["kim", "lee", "han"] {
        let author = world.author(name).await;
        world.post(&author, name).await;
    }
    let nested = "{ posts { nodes { author { posts { nodes { title author { nickname } } } } } } }";
    let answered = world.ask(None, nested, json!({})).await;
    answered.data();
    assert_eq!(answered.counts, reads(4, 1, 0));
}

#[tokio::test]
async fn an_operation_that_asks_for_too_many_lists_gets_those_that_it_may() {
    let world = World::new().await;
    for n in 0..30 {
        let author = world.author(&format!("author{n}")).await;
        world.post(&author, &format!("Post {n}")).await;
    }
    let lists = "query($n: Int) { posts(first: $n) { nodes { author { posts(first: 1) {
        nodes { title }
    } } } } }";
    let answered = world.ask(None, lists, json!({"n": 20})).await;
    assert_eq!(answered.data()["posts"]["nodes"].as_array().unwrap().len(), 20);
    assert_eq!(answered.counts, reads(21, 1, 0));

    let answered = world.ask(None, lists, json!({"n": 30})).await;
    let refused = answered.codes().into_iter().filter(|code| *code == "QUERY_TOO_COSTLY").count();
    assert!(refused > 0 && refused == answered.codes().len(), "{:#}", answered.json);
    let calls = answered.counts.calls();
    assert!(calls <= 25, "no call more reaches the table");
    // What is refused ends the others, some of which may not have come to the wire yet.
    assert!(calls == 25 || !Place::AT_THE_PORT, "{calls}");
}

#[tokio::test]
async fn what_an_action_spends_is_not_taken_from_its_answer() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "First", "body").await;
    // As many lists as fit beside the rows of the post and its author.
    let lists: String = (0..10)
        .map(|n| format!("l{n}: author {{ posts(first: 1) {{ nodes {{ title }} }} }} "))
        .collect();
    let selection = format!("... on PublishPostSuccess {{ post {{ {lists} }} }}");
    let input = json!({"id": draft.id, "expectedRevision": draft.revision});
    let answer = world.mutate(Some(&kim), "publishPost", &selection, input).await;
    assert_eq!(answer["post"]["l9"]["posts"]["nodes"][0]["title"], "First");
}

#[tokio::test]
async fn the_revisions_of_a_post_and_the_deleted_posts_are_one_query_each() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    for n in 0..3 {
        let post = world.post(&kim, &format!("Post {n}")).await;
        let input = json!({"id": post.id, "expectedRevision": post.revision});
        world.mutate(Some(&kim), "deletePost", "", input).await;
    }
    let deleted = "{ viewer { deletedPosts { nodes { title deletedAt restorableUntil } } } }";
    let answered = world.ask(Some(&kim), deleted, json!({})).await;
    assert_eq!(answered.data()["viewer"]["deletedPosts"]["nodes"].as_array().unwrap().len(), 3);
    assert_eq!(answered.counts, reads(1, 1, 0));

    let post = world.post(&kim, "First").await;
    let revisions = "query($id: ID!) { post(by: { id: $id }) {
        revisions { nodes { revision title tags publishedAt latest } pageInfo { hasNextPage } }
    } }";
    let answered = world.ask(Some(&kim), revisions, json!({ "id": post.id })).await;
    let nodes = answered.data()["post"]["revisions"]["nodes"].clone();
    assert_eq!((&nodes[0]["title"], &nodes[0]["latest"]), (&json!("First"), &json!(true)));
    assert_eq!(answered.counts, reads(1, 1, 0));
}
