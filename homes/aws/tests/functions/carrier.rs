//! The function that brings the web client, as CloudFormation asks it.

use std::fs;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::put;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{Receiver, channel};

use crate::home::{environment, get_file, make_bucket, name};
use crate::runtime::Function;

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-web");

/// CloudFormation, which hears what comes of a resource.
struct CloudFormation {
    url: String,
    heard: Receiver<Value>,
}

impl CloudFormation {
    async fn listens() -> CloudFormation {
        let (told, heard) = channel(1);
        let hear = async move |headers: HeaderMap, body: Bytes| {
            // S3 would refuse what was not signed with the address.
            assert!(!headers.contains_key("content-type"));
            told.send(serde_json::from_slice(&body).unwrap()).await.unwrap();
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/answer?signature=1", listener.local_addr().unwrap());
        let routes = Router::new().route("/answer", put(hear));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        CloudFormation { url, heard }
    }

    /// Asks, and waits for what it is told.
    async fn asks(&mut self, function: &mut Function, wish: &str, made: Option<&str>) -> Value {
        let event = json!({
            "RequestType": wish, "ResponseURL": self.url, "StackId": "arn:aws:stack", "RequestId": "1",
            "ResourceType": "Custom::WebClient", "LogicalResourceId": "Files", "PhysicalResourceId": made,
            "ResourceProperties": { "ServiceToken": "arn:aws:lambda", "client": "2" },
        });
        assert_eq!(function.invoke(event).await, Value::Null);
        self.heard.recv().await.unwrap()
    }
}

/// The program in a folder of its own, as Lambda unpacks it.
fn unpacked() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let program = folder.path().join("bootstrap");
    fs::copy(PROGRAM, &program).unwrap();
    (folder, program.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_client_comes_with_the_stack_and_goes_with_it() {
    let (folder, program) = unpacked();
    let client = folder.path().join("client");
    fs::create_dir(&client).unwrap();
    for (file, text) in [
        ("index.html", "<html>"),
        ("app-0123456789.css", "a{}"),
        ("app-0123456789.css.br", "packed"),
    ] {
        fs::write(client.join(file), text).unwrap();
    }
    let bucket = name();
    make_bucket(&bucket).await;
    let mut environment = environment("none");
    environment.insert("DEEPDIVE_WEB_BUCKET", bucket.clone());
    let mut function = Function::start(&program, &environment).await;
    let mut cloudformation = CloudFormation::listens().await;

    let told = cloudformation.asks(&mut function, "Create", None).await;
    assert_eq!((&told["Status"], &told["RequestId"]), (&json!("SUCCESS"), &json!("1")), "{told:#}");
    let page = get_file(&bucket, "index.html").await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let packed = get_file(&bucket, "app-0123456789.css.br").await;
    assert_eq!(packed.headers()["content-type"], "text/css; charset=utf-8");
    assert_eq!(packed.headers()["content-encoding"], "br");
    assert!(packed.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    assert_eq!(page.headers()["cache-control"], "no-cache");

    // Another client takes its place, and leaves the files of this one to those who have its page.
    fs::remove_file(client.join("app-0123456789.css")).unwrap();
    fs::write(client.join("index.html"), "<html lang>").unwrap();
    let made = told["PhysicalResourceId"].as_str();
    let told = cloudformation.asks(&mut function, "Update", made).await;
    assert_eq!(told["PhysicalResourceId"].as_str(), made, "the same resource");
    assert_eq!(get_file(&bucket, "index.html").await.text().await.unwrap(), "<html lang>");
    assert!(get_file(&bucket, "app-0123456789.css").await.status().is_success());

    let told = cloudformation.asks(&mut function, "Delete", made).await;
    assert_eq!(told["Status"], "SUCCESS", "{told:#}");
    assert_eq!(get_file(&bucket, "index.html").await.status().as_u16(), 404);
}

#[tokio::test]
async fn a_client_that_cannot_be_brought_fails_its_stack_with_the_reason() {
    let (folder, program) = unpacked();
    fs::create_dir(folder.path().join("client")).unwrap();
    fs::write(folder.path().join("client/index.html"), "<html>").unwrap();
    let mut environment = environment("none");
    let bucket = name();
    environment.insert("DEEPDIVE_WEB_BUCKET", bucket.clone());
    let mut function = Function::start(&program, &environment).await;
    let mut cloudformation = CloudFormation::listens().await;
    let told = cloudformation.asks(&mut function, "Create", None).await;
    assert_eq!(told["Status"], "FAILED", "{told:#}");
    assert!(told["Reason"].as_str().unwrap().contains(&bucket), "{told:#}");
}
