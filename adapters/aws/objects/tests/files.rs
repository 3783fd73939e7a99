//! Files of a release in a bucket, against MiniStack.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "some of it is for the contract")]
mod account;

use account::server;
use aws_objects::{Credentials, File, FilesConfig, S3Files};

/// A bucket of its own, reached as the account's own key, which MiniStack does not verify.
async fn files(bucket: &str) -> S3Files {
    account::bucket(bucket).await;
    S3Files::new(FilesConfig { bucket: bucket.to_owned(), ..config() })
}

fn config() -> FilesConfig {
    FilesConfig {
        bucket: "there-is-none".to_owned(),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "tests"),
        endpoint: Some(server()),
    }
}

fn file<'a>(name: &'a str, text: &str) -> File<'a> {
    let content_type = "text/css; charset=utf-8";
    File { name, content_type, encoding: None, cache_control: "no-cache", bytes: text.into() }
}

#[tokio::test]
async fn a_file_is_what_was_put_last_under_its_name() {
    let files = files(&format!("files-{}-a", std::process::id())).await;
    assert_eq!(files.get("app.css").await.unwrap(), None);
    for text in ["a{}", "b{}"] {
        files.put(file("app.css", text)).await.unwrap();
        assert_eq!(files.get("app.css").await.unwrap().as_deref(), Some(text.as_bytes()));
    }
    let packed = File { encoding: Some("br"), ..file("app.css.br", "packed") };
    files.put(packed).await.unwrap();
    assert_eq!(files.get("app.css.br").await.unwrap().as_deref(), Some(&b"packed"[..]));
}

#[tokio::test]
async fn what_is_cleared_is_empty_however_often() {
    let files = files(&format!("files-{}-b", std::process::id())).await;
    for number in 0..3 {
        files.put(file(&format!("app-{number}.css"), "a{}")).await.unwrap();
    }
    for _ in 0..2 {
        files.clear().await.unwrap();
        assert_eq!(files.get("app-1.css").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_named() {
    let error = S3Files::new(config()).put(file("app.css", "a{}")).await.unwrap_err();
    assert!(error.to_string().contains("there-is-none"), "{error}");
}
