//! The account in which the blog is deployed, for who may do anything in it.

use deepdive_tests::Api;
use serde_json::{Value, json};

use crate::told;

/// How Cognito calls its protocol.
const COGNITO: &str = "AWSCognitoIdentityProviderService";

/// Asks a service of AWS that speaks JSON; `target` is an operation such as `DynamoDB_20120810.ListTables`.
pub async fn ask(service: &str, target: &str, body: Value) -> Value {
    let url = told("DEEPDIVE_BLOG_URL");
    let (aws, _) = url.split_once("/_aws/").expect("an address of MiniStack");
    // MiniStack takes this key for the account's own, and never verifies it.
    let signature = format!(
        "AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=none"
    );
    let request = Api::new(&url, None).http().post(aws).header("authorization", signature);
    let version = if target.starts_with(COGNITO) { "1.1" } else { "1.0" };
    let content_type = format!("application/x-amz-json-{version}");
    let request = request.header("x-amz-target", target).header("content-type", content_type);
    let answer = request.body(body.to_string()).send().await.expect("an answer");
    let (status, text) = (answer.status(), answer.text().await.expect("an answer"));
    assert!(status.is_success(), "{target} {body}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// Asks DynamoDB about a row of the blog's table, by an operation such as `GetItem`.
pub async fn row(operation: &str, mut body: Value) -> Value {
    body["TableName"] = told("DEEPDIVE_BLOG_TABLE").into();
    ask("dynamodb", &format!("DynamoDB_20120810.{operation}"), body).await
}

/// Asks Cognito about a user of the blog's pool, by an operation such as `AdminGetUser`.
pub async fn user(operation: &str, id: &str) -> Value {
    let body = json!({ "UserPoolId": told("DEEPDIVE_BLOG_POOL"), "Username": id });
    ask("cognito-idp", &format!("{COGNITO}.{operation}"), body).await
}

/// What lies in the queue of what a worker could not do; `worker` is a name such as `Search`.
pub async fn given_up(worker: &str) -> Vec<String> {
    let queues = ask("sqs", "AmazonSQS.ListQueues", json!({})).await;
    let queue = named(&queues["QueueUrls"], &format!("Deepdive-{worker}Failed"));
    // Others look too: it stays where it is.
    let body = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0 });
    let messages = ask("sqs", "AmazonSQS.ReceiveMessage", body).await;
    let bodies = messages["Messages"].as_array().into_iter().flatten();
    bodies.filter_map(|message| message["Body"].as_str().map(str::to_owned)).collect()
}

/// The name among these in which a part is.
fn named(names: &Value, part: &str) -> String {
    let mut all = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    let found = all.find(|name| name.contains(part));
    found.unwrap_or_else(|| panic!("no {part}: {names:#}")).to_owned()
}
