//! An image starts by what S3 tells of it, whatever else is told, and when.

use deepdive_tests::{Api, eventually, photo};
use deepdive_tests_aws::account::{invoke, row};
use deepdive_tests_aws::owner;
use serde_json::{Value, json};

/// An image that is to be uploaded for a new post.
struct Awaited {
    owner: Api,
    post: Value,
    bytes: Vec<u8>,
    ticket: Value,
    id: String,
}

impl Awaited {
    async fn new(title: &str) -> Awaited {
        let owner = owner().await;
        let post = owner.create(title, "").await;
        let bytes = photo::jpeg(900, 600);
        let mut upload = owner.request_upload(&post, &bytes, "image/jpeg").await;
        let id = upload["asset"]["id"].as_str().unwrap().rsplit('_').next().unwrap().to_owned();
        Awaited { owner, post, bytes, ticket: upload["ticket"].take(), id }
    }

    /// Uploads it, with nothing but its ticket.
    async fn upload(&self) {
        self.owner.send_bytes(&self.ticket, self.bytes.clone()).await;
    }

    /// What S3 tells by EventBridge, told once more.
    async fn told(&self) {
        let key = format!("{}/original.bin", self.id);
        let event = json!({
            "version": "0", "source": "aws.s3", "detail-type": "Object Created",
            "detail": { "object": { "key": key, "size": self.bytes.len() } },
        });
        assert_eq!(invoke("Image", event).await, Value::Null);
    }

    async fn ready(&self) {
        eventually("its variants are made", async || {
            let seen = self.owner.post(&self.post["id"]).await;
            (Api::status(&seen, "IMAGE") == "READY").then_some(())
        })
        .await;
    }

    /// Its rows as they are.
    async fn rows(&self) -> Vec<Value> {
        let query = json!({
            "KeyConditionExpression": "pk = :pk", "ConsistentRead": true,
            "ExpressionAttributeValues": { ":pk": { "S": format!("M#{}", self.id) } },
        });
        row("Query", query).await["Items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn an_arrival_makes_the_variants_without_a_call_of_the_client() {
    let image = Awaited::new("Pictures").await;
    image.upload().await;
    image.ready().await;
}

#[tokio::test]
async fn an_arrival_that_is_told_again_changes_nothing() {
    let image = Awaited::new("Told twice").await;
    image.told().await;
    let seen = image.owner.post(&image.post["id"]).await;
    assert_eq!(Api::status(&seen, "IMAGE"), "WAITING", "its bytes are not there: {seen:#}");
    image.upload().await;
    image.ready().await;
    let made = image.rows().await;
    for _ in 0..2 {
        image.told().await;
    }
    assert_eq!(image.rows().await, made);
}

#[tokio::test]
async fn an_arrival_that_is_told_before_its_row_is_there_is_found_later() {
    let image = Awaited::new("Told too early").await;
    let rows = image.rows().await;
    assert!(rows.len() >= 2, "the image and its stage: {rows:#?}");
    for item in &rows {
        row("DeleteItem", json!({ "Key": { "pk": item["pk"], "sk": item["sk"] } })).await;
    }
    image.upload().await;
    image.told().await;
    assert!(image.rows().await.is_empty());
    for item in &rows {
        row("PutItem", json!({ "Item": item })).await;
    }
    image.ready().await;
}
