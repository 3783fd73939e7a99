//! Uploads that go wrong.

use std::path::{Path, PathBuf};

use deepdive_tests::{Api, Server, eventually, is_deployed, photo};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
    let url = ticket["url"].as_str().unwrap();
    // Whichever of them guards it.
    let url = url.replace("/uploads/", "/uploads/A").replace("-Signature=", "-Signature=0");
    altered["url"] = json!(url);
    assert!(api.send_ticket(&altered, bytes.clone()).await.unwrap() >= 400, "an altered ticket");

    api.send_bytes(ticket, bytes.clone()).await;
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
        api.send_bytes(&upload["ticket"], bytes).await;
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

const MEGABYTE: usize = 1024 * 1024;

/// Begins to send a ticket's request by hand, so that it can go wrong.
async fn begun(api: &Api, ticket: &Value, length: &str) -> TcpStream {
    let url = ticket["url"].as_str().unwrap();
    let url = Url::parse(&api.url).unwrap().join(url).unwrap();
    let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect((host, port)).await.unwrap();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut head = format!("PUT {}{query} HTTP/1.1\r\nhost: {host}:{port}\r\n", url.path());
    for header in ticket["headers"].as_array().unwrap() {
        let (name, value) = (header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("{length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Where objects lie, finished or not; those of a bucket are never seen before they are whole.
async fn objects(server: &Server) -> Vec<PathBuf> {
    match server.bucket().await {
        Some(keys) => keys.into_iter().map(PathBuf::from).collect(),
        None => object_files(server.data()),
    }
}

fn object_files(data: &Path) -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = vec![];
    below(&data.join("objects/contents"), &mut found);
    below(&data.join("objects/incoming"), &mut found);
    found
}

#[tokio::test]
async fn a_hundred_megabytes_are_refused_early_and_not_kept_in_memory() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Too much", "").await;
    let bytes = photo::png(320, 200);
    let upload = api.request_upload(&post, &bytes, "image/png").await;
    let ticket = &upload["ticket"];
    let before = server.memory().await;

    // Announced, it is refused before a byte of it was read.
    let announced = format!("content-length: {}", 100 * MEGABYTE);
    let mut stream = begun(&api, ticket, &announced).await;
    let mut answer = vec![0; 4096];
    let n = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..n]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");

    // Not announced, as soon as it is longer than the ticket says.
    let stream = begun(&api, ticket, "transfer-encoding: chunked").await;
    let (mut reader, mut writer) = stream.into_split();
    let heard = tokio::spawn(async move {
        let mut answer = vec![0; 4096];
        let n = reader.read(&mut answer).await.unwrap_or(0);
        String::from_utf8_lossy(&answer[..n]).into_owned()
    });
    let piece = [format!("{:x}\r\n", MEGABYTE).into_bytes(), vec![7; MEGABYTE], b"\r\n".to_vec()];
    let piece = piece.concat();
    let mut sent = 0;
    while sent < 100 && writer.write_all(&piece).await.is_ok() {
        sent += 1;
    }
    let answer = heard.await.unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(sent < 100, "all of it was taken");
    let grown = server.memory().await.grown_since(&before);
    assert!(grown < 50 * MEGABYTE, "{grown} bytes of memory");

    api.send_bytes(ticket, bytes).await;
    assert_eq!(image_stage(&api, &post).await["status"], "READY");
}

#[tokio::test]
async fn an_upload_that_breaks_off_just_before_its_end_leaves_nothing_and_can_be_sent_again() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Broken off", "").await;
    let bytes = photo::png(1600, 1200);
    let upload = api.request_upload(&post, &bytes, "image/png").await;
    let before = objects(&server).await;
    let announced = format!("content-length: {}", bytes.len());
    let mut stream = begun(&api, &upload["ticket"], &announced).await;
    stream.write_all(&bytes[..bytes.len() * 99 / 100]).await.unwrap();
    if !is_deployed() {
        eventually("the server has begun to keep it", async || {
            (objects(&server).await != before).then_some(())
        })
        .await;
    }
    drop(stream);

    eventually("nothing of it is left", async || (objects(&server).await == before).then_some(()))
        .await;
    let waits = api.post(&post["id"]).await;
    assert_eq!(Api::status(&waits, "IMAGE"), "WAITING");
    api.send_bytes(&upload["ticket"], bytes).await;
    assert_eq!(image_stage(&api, &post).await["status"], "READY");
}

#[tokio::test]
async fn a_photo_whose_exif_is_broken_is_a_picture() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Broken EXIF", "").await;
    let whole = photo::jpeg(640, 480);
    // A block of EXIF that points behind its own end.
    let exif = b"Exif\0\0II*\0\xff\xff\xff\x7f\x01\0garbage";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let bytes = [&whole[..2], &[0xff, 0xe1], &length, exif, &whole[2..]].concat();
    let upload = api.request_upload(&post, &bytes, "image/jpeg").await;
    api.send_bytes(&upload["ticket"], bytes).await;
    assert_eq!(image_stage(&api, &post).await["status"], "READY");
}

#[tokio::test]
async fn an_animation_of_five_hundred_frames_stays_one_and_is_never_unpacked_as_a_whole() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Moving", "").await;
    let bytes = photo::animation(400, 300, 500);
    let upload = api.request_upload(&post, &bytes, "image/gif").await;
    let before = server.memory().await;
    api.send_bytes(&upload["ticket"], bytes).await;
    let stage = image_stage(&api, &post).await;
    assert_eq!(stage["status"], "READY", "{stage:#}");
    // Unpacked, its frames are 240 MB.
    let grown = server.memory().await.grown_since(&before);
    assert!(grown < 100 * MEGABYTE, "{grown} bytes of memory");

    let asked = "query($id: ID!) { node(id: $id) { ... on Asset { variants { width url } } } }";
    let asset = api.data(asked, json!({ "id": upload["asset"]["id"] })).await["node"].clone();
    let variants = asset["variants"].as_array().unwrap();
    assert!(!variants.is_empty(), "{asset:#}");
    for variant in variants {
        let (status, webp) = api.get(variant["url"].as_str().unwrap()).await;
        assert_eq!(status, 200, "{variant:#}");
        let frames = webp.windows(4).filter(|chunk| chunk == b"ANMF").count();
        assert_eq!(frames, 500, "{variant:#}");
    }
}
