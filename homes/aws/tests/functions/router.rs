//! The function that hears the table's stream.

use std::time::Duration;

use domain::ports::Clock;
use domain::stage::{StageId, StageKind, Subject};
use domain::{PostId, Timestamp};
use embedded_system::SystemClock;
use serde_json::{Value, json};
use store::keys;

use crate::home::environment;
use crate::runtime::Function;

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-router");

/// A router whose summaries are done by a function that is not there.
async fn router() -> Function {
    let mut environment = environment("none");
    environment.insert("DEEPDIVE_SUMMARY_FUNCTION", "nowhere".to_owned());
    Function::start(PROGRAM, &environment).await
}

/// A stage that was written, due at `due`, as the stream tells it.
fn written(sequence: &str, due: Timestamp) -> Value {
    let post = PostId::parse("01m8kkzmb7qs74erh8gb1qjsys").unwrap();
    let stage = StageId { subject: Subject::Post(post), kind: StageKind::Summary };
    let (key, (partition, sort)) = (keys::stage(&stage), keys::due(&stage, due));
    let key = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
    let mut image = key.clone();
    image["gsi1pk"] = json!({ "S": partition });
    image["gsi1sk"] = json!({ "S": sort });
    json!({ "dynamodb": { "Keys": key, "NewImage": image, "SequenceNumber": sequence } })
}

#[tokio::test]
async fn the_stream_begins_again_where_nobody_could_be_told() {
    let now = SystemClock.now();
    let lease = written("1", now.plus(Duration::from_secs(60)));
    let batch = json!({ "Records": [lease, written("2", now), written("3", now)] });
    let answer = router().await.invoke(batch).await;
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "2" }] }));
}

#[tokio::test]
async fn what_is_no_stage_of_ours_keeps_no_batch_from_its_end() {
    let later = written("4", SystemClock.now().plus(Duration::from_secs(60)));
    let poison = json!({ "dynamodb": { "Keys": { "pk": { "N": "1" } }, "SequenceNumber": "3" } });
    let batch = json!({ "Records": [{}, null, poison, later] });
    let mut router = router().await;
    assert_eq!(router.invoke(batch).await, json!({ "batchItemFailures": [] }));
    assert_eq!(router.invoke(json!({})).await, json!({ "batchItemFailures": [] }));
}
