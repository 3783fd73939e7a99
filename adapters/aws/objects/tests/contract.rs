//! Objects on S3 keep the contract of their port, against MiniStack.
//!
//! It does here what S3 documents: it verifies the signatures of a user's requests and addresses with all
//! signed headers, their end, checksums, conditional writes, and the user's policy, which here is exactly
//! the one that the crate asks for. Three things it does not show. It looks at its own clock, so tickets and
//! addresses are made in its past. It answers one request at a time, so that one of several uploads wins
//! says nothing of S3's own races; that the condition is signed is proven in `aws-addresses`. And its crash
//! is not ours: reopening makes a new client.
#![allow(clippy::unwrap_used)]

mod account;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use account::{name, server, user};
use async_trait::async_trait;
use aws_objects::{Config, S3Objects};
use contract::TestClock;
use contract::objects::TestObjects;
use domain::Timestamp;
use domain::media::ObjectKey;
use domain::ports::{Objects, PortError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

struct Bucket {
    config: Config,
    clock: Arc<TestClock>,
    objects: S3Objects,
    reader: reqwest::Client,
}

/// What the crate says that it needs, and no more.
fn needed(bucket: &str) -> Value {
    let objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];
    let bucket = format!("arn:aws:s3:::{bucket}");
    json!([
        {"Effect": "Allow", "Action": objects, "Resource": format!("{bucket}/*")},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
    ])
}

async fn place(statements: impl FnOnce(&str) -> Value) -> Bucket {
    let bucket = name("objects");
    account::bucket(&bucket).await;
    let config = Config {
        credentials: user(&bucket, &statements(&bucket)).await,
        bucket,
        region: "us-east-1".into(),
        endpoint: Some(server()),
        public_url: "https://media.blog.example".into(),
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let clock = Arc::new(TestClock::at(Timestamp(i64::try_from(now).unwrap())));
    let objects = S3Objects::new(config.clone(), clock.clone()).unwrap();
    Bucket { config, clock, objects, reader: reqwest::Client::new() }
}

#[async_trait]
impl TestObjects for Bucket {
    async fn fresh() -> Self {
        place(needed).await
    }

    fn objects(&self) -> Arc<dyn Objects> {
        Arc::new(self.objects.clone())
    }

    fn clock(&self) -> Arc<TestClock> {
        self.clock.clone()
    }

    /// MiniStack's clock goes on while a test runs.
    fn shortly(&self) -> Duration {
        Duration::from_secs(30)
    }

    fn sha256(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    async fn send(&self, url: &str, headers: &[(String, String)], body: &[u8]) -> bool {
        let mut request = self.reader.put(url).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        // An altered address may be none at all.
        request.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    async fn fetch(&self, url: &str) -> Option<Vec<u8>> {
        // An address of another server is not refused by this one; nobody else is to be asked here.
        if !url.starts_with(&format!("{}/", server())) {
            return None;
        }
        let answer = self.reader.get(url).send().await.ok()?;
        if !answer.status().is_success() {
            return None;
        }
        Some(answer.bytes().await.unwrap().to_vec())
    }

    async fn reopened(self) -> Self {
        let objects = S3Objects::new(self.config.clone(), self.clock.clone()).unwrap();
        Self { objects, ..self }
    }
}

contract::objects_contract!(Bucket);

#[tokio::test]
async fn a_public_address_is_the_cdns() {
    let url = Bucket::fresh().await.objects().url(&key(), None).await.unwrap();
    assert_eq!(url, "https://media.blog.example/m1/secret/a.webp");
}

#[tokio::test]
async fn who_may_not_is_told_what_to_allow() {
    let bucket_alone = |bucket: &str| needed(bucket)[1].clone();
    let objects = place(bucket_alone).await.objects();
    for refused in [
        objects.put(&key(), b"a", "image/webp").await.err(),
        objects.get(&key()).await.err(),
        objects.info(&key()).await.err(),
        objects.delete(&key()).await.err(),
    ] {
        let message = refused.as_ref().unwrap().to_string();
        assert!(matches!(refused, Some(PortError::Denied(_))), "{refused:?}");
        assert!(message.contains("s3:PutObject"), "{message}");
    }
    assert_eq!(objects.keys_of("m1", 1).await.unwrap(), []);
}

fn key() -> ObjectKey {
    ObjectKey::parse("m1/secret/a.webp").unwrap()
}
