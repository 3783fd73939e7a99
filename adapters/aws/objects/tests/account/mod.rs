//! An account of AWS that MiniStack keeps, with what a test makes in it.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_credential_types::Credentials;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// Where MiniStack answers.
pub fn server() -> String {
    std::env::var("DEEPDIVE_AWS_URL").unwrap_or_else(|_| {
        panic!("these tests need MiniStack: `cargo xtask test --aws` starts it and sets DEEPDIVE_AWS_URL")
    })
}

/// A name of its own for each test.
pub fn name(of: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{of}-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The key that MiniStack takes for the account's own and never verifies: it only prepares the tests.
fn signed(request: reqwest::RequestBuilder, service: &str) -> reqwest::RequestBuilder {
    let signature = format!(
        "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=none"
    );
    request.header("authorization", signature)
}

/// Makes a bucket.
pub async fn bucket(name: &str) {
    let request = reqwest::Client::new().put(format!("{}/{name}", server()));
    let made = signed(request, "s3").send().await.unwrap();
    assert!(made.status().is_success(), "{name}: {}", made.status());
}

/// A user who may do what these statements allow. Signatures of users are verified.
pub async fn user(name: &str, statements: &Value) -> Credentials {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    iam(&[("Action", "CreateUser"), ("UserName", name)]).await;
    let policy = [("PolicyName", "tests"), ("PolicyDocument", policy.as_str())];
    iam(&[&[("Action", "PutUserPolicy"), ("UserName", name)], &policy[..]].concat()).await;
    let key = iam(&[("Action", "CreateAccessKey"), ("UserName", name)]).await;
    let part = |name: &str| {
        let after = key.split_once(&format!("<{name}>")).unwrap().1;
        after.split_once('<').unwrap().0.to_owned()
    };
    Credentials::new(part("AccessKeyId"), part("SecretAccessKey"), None, None, "tests")
}

async fn iam(parameters: &[(&str, &str)]) -> String {
    ask("iam", "2010-05-08", parameters).await
}

/// Asks a service of the query protocol, in a version of its API, and gives what it says.
pub async fn ask(service: &str, version: &str, parameters: &[(&str, &str)]) -> String {
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut body = format!("Version={}", encoded(version));
    for (name, value) in parameters {
        body += &format!("&{name}={}", encoded(value));
    }
    let request = signed(reqwest::Client::new().post(server()), service)
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(body).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{parameters:?}: {text}");
    text
}
