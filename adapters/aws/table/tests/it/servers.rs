//! A table of its own for each test, in the servers that `cargo xtask test --aws` starts.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_table::{Credentials, DynamoTableConfig};

/// Who speaks DynamoDB's protocol.
#[derive(Clone, Copy, Debug)]
pub enum Server {
    /// AWS's own, for tests.
    DynamoDbLocal,
    /// What stands in for AWS, with the blog's functions and all.
    MiniStack,
    /// Somebody else's, over SQLite.
    Dynoxide,
}

impl Server {
    /// Where it is.
    pub fn url(self) -> String {
        let variable = match self {
            Server::DynamoDbLocal => "DEEPDIVE_DYNAMODB_URL",
            Server::MiniStack => "DEEPDIVE_AWS_URL",
            Server::Dynoxide => "DEEPDIVE_DYNOXIDE_URL",
        };
        std::env::var(variable)
            .unwrap_or_else(|_| panic!("{variable} is not set: `cargo xtask test --aws` sets it"))
    }
}

/// Settings for a table of a new name in DynamoDB Local.
pub fn config() -> DynamoTableConfig {
    config_at(Server::DynamoDbLocal.url())
}

/// Settings for a table of a new name, at an address.
pub fn config_at(url: String) -> DynamoTableConfig {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let number = TABLES.fetch_add(1, Ordering::SeqCst);
    DynamoTableConfig {
        table: format!("test-{now}-{number}"),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "tests"),
        endpoint: Some(url),
        // An unoptimised client with 16 MB in an answer is slow.
        attempt: Duration::from_secs(60),
        call: Duration::from_secs(120),
    }
}
