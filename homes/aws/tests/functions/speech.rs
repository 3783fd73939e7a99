//! The functions that speak posts, and hear that they were spoken.

use std::collections::HashMap;

use aws_home::bell::Bell;
use domain::ports::{Clock, Posts, Wanted};
use domain::stage::{Stage, StageId, StageKind, StageResult, StageStatus};
use embedded_system::SystemClock;
use serde_json::{Value, json};
use store::Blog;

use crate::home::{blog, environment};
use crate::http::Visitor;
use crate::polly::Polly;
use crate::runtime::Function;

const SPEECH: &str = env!("CARGO_BIN_EXE_deepdive-speech");
const COMPLETED: &str = env!("CARGO_BIN_EXE_deepdive-speech-completed");
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:blog-spoken";

/// What the stack would tell both functions.
fn speaking(table: &str, polly: &Polly) -> HashMap<&'static str, String> {
    let mut environment = environment(table);
    environment.insert("DEEPDIVE_SPEECH_TOPIC", TOPIC.to_owned());
    for service in ["AWS_ENDPOINT_URL_POLLY", "AWS_ENDPOINT_URL_S3"] {
        environment.insert(service, polly.url.clone());
    }
    environment
}

/// As SNS tells a function.
fn told(message: &str) -> Value {
    json!({ "Records": [{
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "Sns": { "Type": "Notification", "TopicArn": TOPIC, "Message": message },
    }] })
}

async fn stage(blog: &Blog, id: &StageId) -> Stage {
    let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
    blog.load(&wanted).await.unwrap().stages.pop().unwrap()
}

#[tokio::test]
async fn a_post_is_spoken_by_polly_and_lies_under_keys_of_ours() {
    let (blog, table) = blog().await;
    let polly = Polly::start().await;
    let environment = speaking(&table, &polly);
    let mut owner = Visitor::of(&environment).await;
    owner.publishes("소리 내어 읽는 글", "첫 문단이다.\n\nThe second one.").await;
    let due = blog.due(StageKind::Speech, SystemClock.now(), 10).await.unwrap();
    let [id] = due.as_slice() else { panic!("{due:?}") };
    let bell: Value = serde_json::from_str(&Bell::event(id)).unwrap();

    let mut speech = Function::start(SPEECH, &environment).await;
    speech.invoke(bell.clone()).await;
    let waits = stage(&blog, id).await;
    assert_eq!((waits.status, waits.parts.len()), (StageStatus::Waiting, 2));

    let mut completed = Function::start(COMPLETED, &environment).await;
    let messages = polly.speak();
    assert_eq!(messages.len(), 4, "sound and marks of two sections");
    for message in messages.iter().chain(&messages) {
        assert_eq!(completed.invoke(told(message)).await, Value::Null);
    }
    assert_eq!(stage(&blog, id).await.status, StageStatus::Pending);

    speech.invoke(bell).await;
    let ready = stage(&blog, id).await;
    assert_eq!(ready.status, StageStatus::Ready, "{ready:?}");
    let Some(StageResult::Speech { audio, duration_ms, .. }) = ready.made.map(|made| made.result)
    else {
        panic!("no speech");
    };
    assert_eq!(duration_ms, 2 * 240);
    let keys = polly.keys();
    assert!(keys.contains(&audio.to_string()), "{keys:?}");
    assert!(!keys.iter().any(|key| key.starts_with("polly/")), "nothing is left: {keys:?}");
    // Who listens is told where each sentence is.
    let heard = owner
        .ask("{ posts(first: 1) { nodes { speech { marks { sentence } } } } }", json!({}))
        .await;
    let marks = &heard["posts"]["nodes"][0]["speech"]["marks"];
    assert_eq!(*marks, json!([{ "sentence": 0 }, { "sentence": 1 }]));
}

#[tokio::test]
async fn a_message_that_is_forged_or_of_a_post_that_is_gone_breaks_nothing() {
    let (_, table) = blog().await;
    let environment = speaking(&table, &Polly::start().await);
    let mut completed = Function::start(COMPLETED, &environment).await;
    let gone = "s3://blog-media/polly/01m8kkzmb7qs74erh8gb1qjsys/section-1.task-1.mp3";
    for event in [
        told("hello"),
        told(r#"{"outputUri": "s3://blog-media/polly/../secret.mp3"}"#),
        told(&json!({ "outputUri": gone }).to_string()),
        json!({ "Records": [] }),
        json!(null),
    ] {
        assert_eq!(completed.invoke(event.clone()).await, Value::Null, "{event}");
    }
    assert!(completed.has_said("nothing that Polly was asked for").await);
    assert!(completed.has_said("a post that is gone").await);
}
