//! The account in which the blog is deployed, for who may do anything in it.

use deepdive_tests::Api;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::told;

/// How Cognito calls its protocol.
const COGNITO: &str = "AWSCognitoIdentityProviderService";

/// Asks a service of AWS that speaks JSON; `target` is an operation such as `DynamoDB_20120810.ListTables`.
pub async fn ask(service: &str, target: &str, body: Value) -> Value {
    let version = if target.starts_with(COGNITO) { "1.1" } else { "1.0" };
    let content_type = format!("application/x-amz-json-{version}");
    let request = signed(Method::POST, "", service).header("x-amz-target", target);
    let request = request.header("content-type", content_type).body(body.to_string());
    answer(request, &format!("{target} {body}")).await
}

/// Invokes a function of the blog, such as `Image`, and waits for its answer.
pub async fn invoke(function: &str, event: Value) -> Value {
    const FUNCTIONS: &str = "/2015-03-31/functions";
    let all = answer(signed(Method::GET, &format!("{FUNCTIONS}/"), "lambda"), "functions").await;
    let names = all["Functions"].as_array().into_iter().flatten();
    let names = names.map(|function| function["FunctionName"].clone()).collect();
    let name = named(&Value::Array(names), &format!("Deepdive-{function}Function"));
    let path = format!("{FUNCTIONS}/{name}/invocations");
    let request = signed(Method::POST, &path, "lambda").body(event.to_string());
    let response = request.send().await.expect("an answer");
    let failed = response.headers().contains_key("x-amz-function-error");
    let text = response.text().await.expect("an answer");
    assert!(!failed, "{function} {event}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A request to a service of AWS, as the account's own key.
fn signed(method: Method, path: &str, service: &str) -> RequestBuilder {
    let url = told("DEEPDIVE_BLOG_URL");
    let (aws, _) = url.split_once("/_aws/").expect("an address of MiniStack");
    // MiniStack takes this key for the account's own, and never verifies it.
    let signature = format!(
        "AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=none"
    );
    let http = Api::new(&url, None);
    http.http().request(method, format!("{aws}{path}")).header("authorization", signature)
}

async fn answer(request: RequestBuilder, what: &str) -> Value {
    let answer = request.send().await.expect("an answer");
    let (status, text) = (answer.status(), answer.text().await.expect("an answer"));
    assert!(status.is_success(), "{what}: {text}");
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
