//! A table of its own for each test, in the DynamoDB Local that `cargo xtask test --aws` starts.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_table::{Credentials, DynamoTableConfig};

const VARIABLE: &str = "DEEPDIVE_DYNAMODB_URL";

/// Settings for a table of a new name.
pub fn config() -> DynamoTableConfig {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let endpoint = std::env::var(VARIABLE)
        .unwrap_or_else(|_| panic!("{VARIABLE} is not set: `cargo xtask test --aws` sets it"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let number = TABLES.fetch_add(1, Ordering::SeqCst);
    DynamoTableConfig {
        table: format!("test-{now}-{number}"),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("test", "test", None, None, "tests"),
        endpoint: Some(endpoint),
        // An unoptimised client with 16 MB in an answer is slow.
        attempt: Duration::from_secs(60),
        call: Duration::from_secs(120),
    }
}
