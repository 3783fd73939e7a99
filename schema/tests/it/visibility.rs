//! Who sees what.

use domain::account::{Role, Scope};
use serde_json::{Value, json};

use crate::world::{Draft, World};

const POST: &str = "query($id: ID!) {
    post(by: { id: $id }) { title html workingCopy { title markdown } stages { kind } }
}";

async fn sees(world: &World, who: Option<&domain::account::Identity>, post: &Draft) -> Value {
    world.get(who, POST, json!({ "id": post.id })).await["post"].clone()
}

#[tokio::test]
async fn a_draft_is_seen_by_its_author_and_by_nobody_else() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let admin = world.person("admin", Role::Admin).await;
    let draft = world.draft(&kim, "Secret", "not yet").await;

    assert_eq!(sees(&world, Some(&kim), &draft).await["title"], "Secret");
    for who in [None, Some(&lee), Some(&admin)] {
        assert_eq!(sees(&world, who, &draft).await, Value::Null);
        let node = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
        let found = world.get(who, node, json!({ "id": draft.id })).await;
        assert_eq!(found, json!({"node": null, "nodes": [null]}));
    }
}

#[tokio::test]
async fn a_slug_that_an_author_reserved_leads_nobody_else_to_the_draft() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let input = json!({"title": "Secret", "slug": "reserved"});
    world.mutate(Some(&kim), "createPost", "", input).await;
    let by_slug = r#"{ post(by: { slug: "reserved" }) { id } }"#;
    assert_eq!(world.get(None, by_slug, json!({})).await["post"], Value::Null);
    assert_ne!(world.get(Some(&kim), by_slug, json!({})).await["post"], Value::Null);
}

#[tokio::test]
async fn readers_see_what_is_published_and_nothing_of_what_is_being_written() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let input = json!({
        "id": post.id, "expectedRevision": post.revision, "title": "Second", "markdown": "unready",
    });
    world.mutate(Some(&kim), "updatePost", "", input).await;

    let seen = sees(&world, None, &post).await;
    assert_eq!(seen["title"], "First");
    assert!(seen["html"].as_str().unwrap().contains("A body of First"));
    assert_eq!((&seen["workingCopy"], &seen["stages"]), (&Value::Null, &Value::Null));

    let own = sees(&world, Some(&kim), &post).await;
    assert_eq!(own["title"], "First");
    assert_eq!(own["workingCopy"], json!({"title": "Second", "markdown": "unready"}));
    assert_eq!(own["stages"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_private_post_is_in_no_list_and_comes_back_when_it_is_shown_again() {
    hides_and_shows(&World::new().await).await;
}

#[tokio::test]
async fn a_private_post_is_in_no_list_over_a_table_that_is_late_and_contested() {
    for seed in 1..=4 {
        hides_and_shows(&World::hostile(seed).await).await;
    }
}

async fn hides_and_shows(world: &World) {
    let kim = world.author("kim").await;
    let mut post = world.post(&kim, "Mine").await;
    let lists = "query($u: ID!) {
        posts { nodes { id } } node(id: $u) { ... on User { posts { nodes { id } } } }
    }";
    let user = schema::GlobalId::User(kim.user.clone()).to_string();
    let listed = async || {
        let lists = world.get(None, lists, json!({ "u": user })).await;
        let n = |list: &Value| list["posts"]["nodes"].as_array().unwrap().len();
        (n(&lists), n(&lists["node"]))
    };
    assert_eq!(listed().await, (1, 1));
    for (visibility, n_listed, seen) in
        [("PRIVATE", 0, false), ("UNLISTED", 0, true), ("PUBLIC", 1, true)]
    {
        world.hide(&kim, &mut post, visibility).await;
        assert_eq!(listed().await, (n_listed, n_listed), "{visibility}");
        assert_eq!(sees(world, None, &post).await != Value::Null, seen, "{visibility}");
    }
}

#[tokio::test]
async fn an_unpublished_post_is_gone_for_everybody_but_its_author() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "Mine").await;
    let input = json!({"id": post.id, "expectedRevision": post.revision});
    let answer = world.mutate(Some(&kim), "unpublishPost", "", input).await;
    assert_eq!(answer["__typename"], "UnpublishPostSuccess");
    assert_eq!(sees(&world, None, &post).await, Value::Null);
    assert_eq!(sees(&world, Some(&kim), &post).await["title"], "Mine");
    let feed = world.get(Some(&kim), "{ posts { nodes { id } } }", json!({})).await;
    assert_eq!(feed["posts"]["nodes"], json!([]));
}

