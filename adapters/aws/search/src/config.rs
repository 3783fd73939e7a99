//! What the adapter has to be told.

use std::fmt;
use std::sync::Arc;

use aws_credential_types::Credentials;
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
    pub signing: Option<Signing>,
    /// Signatures hold the time.
    pub clock: Arc<dyn Clock>,
    /// Repetitions are spread by chance.
    pub ids: Arc<dyn IdSource>,
}

/// As whom requests are signed. Does not print its credentials.
#[derive(Clone)]
pub struct Signing {
    /// Those of a role. They are not renewed: a function's are good for as long as it lives.
    pub credentials: Credentials,
    /// Region of the domain.
    pub region: String,
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing").field("region", &self.region).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_print() {
        let token = Some("hush".to_owned());
        let credentials = Credentials::new("AKIDEXAMPLE", "hush", token, None, "tests");
        let signing = Signing { credentials, region: "ap-northeast-2".into() };
        let printed = format!("{signing:?}");
        assert!(printed.contains("ap-northeast-2"), "{printed}");
        assert!(!printed.contains("hush") && !printed.contains("AKID"), "{printed}");
    }
}
