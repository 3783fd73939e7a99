//! Summaries of the deployed blog. What stands in for the model does as a mark in the title says
//! (tests/servers/ministack/bedrock.py).

use deepdive_tests::{Api, eventually};
use deepdive_tests_aws::owner;
use serde_json::{Value, json};

const TEXT: &str = "The table is the truth. A stage is a row of it.\n\nA wake-up only says look. \
                    Nothing is lost when it is.";

async fn published(owner: &Api, title: &str, text: &str) -> Value {
    owner.publish(&owner.create(title, text).await).await["id"].clone()
}

fn stage(post: &Value) -> &Value {
    post["stages"].as_array().unwrap().iter().find(|stage| stage["kind"] == "SUMMARY").unwrap()
}

#[tokio::test]
async fn a_post_is_summed_up_in_three_sentences_of_its_language() {
    let owner = owner().await;
    let korean =
        "테이블이 진실이다. 단계는 그 안의 행이다.\n\n알림은 보라고만 한다. 잃어도 그만이다.";
    for (title, text) in [("요약되는 글", korean), ("Summed up", TEXT)] {
        let id = published(&owner, title, text).await;
        let seen = owner.settled(&id).await;
        assert_eq!(Api::status(&seen, "SUMMARY"), "READY", "{seen:#}");
        let summary = owner.guest().post(&id).await["summary"].take();
        let sentences: Vec<&str> =
            summary["sentences"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(sentences.len(), 3, "{summary:#}");
        assert!(sentences.iter().all(|sentence| text.contains(sentence)), "{summary:#}");
        assert_eq!(summary["keywords"].as_array().unwrap().len(), 3, "{summary:#}");
    }
}

#[tokio::test]
async fn a_model_that_declines_fails_the_stage_alone_until_it_is_retried() {
    let owner = owner().await;
    let id = published(&owner, "Declined [[bedrock:refuse 1]]", TEXT).await;
    let seen = owner.settled(&id).await;
    assert_eq!(Api::status(&seen, "SEARCH"), "READY", "{:#}", seen["stages"]);
    assert_eq!(Api::status(&seen, "SPEECH"), "READY");
    let stage = stage(&seen);
    assert_eq!(stage["status"], "FAILED", "{stage:#}");
    assert_eq!(stage["failure"]["code"], "REJECTED", "{stage:#}");
    assert!(stage["failure"]["message"].as_str().unwrap().contains("declined"), "{stage:#}");

    let retried = owner.mutate("retryStage", json!({ "stageId": stage["id"] })).await;
    assert_eq!(retried["__typename"], "RetryStageSuccess", "{retried:#}");
    let seen = owner.settled(&id).await;
    assert_eq!(Api::status(&seen, "SUMMARY"), "READY", "{:#}", seen["stages"]);
}

#[tokio::test]
async fn an_answer_that_is_no_summary_is_never_shown_and_asked_for_again() {
    let owner = owner().await;
    for wish in ["garbage", "cut"] {
        let title = format!("Garbled [[bedrock:{wish} 1]]");
        let id = published(&owner, &title, TEXT).await;
        let failed = eventually("it says what is wrong with the answer", async || {
            let seen = owner.post(&id).await;
            (!stage(&seen)["failure"].is_null()).then_some(seen)
        })
        .await;
        assert!(failed["summary"].is_null(), "{failed:#}");
        let stage = stage(&failed);
        assert_eq!(stage["failure"]["code"], "UNUSABLE", "{stage:#}");
        let message = stage["failure"]["message"].as_str().unwrap();
        assert!(message.starts_with("the model's answer "), "{stage:#}");
        // It would be tried again by itself; its author need not wait.
        let retried = owner.mutate("retryStage", json!({ "stageId": stage["id"] })).await;
        assert_eq!(retried["__typename"], "RetryStageSuccess", "{retried:#}");
        let seen = owner.settled(&id).await;
        assert_eq!(Api::status(&seen, "SUMMARY"), "READY", "{:#}", seen["stages"]);
    }
}

#[tokio::test]
async fn a_model_that_is_asked_too_often_is_asked_again() {
    let owner = owner().await;
    for wish in ["throttle", "unavailable"] {
        let title = format!("In a queue [[bedrock:{wish} 2]]");
        let id = published(&owner, &title, TEXT).await;
        let seen = owner.settled(&id).await;
        assert_eq!(Api::status(&seen, "SUMMARY"), "READY", "{:#}", seen["stages"]);
        assert_eq!(stage(&seen)["attempts"], 1, "{:#}", seen["stages"]);
    }
}
