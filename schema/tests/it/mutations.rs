//! What changes, what is refused, and what is sent twice.

use domain::account::{Role, Scope};
use domain::stage::{Failure, Outcome, StageId, StageKind, Subject};
use serde_json::{Value, json};

use crate::world::{World, stage};

#[tokio::test]
async fn whoever_has_no_right_to_write_is_told_which() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let reader = world.person("reader", Role::Reader).await;
    let reads_only = world.identity(kim.user.clone(), Role::Author, &[Scope::Read]);
    let post = world.post(&kim, "First").await;
    let stage_id = schema::GlobalId::Stage(stage(&post.id, StageKind::Speech)).to_string();
    let of_post = json!({"id": post.id, "expectedRevision": post.revision});
    let upload = json!({
        "postId": post.id, "filename": "a", "contentType": "image/png", "length": 1, "sha256": "0",
    });
    for (who, code) in
        [(None, "UNAUTHENTICATED"), (Some(&reader), "FORBIDDEN"), (Some(&reads_only), "FORBIDDEN")]
    {
        for (mutation, input) in [
            ("createPost", json!({})),
            ("updatePost", of_post.clone()),
            ("publishPost", of_post.clone()),
            ("unpublishPost", of_post.clone()),
            ("requestUpload", upload.clone()),
            ("retryStage", json!({ "stageId": stage_id })),
            ("retryStages", json!({ "stageIds": [stage_id] })),
        ] {
            let answer = world.mutate(who, mutation, "", input).await;
            assert_eq!(answer["__typename"], "NotAllowedError", "{mutation} {answer}");
            assert_eq!(answer["code"], code, "{mutation}");
        }
    }
}

#[tokio::test]
async fn another_authors_post_is_as_absent_as_one_that_never_was() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let post = world.post(&kim, "First").await;
    let never = schema::GlobalId::Post(domain::PostId::from_bits(1)).to_string();
    for mutation in ["updatePost", "publishPost", "unpublishPost"] {
        let mut answers = vec![];
        for id in [post.id.as_str(), &never, "nonsense"] {
            let input = json!({"id": id, "expectedRevision": 1});
            answers.push(world.mutate(Some(&lee), mutation, "", input).await);
        }
        assert_eq!(answers[0]["code"], "NOT_FOUND", "{mutation}");
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
}

#[tokio::test]
async fn wrong_input_is_named_by_its_path() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    for (input, field) in [
        (json!({"title": "가".repeat(101)}), "title"),
        (json!({"markdown": "a".repeat(201 * 1024)}), "markdown"),
        (json!({"tags": (0..60).map(|n| format!("t{n}")).collect::<Vec<_>>()}), "tags"),
        (json!({"slug": "not a slug"}), "slug"),
    ] {
        let answer = world.mutate(Some(&kim), "createPost", "", input).await;
        assert_eq!(answer["__typename"], "InvalidInputError");
        assert_eq!(answer["path"], json!(["input", field]));
    }
}

#[tokio::test]
async fn an_untitled_working_copy_is_saved_but_not_published() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "", "a body").await;
    let input = json!({"id": draft.id, "expectedRevision": draft.revision});
    let answer = world.mutate(Some(&kim), "publishPost", "", input).await;
    assert_eq!(answer["code"], "INCOMPLETE");
    assert_eq!(answer["path"], json!(["title"]));
}

#[tokio::test]
async fn a_stale_revision_is_refused_with_the_present_one() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "First", "a body").await;
    let save = |title: &str| json!({"id": draft.id, "expectedRevision": 1, "title": title});
    world.mutate(Some(&kim), "updatePost", "", save("Second")).await;
    let present = "... on StaleRevisionError { post { workingCopy { revision title markdown } } }";
    for (mutation, input) in [
        ("updatePost", save("Third")),
        ("publishPost", json!({"id": draft.id, "expectedRevision": 1})),
        ("unpublishPost", json!({"id": draft.id, "expectedRevision": -1})),
    ] {
        let answer = world.mutate(Some(&kim), mutation, present, input).await;
        assert_eq!(answer["code"], "STALE_REVISION", "{mutation}");
        let expected = json!({"revision": 2, "title": "Second", "markdown": "a body"});
        assert_eq!(answer["post"]["workingCopy"], expected);
    }
}

