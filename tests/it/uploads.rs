//! Uploads that go wrong.

use deepdive_tests::{Api, Server, eventually, photo};
use serde_json::{Value, json};

async fn image_stage(api: &Api, post: &Value) -> Value {
    eventually("the image's stage ends", async || {
        let post = api.post(&post["id"]).await;
        let stages = post["stages"].as_array()?.clone();
        let image = stages.into_iter().find(|stage| stage["kind"] == "IMAGE")?;
        ["READY", "FAILED"].contains(&image["status"].as_str()?).then_some(image)
    })
    .await
}

#[tokio::test]
async fn a_ticket_works_once_and_only_for_its_bytes() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Tickets", "").await;
    let bytes = photo::png(320, 200);
    let upload = api.request_upload(&post, &bytes, "image/png").await;
    let ticket = &upload["ticket"];

    let mut other = bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(api.send_ticket(ticket, other).await.unwrap() >= 400, "other bytes");
    let longer = [bytes.clone(), vec![0]].concat();
    assert!(api.send_ticket(ticket, longer).await.unwrap() >= 400, "more bytes");
    let mut altered = ticket.clone();
    altered["url"] = json!(ticket["url"].as_str().unwrap().replace("/uploads/", "/uploads/A"));
    assert!(api.send_ticket(&altered, bytes.clone()).await.unwrap() >= 400, "an altered ticket");

    assert_eq!(api.send_ticket(ticket, bytes.clone()).await.unwrap(), 204);
    assert!(api.send_ticket(ticket, bytes).await.unwrap() >= 400, "a used ticket");
    assert_eq!(image_stage(&api, &post).await["status"], "READY");
}

#[tokio::test]
async fn what_is_no_usable_image_fails_with_its_reason() {
    let (_server, api) = Server::with_author().await;
    let mut truncated = photo::jpeg(800, 600);
    truncated.truncate(truncated.len() / 2);
    for (bytes, content_type) in [
        (b"just some text, named .png".to_vec(), "image/png"),
        (truncated, "image/jpeg"),
        (bomb(), "image/png"),
    ] {
        let post = api.create("Broken", "").await;
        let upload = api.request_upload(&post, &bytes, content_type).await;
        assert_eq!(api.send_ticket(&upload["ticket"], bytes).await.unwrap(), 204);
        let stage = image_stage(&api, &post).await;
        assert_eq!(stage["status"], "FAILED");
        assert!(!stage["failure"]["message"].as_str().unwrap().is_empty());
    }
}

/// A PNG that says it has 40,000 pixels a side.
fn bomb() -> Vec<u8> {
    let mut png = photo::png(16, 16);
    png[16..20].copy_from_slice(&40_000u32.to_be_bytes());
    png[20..24].copy_from_slice(&40_000u32.to_be_bytes());
    let crc = png[12..29].iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    });
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[tokio::test]
async fn an_upload_that_breaks_no_rule_is_refused_by_the_first_one_it_breaks() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Rules", "").await;
    let input = |field: &str, value: Value| {
        let mut input = json!({
            "postId": post["id"], "filename": "a.png", "contentType": "image/png",
            "length": 100, "sha256": "0".repeat(64),
        });
        input[field] = value;
        input
    };
    for (field, value) in [
        ("contentType", json!("text/html")),
        ("length", json!(100 * 1024 * 1024)),
        ("length", json!(0)),
        ("sha256", json!("xyz")),
        ("filename", json!("")),
    ] {
        let refused = api.mutate("requestUpload", input(field, value)).await;
        assert_eq!(refused["code"], "INVALID_INPUT", "{field}: {refused:#}");
        assert_eq!(refused["path"], json!(["input", field]));
    }
    let nobody = api.guest().mutate("requestUpload", input("length", json!(100))).await;
    assert_eq!(nobody["code"], "UNAUTHENTICATED");
}
