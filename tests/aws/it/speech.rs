//! Speech of the deployed blog: Polly is asked, tells a topic, and a function hears of it. What stands in for Polly
//! does as a mark in the text says (tests/servers/ministack/polly.py).

use deepdive_tests::Api;
use deepdive_tests_aws::{at_the_edge, edge, owner};
use serde_json::{Value, json};

/// What a guest hears of a post.
async fn heard(owner: &Api, post: &Value) -> Value {
    let seen = owner.settled(&post["id"]).await;
    assert_eq!(Api::status(&seen, "SPEECH"), "READY", "{seen:#}");
    owner.guest().post(&post["id"]).await["speech"].take()
}

#[tokio::test]
async fn a_post_is_spoken_in_its_language_and_heard_at_the_edge() {
    let owner = owner().await;
    for (title, text) in [
        ("소리로 듣는 글", "# 머리말\n\n폴리가 읽는다. 주제가 알린다.\n\n함수가 듣는다."),
        ("A post to hear", "# Begin\n\nPolly reads. A topic tells.\n\nA function hears & joins."),
    ] {
        let post = owner.publish(&owner.create(title, text).await).await;
        let speech = heard(&owner, &post).await;
        let marks = speech["marks"].as_array().unwrap();
        assert_eq!(marks.len(), 4, "{speech:#}");
        let mut at = 0;
        for (number, mark) in marks.iter().enumerate() {
            assert_eq!(mark["sentence"], number, "{speech:#}");
            let (start, end) = (mark["startMs"].as_u64().unwrap(), mark["endMs"].as_u64().unwrap());
            assert!(at <= start && start < end, "{speech:#}");
            at = end;
        }
        assert!(at <= speech["durationMs"].as_u64().unwrap(), "{speech:#}");

        let url = speech["url"].as_str().unwrap();
        let path =
            url.strip_prefix(&format!("https://{}", edge())).expect("an address of the edge");
        let sound = at_the_edge(path, &[]).await;
        assert_eq!(sound.status().as_u16(), 200, "{url}");
        assert_eq!(sound.headers()["content-type"], "audio/mpeg");
        let part = at_the_edge(path, &[("range", "bytes=144-287")]).await;
        assert_eq!(part.status().as_u16(), 206, "a player may begin where it wants");
        let (sound, part) = (sound.bytes().await.unwrap(), part.bytes().await.unwrap());
        assert!(sound.starts_with(&[0xff, 0xf3]), "no frame of MP3");
        assert_eq!(part, sound.slice(144..288));
    }
}

#[tokio::test]
async fn a_sentence_that_is_longer_than_polly_speaks_is_spoken_in_pieces() {
    let owner = owner().await;
    let text = format!("A paragraph of {}.", "many words ".repeat(10_000));
    let post = owner.publish(&owner.create("Long to hear", &text).await).await;
    let speech = heard(&owner, &post).await;
    assert!(speech["durationMs"].as_u64().unwrap() > 60 * 60 * 1000, "{}", speech["durationMs"]);
}

#[tokio::test]
async fn what_polly_gives_up_is_begun_anew_thrice_and_then_waits_for_its_author() {
    let owner = owner().await;
    let text = "The first one is spoken.\n\nThe second one is not. [[polly:hoarse 3]]";
    let post = owner.publish(&owner.create("Hoarse", text).await).await;
    let seen = owner.settled(&post["id"]).await;
    assert_eq!(Api::status(&seen, "SEARCH"), "READY", "{:#}", seen["stages"]);
    assert_eq!(Api::status(&seen, "SUMMARY"), "READY", "{:#}", seen["stages"]);
    let stages = seen["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["kind"] == "SPEECH").unwrap();
    assert_eq!(stage["status"], "FAILED", "{stage:#}");
    assert_eq!(stage["failure"]["code"], "UNAVAILABLE", "{stage:#}");
    let message = stage["failure"]["message"].as_str().unwrap();
    assert!(message.contains("3 times") && message.contains("hoarse"), "{message}");

    let retried = owner.mutate("retryStage", json!({ "stageId": stage["id"] })).await;
    assert_eq!(retried["__typename"], "RetryStageSuccess", "{retried:#}");
    assert_eq!(heard(&owner, &post).await["marks"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_polly_that_is_asked_too_often_is_asked_again() {
    let owner = owner().await;
    let text = "It waits for its turn. [[polly:throttle 2]]";
    let post = owner.publish(&owner.create("In a queue of voices", text).await).await;
    assert!(heard(&owner, &post).await["durationMs"].as_u64().unwrap() > 1_000);
}
