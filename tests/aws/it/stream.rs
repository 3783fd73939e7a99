//! What the table's stream tells, when what it tells of is damaged, or nobody wrote it.

use std::time::Duration;

use deepdive_tests::socket::Came;
use deepdive_tests::{Api, eventually, eventually_within};
use deepdive_tests_aws::account::{given_up, row};
use deepdive_tests_aws::{browser, connect, owner, token_to_read};
use serde_json::json;
use sha2::{Digest, Sha256};

/// DynamoDB looks after expired rows here once a minute, and so does the sweeper after what has ended.
const ROUND: Duration = Duration::from_secs(90);

#[tokio::test]
async fn a_damaged_row_is_given_up_and_the_others_go_on() {
    let owner = owner().await;
    let draft = owner.create("Damaged", "Nobody can read its stage.").await;
    let id = draft["id"].as_str().unwrap().rsplit('_').next().unwrap().to_owned();
    let key = json!({ "pk": { "S": format!("P#{id}") }, "sk": { "S": "STAGE#SEARCH" } });
    let mut item = key.clone();
    item["gsi1pk"] = json!({ "S": "DUE#SEARCH" });
    item["gsi1sk"] = json!({ "S": format!("0#P#{id}") });
    item["doc"] = json!({ "S": "{ no document" });
    row("PutItem", json!({ "Item": item })).await;

    // It is first in the stream and in the due index.
    let post = owner.publish(&owner.create("Behind it", "It need not wait.").await).await;
    let seen = owner.settled(&post["id"]).await;
    for kind in ["SPEECH", "SUMMARY", "SEARCH"] {
        assert_eq!(Api::status(&seen, kind), "READY", "{:#}", seen["stages"]);
    }
    eventually("what could not be done is put by, with its name", async || {
        given_up("Search").await.iter().any(|message| message.contains(&id)).then_some(())
    })
    .await;
    row("DeleteItem", json!({ "Key": key })).await;
}

#[tokio::test]
async fn a_token_that_has_expired_is_good_for_nothing_and_closes_its_sockets() {
    let mut browser = browser().await;
    let token = token_to_read(&mut browser, "expires").await;
    let mut socket = connect().await.admit(Some(&token)).await;
    socket.subscribe("1", "subscription { myPipelines { kind } }", json!({})).await;
    assert_eq!(socket.message().await["payload"]["data"]["myPipelines"]["kind"], "SNAPSHOT");

    // Ninety days later.
    let hash: String = Sha256::digest(&token).iter().map(|byte| format!("{byte:02x}")).collect();
    let expired = json!({
        "Key": { "pk": { "S": format!("K#{hash}") }, "sk": { "S": "-" } },
        "ConditionExpression": "attribute_exists(#ttl)",
        "UpdateExpression": "SET #ttl = :past",
        "ExpressionAttributeNames": { "#ttl": "ttl" },
        "ExpressionAttributeValues": { ":past": { "N": "1" } },
    });
    row("UpdateItem", expired).await;
    let owner = owner().await;
    let api = Api::new(&owner.url, Some(&token));
    let viewer = api.send("{ viewer { user { nickname } } }", json!({})).await;
    assert!(viewer["data"]["viewer"]["user"].is_null(), "{viewer:#}");
    eventually_within(ROUND, "the socket is closed", async || {
        match socket.within(Duration::from_millis(100)).await {
            // Other tests' events may come until then.
            None | Some(Came::Message(_)) => None,
            Some(_) => Some(()),
        }
    })
    .await;
}
