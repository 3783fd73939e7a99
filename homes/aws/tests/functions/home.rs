//! What the stack would tell a function, over the servers of the tests.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_table::{Credentials, DynamoTable, DynamoTableConfig};
use domain::account::key_hash;
use domain::ports::{Accounts, Clock};
use embedded_system::SystemClock;
use serde_json::{Value, json};
use store::Blog;
use tokio::sync::OnceCell;

/// Of the account's own key, which MiniStack does not verify.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=test/20261129/us-east-1/s3/aws4_request, \
                         SignedHeaders=host, Signature=none";

/// The token of the owner's invitation.
pub const SET_UP: &str = "a-set-up-token-of-the-tests";

/// Address of a server.
fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: `cargo xtask test --aws` sets it"))
}

/// A name that nobody else uses.
pub fn name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("http-{now}-{}", NUMBER.fetch_add(1, Ordering::SeqCst))
}

/// What the stack would tell the function.
pub fn environment(table: &str) -> HashMap<&'static str, String> {
    HashMap::from([
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "the-secret".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", server("DEEPDIVE_DYNAMODB_URL")),
        ("AWS_ENDPOINT_URL_S3", server("DEEPDIVE_AWS_URL")),
        ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", server("DEEPDIVE_AWS_URL")),
        ("DEEPDIVE_TABLE", table.to_owned()),
        ("DEEPDIVE_BUCKET", "blog-media".to_owned()),
        ("DEEPDIVE_MEDIA_URL", "https://blog.example/media".to_owned()),
        ("DEEPDIVE_WEB_BUCKET", "no-client-yet".to_owned()),
        ("DEEPDIVE_USER_POOL", "us-east-1_nobody".to_owned()),
        ("DEEPDIVE_USER_POOL_CLIENT", "nobody".to_owned()),
        ("DEEPDIVE_PUBLIC_URL", "https://blog.example".to_owned()),
        ("DEEPDIVE_SOCKET_URL", "wss://sockets.blog.example".to_owned()),
        ("DEEPDIVE_SEARCH_URL", server("DEEPDIVE_OPENSEARCH_URL")),
        ("DEEPDIVE_SEARCH_INDEX", table.to_owned()),
    ])
}

/// Settings of a table.
pub fn table_at(table: &str) -> DynamoTableConfig {
    DynamoTableConfig {
        table: table.to_owned(),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "tests"),
        endpoint: Some(server("DEEPDIVE_DYNAMODB_URL")),
        attempt: Duration::from_secs(30),
        call: Duration::from_secs(60),
    }
}

/// A blog in a table of a new name, that waits for its owner.
pub async fn blog() -> (Blog, String) {
    let table = name();
    let config = table_at(&table);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let made = Arc::new(DynamoTable::new(&config, clock.clone()));
    made.create().await.unwrap();
    let blog = Blog::open(made, clock, "epoch").await.unwrap();
    blog.offer_set_up(&key_hash(SET_UP)).await.unwrap();
    (blog, table)
}

/// A user pool as the stack makes it, and its client. One will do for all tests: ids of users are nobody else's.
pub async fn pool() -> &'static [String; 2] {
    static POOL: OnceCell<[String; 2]> = OnceCell::const_new();
    POOL.get_or_init(async || {
        let policy = json!({ "MinimumLength": 6, "RequireUppercase": false, "RequireLowercase": false,
            "RequireNumbers": false, "RequireSymbols": false });
        let pool = json!({ "PoolName": "tests", "Policies": { "PasswordPolicy": policy } });
        let pool = cognito("CreateUserPool", &pool).await["UserPool"]["Id"].clone();
        let client = json!({ "UserPoolId": pool, "ClientName": "tests",
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
            "PreventUserExistenceErrors": "ENABLED" });
        let client = cognito("CreateUserPoolClient", &client).await;
        let client = client["UserPoolClient"]["ClientId"].clone();
        [pool, client].map(|id| id.as_str().unwrap().to_owned())
    })
    .await
}

async fn cognito(operation: &str, input: &Value) -> Value {
    let request = reqwest::Client::new()
        .post(server("DEEPDIVE_AWS_URL"))
        .header("authorization", SIGNATURE.replace("/s3/", "/cognito-idp/"))
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"));
    let answer = request.body(input.to_string()).send().await.unwrap();
    assert!(answer.status().is_success(), "{operation}: {}", answer.status());
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// A bucket for the web client.
pub async fn make_bucket(bucket: &str) {
    put(bucket, "").await;
}

/// A file of a web client that is deployed.
pub async fn put_file(bucket: &str, name: &str, text: &str) {
    put(&format!("{bucket}/{name}"), text).await;
}

async fn put(path: &str, text: &str) {
    let url = format!("{}/{path}", server("DEEPDIVE_AWS_URL"));
    let request = reqwest::Client::new().put(url).header("authorization", SIGNATURE);
    let answer = request.body(text.to_owned()).send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
}

/// A file of a web client, as S3 has it.
pub async fn get_file(bucket: &str, name: &str) -> reqwest::Response {
    let url = format!("{}/{bucket}/{name}", server("DEEPDIVE_AWS_URL"));
    reqwest::Client::new().get(url).header("authorization", SIGNATURE).send().await.unwrap()
}
