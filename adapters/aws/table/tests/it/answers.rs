//! What DynamoDB says no with, as the port says it.

use serde_json::{Value as Json, json};
use store::table::{Change, Condition, Consistency, Item, Key, Table, TableError, Value, Write};

use crate::stand_in::{Answer, StandIn, error, table_at};

fn key() -> Key {
    Key::new("P#1", "META")
}

async fn read(answer: Answer) -> TableError {
    let stand_in = StandIn::giving([answer]).await;
    stand_in.table.get(&key(), Consistency::Strong).await.unwrap_err()
}

/// A transaction of an addition and a check that answers so.
async fn transact(answer: Answer) -> TableError {
    let stand_in = StandIn::giving([answer]).await;
    let add = Write::Update(key(), vec![Change::Add("n", 1)], Condition::Present);
    let check = Write::Check(Key::new("P#2", "META"), Condition::Equals("n", Value::N(1)));
    stand_in.table.transact(vec![add, check]).await.unwrap_err()
}

async fn canceled(reasons: Json) -> TableError {
    transact(error("TransactionCanceledException", json!({ "CancellationReasons": reasons }))).await
}

fn source(error: TableError) -> String {
    let TableError::Backend { source, .. } = error else { panic!("{error:?}") };
    source.to_string()
}

#[tokio::test]
async fn what_passes_by_waiting_is_unavailable() {
    for code in [
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
    ] {
        let refused = read(error(code, json!({}))).await;
        assert!(matches!(refused, TableError::Unavailable), "{code}: {refused:?}");
    }
    for answer in [Answer::Says(503, json!({})), Answer::Babbles, Answer::HangsUp] {
        let refused = read(answer.clone()).await;
        assert!(matches!(refused, TableError::Unavailable), "{answer:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let port = contract::ClosedPort::take();
    let table = table_at(port.url(), std::time::Duration::from_secs(20));
    let refused = table.get(&key(), Consistency::Strong).await;
    assert!(matches!(refused, Err(TableError::Unavailable)), "{refused:?}");
}

#[tokio::test]
async fn a_call_that_is_wrong_is_told_in_dynamodbs_words() {
    let refused = read(error("ValidationException", json!({}))).await;
    let told = "the table refuses the call: the words of ValidationException";
    assert_eq!(refused.to_string(), told);
}

#[tokio::test]
async fn what_does_not_pass_is_the_backends_and_names_what_helps() {
    let missing = source(read(error("ResourceNotFoundException", json!({}))).await);
    assert!(missing.contains("the table blog"), "{missing}");
    let denied = source(read(error("AccessDeniedException", json!({}))).await);
    let told =
        "it refused with AccessDeniedException: the words of AccessDeniedException (request R1)";
    assert_eq!(denied, told);
}

#[tokio::test]
async fn an_item_that_nobody_here_wrote_is_named() {
    let item = json!({ "Item": { "pk": {"S": "P#1"}, "sk": {"S": "META"}, "n": {"N": "1.5"} } });
    let damaged = source(read(Answer::Says(200, item)).await);
    assert!(damaged.contains("attribute n of the item P#1 META"), "{damaged}");
}

#[tokio::test]
async fn a_single_write_beside_a_transaction_is_a_conflict() {
    let stand_in = StandIn::giving([error("TransactionConflictException", json!({}))]).await;
    let refused = stand_in.table.write(Write::Delete(key(), Condition::Always)).await;
    assert!(matches!(refused, Err(TableError::Conflict)), "{refused:?}");
    assert_eq!(stand_in.asked().len(), 1);
}

#[tokio::test]
async fn a_canceled_transaction_says_why() {
    let reasons = |code: &str| json!([{ "Code": "None" }, { "Code": code, "Message": "words" }]);
    let conflict = canceled(reasons("TransactionConflict")).await;
    assert!(matches!(conflict, TableError::Conflict), "{conflict:?}");
    let invalid = canceled(reasons("ValidationError")).await;
    assert!(matches!(&invalid, TableError::Invalid(why) if why == "words"), "{invalid:?}");
    for code in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
        let throttled = canceled(reasons(code)).await;
        assert!(matches!(throttled, TableError::Unavailable), "{code}: {throttled:?}");
    }
    assert_eq!(source(canceled(reasons("Unheard")).await), "it canceled a transaction: Unheard");
}

#[tokio::test]
async fn failed_conditions_of_a_transaction_come_with_their_items() {
    let found = json!({ "pk": {"S": "P#2"}, "sk": {"S": "META"}, "n": {"N": "7"} });
    let refused = canceled(json!([
        { "Code": "ConditionalCheckFailed" },
        { "Code": "ConditionalCheckFailed", "Item": found },
    ]))
    .await;
    let TableError::ConditionFailed(failed) = refused else { panic!("{refused:?}") };
    let failed: Vec<_> = failed.into_iter().map(|failed| (failed.write, failed.item)).collect();
    let attributes = [("n".to_owned(), Value::N(7))].into();
    assert_eq!(failed, [(0, None), (1, Some(Item { key: Key::new("P#2", "META"), attributes }))]);
}

#[tokio::test]
async fn a_conflict_beside_a_failed_condition_is_a_conflict() {
    let both = json!([{ "Code": "ConditionalCheckFailed" }, { "Code": "TransactionConflict" }]);
    let refused = canceled(both).await;
    assert!(matches!(refused, TableError::Conflict), "{refused:?}");
}

#[tokio::test]
async fn a_sum_without_room_is_told_apart_from_a_failed_condition() {
    let full = json!({ "pk": {"S": "P#1"}, "sk": {"S": "META"}, "n": {"N": i64::MAX.to_string()} });
    let reason = json!({ "Code": "ConditionalCheckFailed", "Item": full });
    let refused = canceled(json!([reason, { "Code": "None" }])).await;
    assert!(matches!(&refused, TableError::Invalid(why) if why.contains("64 bits")), "{refused:?}");
}

#[tokio::test]
async fn keys_that_were_not_processed_are_given_back() {
    let answer = json!({
        "Responses": { "blog": [{ "pk": {"S": "P#1"}, "sk": {"S": "META"} }] },
        "UnprocessedKeys": { "blog": { "Keys": [{ "pk": {"S": "P#2"}, "sk": {"S": "META"} }] } },
    });
    let stand_in = StandIn::giving([Answer::Says(200, answer)]).await;
    let keys = [key(), Key::new("P#2", "META")];
    let batch = stand_in.table.batch_get(&keys, Consistency::Eventual).await.unwrap();
    assert_eq!(batch.items, [Item { key: key(), attributes: [].into() }]);
    assert_eq!(batch.unprocessed, keys[1..]);
    assert_eq!(stand_in.asked().len(), 1);
}