#[tokio::test]
async fn the_author_finds_the_present_working_copy_also_through_the_feed() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let input = json!({"id": post.id, "expectedRevision": post.revision, "title": "Second"});
    world.mutate(Some(&kim), "updatePost", "", input).await;
    let feed = "{ posts { nodes { title workingCopy { title revision } } } }";
    let feed = world.get(Some(&kim), feed, json!({})).await;
    let expected = json!([{"title": "First", "workingCopy": {"title": "Second", "revision": 2}}]);
    assert_eq!(feed["posts"]["nodes"], expected);
}

#[tokio::test]
async fn stages_and_images_are_their_authors_alone() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let post = world.post(&kim, "First").await;
    let input = json!({
        "postId": post.id, "filename": "a.png", "contentType": "image/png", "length": 3,
        "sha256": "0".repeat(64),
    });
    let selection = "... on RequestUploadSuccess { asset { id } }";
    let uploaded = world.mutate(Some(&kim), "requestUpload", selection, input).await;
    let stages = "query($id: ID!) { post(by: { id: $id }) { stages { id kind asset { id } } } }";
    let stages = world.get(Some(&kim), stages, json!({ "id": post.id })).await;
    let stages = stages["post"]["stages"].as_array().unwrap();
    assert_eq!(stages.len(), 4);
    assert_eq!(stages[3]["asset"]["id"], uploaded["asset"]["id"]);

    let ids: Vec<_> = stages.iter().map(|stage| &stage["id"]).collect();
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }";
    let mut ids = json!(ids);
    ids.as_array_mut().unwrap().push(uploaded["asset"]["id"].clone());
    let n_seen = async |who| {
        let nodes = world.get(who, nodes, json!({ "ids": ids })).await;
        nodes["nodes"].as_array().unwrap().iter().filter(|node| **node != Value::Null).count()
    };
    assert_eq!((n_seen(Some(&kim)).await, n_seen(Some(&lee)).await, n_seen(None).await), (5, 0, 0));
}

#[tokio::test]
async fn a_key_without_the_scope_to_read_sees_what_guests_see() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "Secret", "x").await;
    let writes_only = world.identity(kim.user.clone(), Role::Author, &[Scope::Write]);
    assert_eq!(sees(&world, Some(&writes_only), &draft).await, Value::Null);
    let viewer = world.get(Some(&writes_only), "{ viewer { email } }", json!({})).await;
    assert_eq!(viewer["viewer"], Value::Null);
    // But what it writes it is told of.
    let written = world.draft(&writes_only, "Written", "x").await;
    assert_eq!(sees(&world, Some(&kim), &written).await["title"], "Written");
}

#[tokio::test]
async fn a_deleted_post_is_gone_for_everybody_but_its_author_until_it_is_restored() {
    deletes_and_restores(&World::new().await).await;
}

#[tokio::test]
async fn a_deleted_post_comes_back_over_a_table_that_is_late_and_contested() {
    for seed in 1..=4 {
        deletes_and_restores(&World::hostile(seed).await).await;
    }
}

