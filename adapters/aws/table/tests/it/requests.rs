//! What is asked of DynamoDB, to the letter.

use serde_json::{Value as Json, json};
use store::table::{
    Change, Condition, Consistency, Index, Item, Key, Query, SortRange, Start, TTL, Table, Value,
    Write,
};
use store::walk::Walk;

use crate::stand_in::{Answer, StandIn};

fn key() -> Key {
    Key::new("P#1", "META")
}

fn row() -> Item {
    Item { key: key(), attributes: [("n".to_owned(), Value::N(7))].into() }
}

async fn stand_in() -> StandIn {
    StandIn::giving([Answer::Says(200, json!({}))]).await
}

#[track_caller]
fn check(stand_in: &StandIn, operation: &str, body: Json) {
    let asked = stand_in.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].operation.as_str(), &asked[0].body), (operation, &body));
}

#[tokio::test]
async fn a_get_says_how_consistent_it_has_to_be() {
    let stand_in = stand_in().await;
    stand_in.table.get(&key(), Consistency::Strong).await.unwrap();
    let key = json!({ "pk": {"S": "P#1"}, "sk": {"S": "META"} });
    let body = json!({ "TableName": "blog", "Key": key, "ConsistentRead": true });
    check(&stand_in, "GetItem", body);
}

#[tokio::test]
async fn an_update_asks_for_both_items_and_for_room_for_its_sum() {
    let stand_in = stand_in().await;
    let changes = vec![Change::Set("title", Value::S("a".into())), Change::Add("n", 2)];
    let condition = Condition::Equals("n", Value::N(7));
    let _ = stand_in.table.write(Write::Update(key(), changes, condition)).await.unwrap();
    let body = json!({
        "TableName": "blog",
        "Key": { "pk": {"S": "P#1"}, "sk": {"S": "META"} },
        "ConditionExpression": "(#0 = :0 AND (attribute_not_exists(#0) OR #0 <= :1))",
        "UpdateExpression": "SET #1 = :2 ADD #0 :3",
        "ExpressionAttributeNames": { "#0": "n", "#1": "title" },
        "ExpressionAttributeValues": {
            ":0": {"N": "7"}, ":1": {"N": "9223372036854775805"}, ":2": {"S": "a"}, ":3": {"N": "2"},
        },
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    check(&stand_in, "UpdateItem", body);
}

#[tokio::test]
async fn a_transaction_tells_each_write_and_asks_for_the_items_of_those_that_fail() {
    let stand_in = stand_in().await;
    let second = 1_795_435_200;
    let writes = vec![
        Write::Put(row(), Condition::AbsentOrExpired(second)),
        Write::Delete(Key::new("P#2", "META"), Condition::Always),
        Write::Check(Key::new("P#3", "META"), Condition::Present),
    ];
    stand_in.table.transact(writes).await.unwrap();

    let mut asked = stand_in.asked();
    let token = asked[0].body.as_object_mut().unwrap().remove("ClientRequestToken");
    assert!(token.is_some_and(|token| token.as_str().is_some_and(|token| token.len() == 36)));
    let key = |pk: &str| json!({ "pk": {"S": pk}, "sk": {"S": "META"} });
    let body = json!({ "TransactItems": [
        { "Put": {
            "TableName": "blog",
            "Item": { "pk": {"S": "P#1"}, "sk": {"S": "META"}, "n": {"N": "7"} },
            "ConditionExpression": "(attribute_not_exists(#0) OR #1 < :0)",
            "ExpressionAttributeNames": { "#0": "pk", "#1": TTL },
            "ExpressionAttributeValues": { ":0": {"N": second.to_string()} },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        } },
        { "Delete": {
            "TableName": "blog",
            "Key": key("P#2"),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        } },
        { "ConditionCheck": {
            "TableName": "blog",
            "Key": key("P#3"),
            "ConditionExpression": "attribute_exists(#0)",
            "ExpressionAttributeNames": { "#0": "pk" },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        } },
    ] });
    assert_eq!((asked[0].operation.as_str(), &asked[0].body), ("TransactWriteItems", &body));
}

#[tokio::test]
async fn a_page_of_an_index_starts_by_the_keys_of_both() {
    let stand_in = stand_in().await;
    let query = Query {
        index: Some(Index::Gsi3),
        partition: "TAGS".to_owned(),
        range: SortRange::NumberBetween(1, 9),
        ascending: false,
        limit: 20,
        start: Some(Start::at_index(Key::new("T#a", "#META"), Value::N(5))),
        consistency: Consistency::Eventual,
    };
    let page = stand_in.table.query(&query).await.unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
    let body = json!({
        "TableName": "blog",
        "IndexName": "gsi3",
        "KeyConditionExpression": "#0 = :0 AND #1 BETWEEN :1 AND :2",
        "ExpressionAttributeNames": { "#0": "gsi3pk", "#1": "gsi3sk" },
        "ExpressionAttributeValues": { ":0": {"S": "TAGS"}, ":1": {"N": "1"}, ":2": {"N": "9"} },
        "ScanIndexForward": false,
        "Limit": 20,
        "ExclusiveStartKey": {
            "pk": {"S": "T#a"}, "sk": {"S": "#META"}, "gsi3pk": {"S": "TAGS"}, "gsi3sk": {"N": "5"},
        },
        "ConsistentRead": false,
    });
    check(&stand_in, "Query", body);
}

#[tokio::test]
async fn a_walk_goes_on_over_a_page_of_which_all_is_left_out() {
    let row = |sk: &str, ttl: &str| json!({ "pk": {"S": "L"}, "sk": {"S": sk}, TTL: {"N": ttl} });
    let last = json!({ "pk": {"S": "L"}, "sk": {"S": "1"} });
    let expired = json!({ "Items": [row("1", "1")], "LastEvaluatedKey": last });
    let end = json!({ "Items": [row("2", "9999999999")] });
    let stand_in = StandIn::giving([Answer::Says(200, expired), Answer::Says(200, end)]).await;
    let rows = stand_in.table.rows_after(None, 500).await.unwrap();
    assert_eq!(rows.into_iter().map(|row| row.key).collect::<Vec<_>>(), [Key::new("L", "2")]);
    let asked: Vec<Json> = stand_in.asked().into_iter().map(|asked| asked.body).collect();
    let first = json!({ "TableName": "blog", "Limit": 500, "ConsistentRead": true });
    let mut second = first.clone();
    second["ExclusiveStartKey"] = last;
    assert_eq!(asked, [first, second]);
}

#[tokio::test]
async fn a_page_goes_on_where_dynamodb_says() {
    let last = json!({
        "pk": {"S": "T#a"}, "sk": {"S": "#META"}, "gsi3pk": {"S": "TAGS"}, "gsi3sk": {"N": "5"},
    });
    let answer = json!({ "Items": [], "LastEvaluatedKey": last });
    let stand_in = StandIn::giving([Answer::Says(200, answer)]).await;
    let query = Query {
        index: Some(Index::Gsi3),
        partition: "TAGS".to_owned(),
        range: SortRange::All,
        ascending: true,
        limit: 1,
        start: None,
        consistency: Consistency::Eventual,
    };
    let page = stand_in.table.query(&query).await.unwrap();
    let next = Start::at_index(Key::new("T#a", "#META"), Value::N(5));
    assert_eq!(page.next, Some(next));
}
