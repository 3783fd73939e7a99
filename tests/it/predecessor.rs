//! What the predecessor got wrong cannot happen here.

use deepdive_tests::{Api, Server, eventually};
use serde_json::{Value, json};

const LISTS: &str =
    "{ posts(first: 20) { nodes { title author { posts(first: 10) { nodes { title } } } } } }";

#[tokio::test]
async fn a_guest_cannot_read_a_draft_by_any_way() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Secret draft", "Nobody reads this sentence.").await;
    let guest = api.guest();

    assert_eq!(guest.post(&post["id"]).await, Value::Null);
    let node = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
    let data = guest.data(node, json!({ "id": post["id"] })).await;
    assert_eq!((&data["node"], &data["nodes"]), (&Value::Null, &json!([null])));
    assert!(!guest.data(LISTS, json!({})).await.to_string().contains("Secret"));
    assert_eq!(guest.search("secret").await, [""; 0]);
}

#[tokio::test]
async fn a_private_post_is_in_no_list_and_not_found_at_once() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Hidden soon", "A sentence about elephants.").await;
    api.publish(&post).await;
    api.settled(&post["id"]).await;
    assert_eq!(api.guest().search("elephants").await, ["Hidden soon"]);

    let hide = json!({ "id": post["id"], "expectedRevision": 1, "visibility": "PRIVATE" });
    api.mutate("updatePost", hide).await;
    let guest = api.guest();
    assert_eq!(guest.post(&post["id"]).await, Value::Null);
    assert!(!guest.data(LISTS, json!({})).await.to_string().contains("Hidden"));
    assert_eq!(guest.search("elephants").await, [""; 0], "checked again when a hit is loaded");
}

#[tokio::test]
async fn the_speech_of_a_hidden_post_is_hidden_with_it() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Spoken", "A sentence.").await;
    api.publish(&post).await;
    let post = api.settled(&post["id"]).await;
    let url = post["speech"]["url"].as_str().unwrap().to_owned();
    assert_eq!(api.guest().get(&url).await.0, 200);

    let hide = json!({ "id": post["id"], "expectedRevision": 1, "visibility": "PRIVATE" });
    api.mutate("updatePost", hide).await;
    assert_eq!(api.guest().get(&url).await.0, 404);
    let signed = api.post(&post["id"]).await["speech"]["url"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&signed).await.0, 200, "its author hears it still");
}

#[tokio::test]
async fn an_unpublished_post_is_not_findable_and_is_found_after_it_is_published_again() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Comes and goes", "A sentence about giraffes.").await;
    let published = api.publish(&post).await;
    api.settled(&post["id"]).await;
    let guest = api.guest();
    assert_eq!(guest.search("giraffes").await, ["Comes and goes"]);

    let input = json!({ "id": post["id"], "expectedRevision": 1 });
    let gone = api.mutate("unpublishPost", input).await["post"].clone();
    assert_eq!(guest.search("giraffes").await, [""; 0]);
    assert_eq!(gone["status"], "UNPUBLISHED", "{published:#}");
    api.settled(&post["id"]).await;

    api.publish(&gone).await;
    eventually("it is found again", async || {
        (guest.search("giraffes").await == ["Comes and goes"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_edit_never_shows_the_summary_or_speech_of_another_text() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Edited", "The old text has a sentence. It has two.").await;
    api.publish(&post).await;
    let old = api.settled(&post["id"]).await;

    let text = "The new text says something else. It is not the old one.";
    let input = json!({ "id": post["id"], "expectedRevision": 1, "markdown": text });
    let edited = api.mutate("updatePost", input).await["post"].clone();
    let seen = api.publish(&edited).await;
    // At once: nothing of the old text, whatever the pipelines have done by now.
    assert_ne!(seen["summary"], old["summary"]);
    let new = api.settled(&post["id"]).await;
    assert!(new["summary"]["sentences"].to_string().contains("new text"), "{new:#}");
    assert_ne!(new["speech"]["url"], old["speech"]["url"]);
}

#[tokio::test]
async fn no_stage_stays_stuck_when_the_server_is_killed_while_it_runs() {
    let (server, api) = Server::with_author().await;
    let long = "A sentence that takes a while to be spoken aloud by a voice. ".repeat(60);
    let post = api.create("Long", &long).await;
    api.publish(&post).await;
    eventually("speech is under way", async || {
        let post = api.post(&post["id"]).await;
        // Polly speaks while the stage waits.
        ["RUNNING", "WAITING"].contains(&Api::status(&post, "SPEECH")).then_some(())
    })
    .await;

    let server = server.kill().await.start().await;
    let post = api.at(&server.url).settled(&post["id"]).await;
    let stages = post["stages"].as_array().unwrap();
    assert!(stages.iter().all(|stage| stage["status"] == "READY"), "{stages:#?}");
}
