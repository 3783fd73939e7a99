//! What goes wrong between here and OpenSearch.

use std::error::Error;
use std::time::Duration;

use domain::ports::PortError;
use http::StatusCode;
use serde_json::Value;

/// The adapter's name in errors.
const NAME: &str = "search index";

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("opensearch cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    #[error("opensearch did not answer within {0:?}")]
    TooSlow(Duration),
    #[error("opensearch is busy or starting (status {0})")]
    Busy(StatusCode),
    #[error("opensearch lets nobody in under these credentials (status {0})")]
    Forbidden(StatusCode),
    #[error("opensearch refused with status {status}: {kind}: {reason}")]
    Refused { status: StatusCode, kind: String, reason: String },
    #[error("opensearch's answer lacks {0}")]
    Unreadable(&'static str),
    #[error("the request cannot be made")]
    Unmade(#[source] Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// What a status other than success says, with the reason from the answer's body.
    pub(crate) fn of(status: StatusCode, error: &Value) -> Failure {
        match status.as_u16() {
            // A full disk is no question of rights, though it says so.
            401 | 403 if error["type"] != "cluster_block_exception" => Failure::Forbidden(status),
            _ if busy(status) => Failure::Busy(status),
            _ => {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let reason = error["root_cause"][0].get("reason").unwrap_or(&error["reason"]);
                Failure::Refused { status, kind: text(&error["type"]), reason: text(reason) }
            }
        }
    }

    /// Whether the same request may succeed in a moment.
    pub(crate) fn passing(&self) -> bool {
        matches!(self, Failure::Unreachable(_) | Failure::Busy(_))
    }
}

/// Whether it is too much, or not yet there.
pub(crate) fn busy(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502..=504)
}

impl From<Failure> for PortError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable(_) | Failure::TooSlow(_) | Failure::Busy(_) => {
                tracing::debug!(error = %failure, cause = ?failure.source(), "opensearch is unavailable");
                PortError::Unavailable(NAME)
            }
            Failure::Forbidden(status) => PortError::Denied(format!(
                "OpenSearch lets nobody in under these credentials (status {}): allow their role \
                 es:ESHttpGet, ESHttpHead, ESHttpPost, ESHttpPut and ESHttpDelete in the domain's access \
                 policy; with fine-grained access control, also map it to a role of the domain",
                status.as_u16()
            )),
            other => PortError::backend(NAME, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_status_becomes_what_the_caller_can_do() {
        let port = |status: u16| {
            let error = json!({ "type": "kind", "reason": "why" });
            PortError::from(Failure::of(StatusCode::from_u16(status).unwrap(), &error))
        };
        for status in [429, 502, 503, 504] {
            assert!(matches!(port(status), PortError::Unavailable(_)), "{status}");
        }
        for status in [401, 403] {
            let PortError::Denied(advice) = port(status) else { panic!("{status}") };
            assert!(advice.contains("ESHttpPost") && advice.contains(&status.to_string()));
        }
        let full = json!({ "type": "cluster_block_exception", "reason": "read-only" });
        let full = PortError::from(Failure::of(StatusCode::FORBIDDEN, &full));
        assert!(matches!(full, PortError::Backend { .. }), "{full:?}");
        let PortError::Backend { source, .. } = port(400) else { panic!("400") };
        assert_eq!(source.to_string(), "opensearch refused with status 400 Bad Request: kind: why");
    }
}