#[tokio::test]
async fn a_slug_of_another_post_is_refused() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let create = async |slug: &str| {
        let selection = "... on SlugTakenError { slug }";
        world.mutate(Some(&kim), "createPost", selection, json!({ "slug": slug })).await
    };
    assert_eq!(create("mine").await["__typename"], "CreatePostSuccess");
    let answer = create("mine").await;
    assert_eq!((&answer["code"], &answer["slug"]), (&json!("SLUG_TAKEN"), &json!("mine")));
}

#[tokio::test]
async fn a_request_that_is_sent_again_changes_nothing_more() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let input = |title: &str| json!({"title": title, "idempotencyKey": "k"});
    let selection = "... on CreatePostSuccess { post { id workingCopy { title } } }";
    let create =
        async |input: Value| world.mutate(Some(&kim), "createPost", selection, input).await;
    let first = create(input("One")).await;
    assert_eq!(first["__typename"], "CreatePostSuccess");
    assert_eq!(create(input("One")).await, first);
    assert_eq!(create(input("Two")).await["code"], "IDEMPOTENCY_KEY_REUSED");
    let own = world.get(Some(&kim), "{ viewer { posts { nodes { id } } } }", json!({})).await;
    assert_eq!(own["viewer"]["posts"]["nodes"].as_array().unwrap().len(), 1);

    // Another person's key of the same name is another key.
    let lee = world.author("lee").await;
    let answer = world.mutate(Some(&lee), "createPost", selection, input("Two")).await;
    assert_eq!(answer["__typename"], "CreatePostSuccess");

    // The payload of a replay shows the present.
    let id = &first["post"]["id"];
    let update = json!({"id": id, "expectedRevision": 1, "title": "Renamed"});
    world.mutate(Some(&kim), "updatePost", "", update).await;
    assert_eq!(create(input("One")).await["post"]["workingCopy"]["title"], "Renamed");
}

#[tokio::test]
async fn a_key_of_another_mutation_is_refused() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let input = json!({"id": post.id, "expectedRevision": post.revision, "idempotencyKey": "k"});
    let done = world.mutate(Some(&kim), "unpublishPost", "", input.clone()).await;
    assert_eq!(done["__typename"], "UnpublishPostSuccess");
    let answer = world.mutate(Some(&kim), "publishPost", "", input).await;
    assert_eq!(answer["code"], "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn an_upload_asked_for_twice_is_one_image_with_a_ticket_each_time() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "First", "").await;
    let input = json!({
        "postId": draft.id, "filename": "강.png", "contentType": "image/png", "length": 3,
        "sha256": "ab".repeat(32), "idempotencyKey": "k",
    });
    let selection = "... on RequestUploadSuccess {
        asset { id status filename width variants { url } markdown }
        ticket { method url headers { name value } expiresAt }
    }";
    let first = world.mutate(Some(&kim), "requestUpload", selection, input.clone()).await;
    assert_eq!(first["asset"]["status"], "AWAITING_UPLOAD");
    assert_eq!(first["ticket"]["method"], "PUT");
    let markdown = first["asset"]["markdown"].as_str().unwrap();
    assert!(markdown.starts_with("![강](asset:"), "{markdown}");
    assert_eq!(world.mutate(Some(&kim), "requestUpload", selection, input).await, first);

    for (field, value) in [
        ("contentType", json!("text/html")),
        ("length", json!(-1)),
        ("length", json!(21 * 1024 * 1024)),
        ("sha256", json!("x")),
        ("filename", json!("")),
    ] {
        let mut input = json!({
            "postId": draft.id, "filename": "a.png", "contentType": "image/png", "length": 3,
            "sha256": "ab".repeat(32),
        });
        input[field] = value;
        let answer = world.mutate(Some(&kim), "requestUpload", selection, input).await;
        assert_eq!(answer["path"], json!(["input", field]), "{answer}");
    }
}

