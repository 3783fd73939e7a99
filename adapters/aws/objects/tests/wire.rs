//! What is asked of S3, and what callers are told when it does not do that. A server that says given answers
//! in turn stands in for S3: no emulator throttles, or damages bytes.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use aws_objects::{Config, Credentials, S3Objects};
use contract::{ClosedPort, TestClock};
use domain::media::ObjectKey;
use domain::ports::{Objects, PortError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One answer: status, headers, body.
type Answer = (u16, &'static str, &'static str);

const ABSENT: Answer = (404, "", "<Error><Code>NoSuchKey</Code></Error>");
const BUSY: Answer = (503, "", "<Error><Code>SlowDown</Code></Error>");

fn objects(url: String) -> S3Objects {
    let config = Config {
        bucket: "blog-media".into(),
        region: "eu-central-1".into(),
        credentials: Credentials::new("AKID", "the-secret", None, None, "tests"),
        endpoint: Some(url),
        public_url: "https://media.blog.example".into(),
    };
    S3Objects::new(config, Arc::new(TestClock::default())).unwrap()
}

/// Answers one connection each, and then tells the requests' heads.
async fn saying(answers: Vec<Answer>) -> (S3Objects, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heads = tokio::spawn(async move {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            heads.push(request(&mut stream).await);
            let (status, headers, body) = answer;
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n"
            );
            // A client that has what it wants may be gone.
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
        heads
    });
    (objects(url), heads)
}

/// Reads a request whole, and gives its head.
async fn request(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return head.to_owned();
            }
        }
        if stream.read_buf(&mut read).await.unwrap() == 0 {
            return text;
        }
    }
}

fn key() -> ObjectKey {
    ObjectKey::parse("m1/the-bits/a.webp").unwrap()
}

/// The failure of one get, which S3 answers so.
async fn failure(answer: Answer) -> PortError {
    let (objects, _) = saying(vec![answer]).await;
    objects.get(&key()).await.unwrap_err()
}

#[track_caller]
fn denied(error: &PortError, remedy: &str) {
    let message = error.to_string();
    assert!(matches!(error, PortError::Denied(_)), "{error:?}");
    assert!(message.contains(remedy), "{message}");
    assert!(!message.contains("the-bits") && !message.contains("the-secret"), "{message}");
}

#[tokio::test]
async fn a_busy_s3_is_asked_again_a_few_times() {
    let (objects, heads) = saying(vec![BUSY, BUSY, ABSENT]).await;
    assert_eq!(objects.get(&key()).await.unwrap(), None);
    assert_eq!(heads.await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_s3_that_stays_busy_is_unavailable() {
    let (objects, heads) = saying(vec![BUSY; 4]).await;
    let error = objects.put(&key(), b"bytes", "image/webp").await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable("S3")) && error.retryable(), "{error:?}");
    assert_eq!(heads.await.unwrap().len(), 4);
}

#[tokio::test]
async fn an_s3_that_cannot_be_reached_is_unavailable() {
    let port = ClosedPort::take();
    let error = objects(port.url()).delete(&key()).await.unwrap_err();
    assert!(matches!(error, PortError::Unavailable("S3")), "{error:?}");
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    denied(&failure((403, "", "<Error><Code>AccessDenied</Code></Error>")).await, "s3:ListBucket");
    denied(&failure((404, "", "<Error><Code>NoSuchBucket</Code></Error>")).await, "blog-media");
    denied(
        &failure((301, "", "<Error><Code>PermanentRedirect</Code></Error>")).await,
        "eu-central-1",
    );
    denied(
        &failure((403, "", "<Error><Code>InvalidAccessKeyId</Code></Error>")).await,
        "credentials",
    );
    denied(&failure((400, "", "<Error><Code>ExpiredToken</Code></Error>")).await, "credentials");
}

