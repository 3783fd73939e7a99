//! What is tried again, and what could have happened twice and is not.

use std::time::Duration;

use serde_json::json;
use store::table::{Change, Condition, Consistency, Item, Key, Table, TableError, Write};

use crate::stand_in::{Answer, StandIn, error};

/// As many as a call has.
const ATTEMPTS: usize = 4;

fn key() -> Key {
    Key::new("P#1", "META")
}

fn done() -> Answer {
    Answer::Says(200, json!({}))
}

fn throttled() -> Answer {
    error("ThrottlingException", json!({}))
}

fn writes() -> [Write; 3] {
    let item = Item { key: key(), attributes: [].into() };
    [
        Write::Put(item, Condition::Absent),
        Write::Update(key(), vec![Change::Add("n", 1)], Condition::Always),
        Write::Delete(key(), Condition::Present),
    ]
}

#[tokio::test]
async fn a_read_is_tried_again_whatever_went_wrong() {
    let wrong = [throttled(), error("InternalServerError", json!({})), Answer::HangsUp];
    for wrong in wrong {
        let stand_in = StandIn::giving([wrong.clone(), done()]).await;
        let read = stand_in.table.get(&key(), Consistency::Strong).await;
        assert!(matches!(read, Ok(None)), "{wrong:?}: {read:?}");
        assert_eq!(stand_in.asked().len(), 2, "{wrong:?}");
    }
}

#[tokio::test]
async fn what_does_not_get_better_is_tried_so_often_and_no_more() {
    let stand_in = StandIn::giving([throttled()]).await;
    let read = stand_in.table.get(&key(), Consistency::Strong).await;
    assert!(matches!(read, Err(TableError::Unavailable)), "{read:?}");
    assert_eq!(stand_in.asked().len(), ATTEMPTS);
}

#[tokio::test]
async fn a_throttled_write_did_nothing_and_is_tried_again() {
    for write in writes() {
        let stand_in = StandIn::giving([throttled(), throttled(), done()]).await;
        let written = stand_in.table.write(write.clone()).await;
        assert!(written.is_ok(), "{write:?}: {written:?}");
        assert_eq!(stand_in.asked().len(), 3, "{write:?}");
    }
}

#[tokio::test]
async fn a_write_that_may_have_happened_is_not_tried_again() {
    for write in writes() {
        for lost in [
            error("InternalServerError", json!({})),
            Answer::Says(503, json!({})),
            Answer::HangsUp,
            Answer::Babbles,
        ] {
            let stand_in = StandIn::giving([lost.clone(), done()]).await;
            let written = stand_in.table.write(write.clone()).await;
            let unknown = matches!(written, Err(TableError::Unavailable));
            assert!(unknown, "{write:?}, {lost:?}: {written:?}");
            assert_eq!(stand_in.asked().len(), 1, "{write:?}, {lost:?}");
        }
    }
}

#[tokio::test]
async fn a_write_without_an_answer_in_time_is_given_up_and_not_tried_again() {
    let short = Duration::from_millis(300);
    let stand_in = StandIn::within(short, [Answer::KeepsSilent]).await;
    let [write, ..] = writes();
    let written = stand_in.table.write(write).await;
    assert!(matches!(written, Err(TableError::Unavailable)), "{written:?}");
    assert_eq!(stand_in.asked().len(), 1);
}

#[tokio::test]
async fn a_read_without_an_answer_ends_all_the_same() {
    let short = Duration::from_millis(300);
    let stand_in = StandIn::within(short, [Answer::KeepsSilent]).await;
    let read = stand_in.table.get(&key(), Consistency::Strong).await;
    assert!(matches!(read, Err(TableError::Unavailable)), "{read:?}");
    assert!((1..=ATTEMPTS).contains(&stand_in.asked().len()));
}

#[tokio::test]
async fn a_transaction_whose_answer_was_lost_is_tried_again_under_its_token() {
    let under_way = error("TransactionInProgressException", json!({}));
    let answers = [Answer::HangsUp, under_way, done()];
    let stand_in = StandIn::giving(answers).await;
    stand_in.table.transact(writes()[..1].to_vec()).await.unwrap();

    let tokens: Vec<_> = stand_in
        .asked()
        .iter()
        .map(|asked| asked.body["ClientRequestToken"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(tokens.len(), 3);
    assert!(!tokens[0].is_empty() && tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
}

#[tokio::test]
async fn each_transaction_has_a_token_of_its_own() {
    let stand_in = StandIn::giving([done()]).await;
    for _ in 0..2 {
        stand_in.table.transact(writes()[..1].to_vec()).await.unwrap();
    }
    let asked = stand_in.asked();
    assert_ne!(asked[0].body["ClientRequestToken"], asked[1].body["ClientRequestToken"]);
}

/// It may still be done: a conflict would promise that it was not.
#[tokio::test]
async fn a_transaction_that_stays_under_way_is_not_called_a_conflict() {
    let under_way = error("TransactionInProgressException", json!({}));
    let stand_in = StandIn::giving([Answer::HangsUp, under_way]).await;
    let unknown = stand_in.table.transact(writes()[..1].to_vec()).await;
    assert!(matches!(unknown, Err(TableError::Unavailable)), "{unknown:?}");
}

#[tokio::test]
async fn a_canceled_transaction_is_the_callers_to_try_again() {
    let reasons = json!({ "CancellationReasons": [{ "Code": "TransactionConflict" }] });
    let stand_in = StandIn::giving([error("TransactionCanceledException", reasons)]).await;
    let refused = stand_in.table.transact(writes()[..1].to_vec()).await;
    assert!(matches!(refused, Err(TableError::Conflict)), "{refused:?}");
    assert_eq!(stand_in.asked().len(), 1);
}