#[tokio::test]
async fn a_failed_stage_is_tried_again_and_one_that_has_not_failed_is_not() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let id = stage(&post.id, StageKind::Speech);
    let input = json!({"stageId": schema::GlobalId::Stage(id.clone()).to_string()});
    let selection = "... on RetryStageSuccess { stage { status attempts failure { code } } }";
    let retry = async |input: Value| world.mutate(Some(&kim), "retryStage", selection, input).await;
    assert_eq!(retry(input.clone()).await["code"], "NOT_RETRYABLE");

    let failure = Failure { code: "NO_VOICE".into(), message: "install a voice".into() };
    world.run(&id, Outcome::Fail(failure)).await;
    let shown = "query($id: ID!) { node(id: $id) { ... on Stage {
        status attempts failure { code message retryAt } progress { done }
    } } }";
    let shown = world.get(Some(&kim), shown, json!({ "id": input["stageId"] })).await;
    let expected = json!({
        "status": "FAILED", "attempts": 1, "progress": null,
        "failure": {"code": "NO_VOICE", "message": "install a voice", "retryAt": null},
    });
    assert_eq!(shown["node"], expected);

    let answer = retry(input).await;
    assert_eq!(answer["stage"], json!({"status": "PENDING", "attempts": 0, "failure": null}));
    for unknown in ["stage_music_x", "nonsense", &post.id] {
        let answer = retry(json!({ "stageId": unknown })).await;
        assert_eq!(answer["code"], "NOT_FOUND", "{unknown}");
    }
}

#[tokio::test]
async fn mutations_of_one_request_see_what_those_before_them_did() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "First", "a body").await;
    let document = "mutation($id: ID!) {
        publishPost(input: { id: $id, expectedRevision: 1 }) {
            ... on PublishPostSuccess { post { status stages { kind status } } }
        }
        unpublishPost(input: { id: $id, expectedRevision: 1 }) {
            ... on UnpublishPostSuccess { post { status stages { kind status } } }
        }
    }";
    let done = world.get(Some(&kim), document, json!({ "id": draft.id })).await;
    assert_eq!(done["publishPost"]["post"]["status"], "PUBLISHED");
    assert_eq!(done["publishPost"]["post"]["stages"].as_array().unwrap().len(), 3);
    assert_eq!(done["unpublishPost"]["post"]["status"], "UNPUBLISHED");
}

#[tokio::test]
async fn several_failed_stages_are_tried_again_at_once_and_the_others_stay_as_they_are() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let (one, two) = (world.post(&kim, "First").await, world.post(&kim, "Second").await);
    let foreign = world.post(&lee, "Foreign").await;
    let fail = async |post: &str, kind| {
        let failure = Failure { code: "X".into(), message: "x".into() };
        world.run(&stage(post, kind), Outcome::Fail(failure)).await;
        schema::GlobalId::Stage(stage(post, kind)).to_string()
    };
    let failed = [
        fail(&one.id, StageKind::Speech).await,
        fail(&one.id, StageKind::Summary).await,
        fail(&two.id, StageKind::Search).await,
    ];
    let others = fail(&foreign.id, StageKind::Speech).await;
    let waiting = schema::GlobalId::Stage(stage(&two.id, StageKind::Speech)).to_string();

    let selection = "... on RetryStagesSuccess { stages { id status attempts } }";
    let ids = [&failed[0], &failed[1], &failed[2], &others, &waiting, &failed[0]];
    let input = json!({ "stageIds": ids, "idempotencyKey": "k" });
    let answer = world.mutate(Some(&kim), "retryStages", selection, input.clone()).await;
    let due = |id: &String| json!({ "id": id, "status": "PENDING", "attempts": 0 });
    let expected = [due(&failed[0]), due(&failed[1]), due(&failed[2]), due(&waiting)];
    assert_eq!(answer["stages"], json!(expected), "{answer:#}");

    // The author's own list, which the board is read from, says the same.
    let own = "{ viewer { posts { nodes { stages { status } } } } }";
    let own = world.get(Some(&kim), own, json!({})).await.to_string();
    assert!(!own.contains("FAILED"), "{own}");
    let theirs =
        world.get(Some(&lee), "{ viewer { posts { nodes { stages { status } } } } }", json!({}));
    assert!(theirs.await.to_string().contains("FAILED"), "nobody else's is touched");

    let again = world.mutate(Some(&kim), "retryStages", selection, input).await;
    assert_eq!(again, answer, "a repeated request changes nothing");
    let nothing = json!({ "stageIds": [failed[0]] });
    let answer = world.mutate(Some(&kim), "retryStages", selection, nothing).await;
    assert_eq!(answer["code"], "NOT_RETRYABLE");
}