/// Answers to HEAD have no body that could say more.
#[tokio::test]
async fn what_is_known_of_an_object_may_be_absent_or_forbidden_too() {
    let (objects, _) = saying(vec![(404, "", "")]).await;
    assert_eq!(objects.info(&key()).await.unwrap(), None);
    let (objects, _) = saying(vec![(403, "", "")]).await;
    denied(&objects.info(&key()).await.unwrap_err(), "s3:ListBucket");
}

#[tokio::test]
async fn a_put_sends_the_checksum_that_s3_compares() {
    let (objects, heads) = saying(vec![(200, "", "")]).await;
    objects.put(&key(), b"bytes", "image/webp").await.unwrap();
    let heads = heads.await.unwrap();
    let lines: Vec<&str> = heads[0].lines().collect();
    assert!(lines[0].starts_with("PUT /blog-media/m1/the-bits/a.webp"), "{}", lines[0]);
    for line in [
        "content-type: image/webp",
        "content-length: 5",
        "x-amz-checksum-sha256: J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk=",
    ] {
        assert!(lines.contains(&line), "{line} is not in {lines:?}");
    }
}

#[tokio::test]
async fn bytes_that_came_out_otherwise_than_they_went_in_are_no_object() {
    let error = failure((400, "", "<Error><Code>BadDigest</Code></Error>")).await;
    assert!(matches!(error, PortError::Backend { adapter: "S3", .. }), "{error:?}");
}

#[tokio::test]
async fn damaged_bytes_are_an_error_that_does_not_tell_the_secret() {
    const HEADERS: &str = "content-type: image/webp\r\n\
        x-amz-checksum-sha256: J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk=\r\n\
        x-amz-checksum-type: FULL_OBJECT\r\n";
    let (objects, _) = saying(vec![(200, HEADERS, "bytes")]).await;
    assert_eq!(objects.get(&key()).await.unwrap().unwrap().bytes, b"bytes");
    let error = failure((200, HEADERS, "bytez")).await;
    assert!(
        matches!(error, PortError::Corrupt { table: "object", field: "bytes", .. }),
        "{error:?}"
    );
    assert!(!error.to_string().contains("the-bits"), "{error}");
}

/// As somebody else may put one by hand.
#[tokio::test]
async fn an_object_without_a_checksum_is_damaged() {
    let (objects, _) = saying(vec![(200, "content-type: image/webp\r\n", "")]).await;
    let error = objects.info(&key()).await.unwrap_err();
    assert!(matches!(error, PortError::Corrupt { field: "sha256", .. }), "{error:?}");
}

#[tokio::test]
async fn keys_are_listed_page_by_page_without_those_that_are_not_ours() {
    const FIRST: &str = "<ListBucketResult><IsTruncated>true</IsTruncated>\
        <Contents><Key>m1/a/Strange.txt</Key></Contents>\
        <Contents><Key>m1/b/a.webp</Key></Contents></ListBucketResult>";
    const SECOND: &str = "<ListBucketResult><IsTruncated>false</IsTruncated>\
        <Contents><Key>m1/c/a.webp</Key></Contents></ListBucketResult>";
    let (objects, heads) = saying(vec![(200, "", FIRST), (200, "", SECOND)]).await;
    let keys = objects.keys_of("m1", 2).await.unwrap();
    let keys: Vec<&str> = keys.iter().map(ObjectKey::as_str).collect();
    assert_eq!(keys, ["m1/b/a.webp", "m1/c/a.webp"]);
    let heads = heads.await.unwrap();
    assert!(heads[0].contains("prefix=m1%2F") && heads[0].contains("max-keys=2"), "{}", heads[0]);
    assert!(heads[1].contains("start-after=m1%2Fb%2Fa.webp"), "{}", heads[1]);
    assert!(heads[1].contains("max-keys=1"), "{}", heads[1]);
}

#[tokio::test]
async fn no_keys_are_asked_for_when_none_are_wanted() {
    let (objects, _) = saying(vec![]).await;
    assert_eq!(objects.keys_of("m1", 0).await.unwrap(), []);
}