async fn deletes_and_restores(world: &World) {
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let admin = world.person("admin", Role::Admin).await;
    let post = world.post(&kim, "Mine").await;
    let change = json!({"id": post.id, "expectedRevision": post.revision});
    let slug = r#"{ post(by: { slug: "mine" }) { id } posts { nodes { id } } }"#;
    let own = "{ viewer { posts { nodes { id } } deletedPosts { nodes { id } } } }";
    let counts = async || {
        let own = world.get(Some(&kim), own, json!({})).await["viewer"].clone();
        let n = |list: &str| own[list]["nodes"].as_array().unwrap().len();
        (n("posts"), n("deletedPosts"))
    };
    assert_eq!(counts().await, (1, 0));

    let selection = "... on DeletePostSuccess { post { status deletedAt restorableUntil } }";
    let answer = world.mutate(Some(&kim), "deletePost", selection, change.clone()).await;
    assert_eq!(answer["__typename"], "DeletePostSuccess", "{answer:#}");
    assert_eq!(answer["post"]["status"], "PUBLISHED");
    assert!(answer["post"]["restorableUntil"].as_str() > answer["post"]["deletedAt"].as_str());
    for who in [None, Some(&lee), Some(&admin)] {
        assert_eq!(sees(world, who, &post).await, Value::Null);
        let found = world.get(who, slug, json!({})).await;
        assert_eq!(found, json!({"post": null, "posts": {"nodes": []}}));
    }
    assert_eq!(sees(world, Some(&kim), &post).await["title"], "Mine");
    assert_eq!(counts().await, (0, 1));
    for mutation in ["updatePost", "publishPost", "unpublishPost"] {
        let refused = world.mutate(Some(&kim), mutation, "", change.clone()).await;
        assert_eq!(refused["code"], "POST_DELETED", "{refused:#}");
    }

    let selection = "... on RestorePostSuccess { post { status deletedAt } }";
    let answer = world.mutate(Some(&kim), "restorePost", selection, change).await;
    assert_eq!(answer["post"], json!({"status": "PUBLISHED", "deletedAt": null}));
    assert_eq!(sees(world, None, &post).await["title"], "Mine");
    assert_eq!(counts().await, (1, 0));
}

#[tokio::test]
async fn only_its_author_deletes_restores_and_sees_the_revisions_of_a_post() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let post = world.post(&kim, "Mine").await;
    let change = json!({"id": post.id, "expectedRevision": post.revision});
    for mutation in ["deletePost", "restorePost"] {
        let refused = world.mutate(Some(&lee), mutation, "", change.clone()).await;
        assert_eq!(refused["code"], "NOT_FOUND");
        assert_eq!(
            world.mutate(None, mutation, "", change.clone()).await["code"],
            "UNAUTHENTICATED"
        );
    }
    let mut revision = change.clone();
    revision["revision"] = json!(1);
    let refused = world.mutate(Some(&lee), "restoreRevision", "", revision).await;
    assert_eq!(refused["code"], "NOT_FOUND");
    let revisions =
        "query($id: ID!) { post(by: { id: $id }) { revisions { nodes { revision } } } }";
    for who in [None, Some(&lee)] {
        let seen = world.get(who, revisions, json!({ "id": post.id })).await;
        assert_eq!(seen, json!({"post": {"revisions": null}}));
    }
    let seen = world.get(Some(&kim), revisions, json!({ "id": post.id })).await;
    assert_eq!(seen["post"]["revisions"]["nodes"], json!([{"revision": 1}]));
}

#[tokio::test]
async fn nobody_sees_a_purge_not_even_the_author_whose_post_it_removes() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "Mine").await;
    let change = json!({"id": post.id, "expectedRevision": post.revision});
    world.mutate(Some(&kim), "deletePost", "", change.clone()).await;
    let stages = "query($id: ID!, $purge: ID!) {
        post(by: { id: $id }) { stages { kind } } node(id: $purge) { id }
    }";
    let purge = post.id.replace("post_", "stage_purge_");
    let variables = json!({"id": post.id, "purge": purge});
    let seen = world.get(Some(&kim), stages, variables.clone()).await;
    assert_eq!(seen["post"]["stages"].as_array().unwrap().len(), 3);
    assert_eq!(seen["node"], Value::Null);
    let retry = world.mutate(Some(&kim), "retryStage", "", json!({"stageId": purge})).await;
    assert_eq!(retry["code"], "NOT_FOUND");

    // Once it has begun the post is nobody's.
    world.clock.advance(domain::post::RESTORABLE_FOR);
    let (posts, clock, ids) = (&world.blog, &*world.clock, &*world.ids);
    let id = crate::world::stage(&post.id, domain::stage::StageKind::Purge);
    let claim = domain::actions::ClaimStage { posts, clock, ids };
    claim.run(&id).await.unwrap().unwrap();
    assert_eq!(world.get(Some(&kim), stages, variables).await["post"], Value::Null);
    assert_eq!(world.mutate(Some(&kim), "restorePost", "", change).await["code"], "NOT_FOUND");
}
