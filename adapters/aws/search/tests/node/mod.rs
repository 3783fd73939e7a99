//! The one node that all tests share, and a name on it for each.

use std::env;
use std::sync::Arc;
use std::time::SystemTime;

use aws_search::OpenSearchConfig;
use contract::{TestClock, TestIds};
use domain::ports::IdSource;

/// A name that no test before had, of this run or of another.
pub fn fresh_name() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let seed = now.as_nanos() as u64 ^ u64::from(std::process::id());
    format!("test-{:032x}", TestIds::seeded(seed).secret())
}

/// The node that `cargo xtask test --aws` starts.
pub fn config(index: &str) -> OpenSearchConfig {
    let url = env::var("DEEPDIVE_OPENSEARCH_URL").expect(
        "this test needs an OpenSearch node in DEEPDIVE_OPENSEARCH_URL: `cargo xtask test --aws` starts \
         one and sets it",
    );
    OpenSearchConfig {
        url,
        index: index.to_owned(),
        signing: None,
        clock: Arc::new(TestClock::default()),
        ids: Arc::new(TestIds::seeded(1)),
    }
}
