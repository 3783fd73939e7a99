//! Changes of posts, many in one request: each has its own outcome, inside an answer that says 200.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use crate::client::Client;
use crate::error::Failure;

/// A change that OpenSearch had no room for is sent again so often.
const ATTEMPTS: u32 = 4;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Written, or a higher version is there already. In the index of this name.
    Settled(String),
    /// There is no index behind the name.
    Nowhere,
}

/// Adds a change to the lines of a request. A lower version than the one that is there changes nothing.
pub(crate) fn push(lines: &mut Vec<u8>, alias: &str, post: &str, version: u64, entry: &Value) {
    let action = json!({ "index": {
        "_index": alias,
        "_id": post,
        "version": version,
        "version_type": "external_gte",
        // Or an index would be made that knows nothing of Korean.
        "require_alias": true,
    } });
    lines.extend_from_slice(action.to_string().as_bytes());
    lines.push(b'\n');
    lines.extend_from_slice(entry.to_string().as_bytes());
    lines.push(b'\n');
}

/// Sends changes, and waits until they are seen where that is asked for.
pub(crate) async fn send(
    client: &Client,
    lines: Bytes,
    seen: bool,
) -> Result<Vec<Outcome>, Failure> {
    let path = if seen { "_bulk?refresh=wait_for" } else { "_bulk" };
    for attempt in 1.. {
        let answer = client.lines(path, lines.clone()).await?.ok()?;
        let items = answer["items"].as_array().ok_or(Failure::Unreadable("outcomes"))?;
        match items.iter().map(outcome).collect() {
            Err(busy @ Failure::Busy(_)) if attempt == ATTEMPTS => return Err(busy),
            Err(Failure::Busy(_)) => client.wait(attempt).await,
            outcomes => return outcomes,
        }
    }
    Err(Failure::Unreadable("outcomes"))
}

fn outcome(item: &Value) -> Result<Outcome, Failure> {
    let item = &item["index"];
    let status = item["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or(Failure::Unreadable("an outcome"))?;
    match status {
        StatusCode::NOT_FOUND => Ok(Outcome::Nowhere),
        status if status.is_success() || status == StatusCode::CONFLICT => {
            Ok(Outcome::Settled(item["_index"].as_str().unwrap_or_default().to_owned()))
        }
        status => Err(Failure::of(status, &item["error"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(status: u16) -> Value {
        let error = json!({ "type": "kind", "reason": "why" });
        json!({ "index": { "_index": "posts-1", "status": status, "error": error } })
    }

    #[test]
    fn a_late_change_is_settled_and_a_refused_one_is_not() {
        let settled = Outcome::Settled("posts-1".into());
        for status in [200, 201, 409] {
            assert_eq!(outcome(&item(status)).unwrap(), settled, "{status}");
        }
        assert_eq!(outcome(&item(404)).unwrap(), Outcome::Nowhere);
        assert!(matches!(outcome(&item(429)), Err(Failure::Busy(_))));
        assert!(matches!(outcome(&item(400)), Err(Failure::Refused { .. })));
        assert!(matches!(outcome(&json!({})), Err(Failure::Unreadable(_))));
    }
}
