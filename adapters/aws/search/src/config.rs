//! What the adapter has to be told.

use std::fmt;
use std::sync::Arc;

use domain::ports::{Clock, IdSource};

/// Where the index is, and how to get at it.
#[derive(Clone)]
pub struct OpenSearchConfig {
    /// Address of the domain, `https://...`, without a path.
    pub url: String,
    /// Name of the index: lower-case letters, digits and hyphens. It is an alias; the indices behind it
    /// are numbered, and `NAME-next` stands for one that is being made.
    pub index: String,
    /// Signs requests. `None` for a node that asks for no signature.
    pub credentials: Option<Credentials>,
    /// Signatures hold the time.
    pub clock: Arc<dyn Clock>,
    /// Repetitions are spread by chance.
    pub ids: Arc<dyn IdSource>,
}

/// Credentials of a role of AWS. They are not renewed: a function's are good for as long as it lives.
#[derive(Clone)]
pub struct Credentials {
    /// Key id.
    pub access_key: String,
    /// Secret key.
    pub secret_key: String,
    /// Token of the session; roles have one, users have none.
    pub session_token: Option<String>,
    /// Region of the domain.
    pub region: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("region", &self.region).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_print() {
        let credentials = Credentials {
            access_key: "AKIDEXAMPLE".into(),
            secret_key: "hush".into(),
            session_token: Some("hush".into()),
            region: "ap-northeast-2".into(),
        };
        let printed = format!("{credentials:?}");
        assert!(printed.contains("ap-northeast-2"), "{printed}");
        assert!(!printed.contains("hush") && !printed.contains("AKID"), "{printed}");
    }
}