#[tokio::test]
async fn trying_again_at_once_is_refused_for_none_for_too_many_and_for_what_is_not_there() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let many: Vec<String> = (0..26).map(|_| "stage_speech_x".to_owned()).collect();
    let id = |n| {
        let subject = Subject::Post(domain::PostId::from_bits(n));
        schema::GlobalId::Stage(StageId { subject, kind: StageKind::Speech }).to_string()
    };
    let real: Vec<String> = (0..26).map(id).collect();
    for (ids, code) in [
        (vec![], "INVALID_INPUT"),
        (real, "INVALID_INPUT"),
        (many, "NOT_FOUND"),
        (vec![id(1), "nonsense".to_owned()], "NOT_FOUND"),
    ] {
        let input = json!({ "stageIds": ids });
        let answer = world.mutate(Some(&kim), "retryStages", "", input).await;
        assert_eq!(answer["code"], code, "{answer}");
    }
}

#[tokio::test]
async fn what_has_failed_is_found_page_by_page_until_it_is_tried_again() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let failure = || Failure { code: "X".into(), message: "because".into() };
    let mut failed = vec![];
    for n in 0..5 {
        let post = world.post(&kim, &format!("Post {n}")).await;
        world.clock.advance(std::time::Duration::from_secs(1));
        world.run(&stage(&post.id, StageKind::Speech), Outcome::Fail(failure())).await;
        failed.push(schema::GlobalId::Stage(stage(&post.id, StageKind::Speech)).to_string());
    }
    failed.reverse();

    let document = "query($after: String) { viewer { failedStages(first: 2, after: $after) {
        nodes { id status attempts failure { message } post { title } dueAt }
        edges { cursor node { id } } pageInfo { hasNextPage endCursor }
    } } }";
    let mut after = Value::Null;
    let mut found = vec![];
    loop {
        let answered = world.ask(Some(&kim), document, json!({ "after": after })).await;
        assert_eq!(answered.counts.queries, 1);
        assert!(answered.counts.calls() <= 4, "{:?}", answered.counts);
        let page = answered.data()["viewer"]["failedStages"].clone();
        for node in page["nodes"].as_array().unwrap() {
            assert_eq!(node["failure"]["message"], "because");
            assert!(node["post"]["title"].as_str().unwrap().starts_with("Post "), "{node}");
            found.push(node["id"].as_str().unwrap().to_owned());
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(found, failed);
    let none = "{ viewer { failedStages { nodes { id } } } }";
    let of_another = world.get(Some(&lee), none, json!({})).await;
    assert_eq!(of_another["viewer"]["failedStages"]["nodes"], json!([]));

    let input = json!({ "stageIds": failed[1..] });
    world.mutate(Some(&kim), "retryStages", "", input).await;
    let left = world.get(Some(&kim), none, json!({})).await;
    assert_eq!(left["viewer"]["failedStages"]["nodes"], json!([{ "id": failed[0] }]));
}

#[tokio::test]
async fn an_older_revision_comes_back_and_is_not_published() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let input = json!({
        "id": post.id, "expectedRevision": 1, "title": "Second", "markdown": "other", "tags": [],
    });
    world.mutate(Some(&kim), "updatePost", "", input).await;
    world.publish(&kim, &crate::world::Draft { id: post.id.clone(), revision: 2 }).await;

    let input = json!({
        "id": post.id, "revision": 1, "expectedRevision": 2, "idempotencyKey": "back",
    });
    let selection = "... on RestoreRevisionSuccess { post { title workingCopy {
        revision title markdown tags differsFromPublished } } }";
    let mut answers = vec![];
    for _ in 0..2 {
        answers.push(world.mutate(Some(&kim), "restoreRevision", selection, input.clone()).await);
    }
    let copy = &answers[0]["post"]["workingCopy"];
    assert_eq!((&answers[0]["post"]["title"], &copy["title"]), (&json!("Second"), &json!("First")));
    assert_eq!((&copy["revision"], &copy["tags"]), (&json!(3), &json!(["Rust"])));
    assert_eq!(copy["markdown"], "# First\n\nA body of First.");
    assert_eq!(answers[0], answers[1], "sent again it changes nothing more");
}

#[tokio::test]
async fn a_changed_slug_leads_on_to_the_post_with_its_present_one() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let input = json!({"id": post.id, "expectedRevision": 1, "slug": "elsewhere"});
    world.mutate(Some(&kim), "updatePost", "", input).await;
    world.publish(&kim, &crate::world::Draft { id: post.id.clone(), revision: 2 }).await;
    let by_slug = r#"{ post(by: { slug: "first" }) { slug } }"#;
    assert_eq!(world.get(None, by_slug, json!({})).await["post"], json!({"slug": "elsewhere"}));
}
