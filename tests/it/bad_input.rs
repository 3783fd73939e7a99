//! Bad input gets a clear typed error, and nothing is lost.

use deepdive_tests::{Server, photo};
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_too_much_is_refused_by_its_field_and_changes_nothing() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Kept", "Kept.").await;
    let tags: Vec<String> = (0..60).map(|n| format!("tag{n}")).collect();
    for (field, value) in [
        ("title", json!("가".repeat(101))),
        ("markdown", json!("a".repeat(201 * 1024))),
        ("tags", json!(tags)),
        ("slug", json!("../etc")),
    ] {
        let mut input = json!({ "id": post["id"], "expectedRevision": 1 });
        input[field] = value;
        let refused = api.mutate("updatePost", input).await;
        assert_eq!(refused["__typename"], "InvalidInputError", "{refused:#}");
        assert_eq!(refused["path"], json!(["input", field]));
    }
    assert_eq!(api.post(&post["id"]).await["workingCopy"]["revision"], 1);
}

#[tokio::test]
async fn an_untitled_working_copy_is_saved_and_not_published() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("", "A body without a title.").await;
    let input = json!({ "id": post["id"], "expectedRevision": 1 });
    let refused = api.mutate("publishPost", input).await;
    assert_eq!(refused["code"], "INCOMPLETE", "{refused:#}");
    let saved = api.post(&post["id"]).await;
    assert_eq!(saved["workingCopy"]["markdown"], "A body without a title.");
}

#[tokio::test]
async fn a_stale_revision_is_told_the_present_state() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("One", "1").await;
    let update = |title: &str| json!({ "id": post["id"], "expectedRevision": 1, "title": title });
    api.mutate("updatePost", update("Two")).await;
    let stale = api.mutate("updatePost", update("Three")).await;

    assert_eq!(stale["code"], "STALE_REVISION");
    assert_eq!(stale["post"]["workingCopy"]["title"], "Two");
    assert_eq!(stale["post"]["workingCopy"]["revision"], 2);
}

#[tokio::test]
async fn another_authors_draft_is_indistinguishable_from_an_absent_one() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Mine", "Mine.").await;
    let stopped = server.kill().await;
    let token = stopped.create_user("lee@example.com", "author").await;
    let server = stopped.start().await;
    let lee = deepdive_tests::Api::new(&server.url, Some(&token));
    let absent = "post_01hzzzzzzzzzzzzzzzzzzzzzzz";

    assert_eq!(lee.post(&post["id"]).await, lee.post(&json!(absent)).await);
    let publish = |id: &Value| json!({ "id": id, "expectedRevision": 1 });
    let (theirs, none) = (
        lee.mutate("publishPost", publish(&post["id"])).await,
        lee.mutate("publishPost", publish(&json!(absent))).await,
    );
    assert_eq!(theirs, none);
    assert_eq!(theirs["code"], "NOT_FOUND");
}

#[tokio::test]
async fn an_image_of_somebody_else_cannot_be_used() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Mine", "").await;
    let bytes = photo::png(64, 64);
    let upload = api.request_upload(&post, &bytes, "image/png").await;
    api.send_ticket(&upload["ticket"], bytes).await.unwrap();
    let stopped = server.kill().await;
    let token = stopped.create_user("lee@example.com", "author").await;
    let server = stopped.start().await;

    let lee = deepdive_tests::Api::new(&server.url, Some(&token));
    let theirs = lee.create("Theirs", upload["asset"]["markdown"].as_str().unwrap()).await;
    let input = json!({ "id": theirs["id"], "expectedRevision": 1 });
    let refused = lee.mutate("publishPost", input).await;
    assert_eq!(refused["code"], "INVALID_INPUT", "{refused:#}");
}

#[tokio::test]
async fn a_forged_cursor_is_told_so() {
    let (_server, api) = Server::with_author().await;
    for cursor in ["x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ""] {
        let query = "query($c: String) { posts(after: $c) { nodes { id } } }";
        let response = api.send(query, json!({ "c": cursor })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_CURSOR", "{response:#}");
    }
}

#[tokio::test]
async fn a_bad_token_is_no_guest() {
    let server = Server::start().await;
    let api = deepdive_tests::Api::new(&server.url, Some("dd_pat_wrong"));
    let response = api.send("{ site { title } }", json!({})).await;
    assert_eq!(response["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{response:#}");
    assert!(response["data"].is_null());
}

#[tokio::test]
async fn an_idempotency_key_replays_its_own_request_and_no_other() {
    let (_server, api) = Server::with_author().await;
    let input = |title: &str| json!({ "title": title, "idempotencyKey": "k1" });
    let first = api.mutate("createPost", input("Once")).await;
    let again = api.mutate("createPost", input("Once")).await;
    assert_eq!(first["post"]["id"], again["post"]["id"]);
    let other = api.mutate("createPost", input("Other")).await;
    assert_eq!(other["code"], "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn script_never_gets_through_markdown() {
    let (_server, api) = Server::with_author().await;
    let markdown = "<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n<img src=x onerror=alert(1)>\n\n\
        ![x](data:text/html;base64,PHNjcmlwdD4=)\n\n<a href=\"vbscript:x\">y</a>\n\nA sentence.";
    let query = "query($m: String!) { renderMarkdown(markdown: $m) { html } }";
    let rendered = api.data(query, json!({ "m": markdown })).await;
    let post = api.create("Scripts", markdown).await;
    let published = api.publish(&post).await;
    for html in [&rendered["renderMarkdown"]["html"], &published["html"]] {
        let html = html.as_str().unwrap().to_lowercase();
        for bad in ["<script", "<img src=x", "href=\"javascript", "src=\"data:", "href=\"vbscript"]
        {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
    }
}

#[tokio::test]
async fn a_stage_that_does_not_exist_cannot_be_tried_again() {
    let (_server, api) = Server::with_author().await;
    let refused = api.mutate("retryStage", json!({ "stageId": "s_nonsense" })).await;
    assert_eq!(refused["code"], "NOT_FOUND", "{refused:#}");
}
