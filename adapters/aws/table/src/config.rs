//! What a caller decides about the table.

use std::fmt;
use std::time::Duration;

/// Settings of a [`DynamoTable`](crate::DynamoTable).
#[derive(Clone, Debug)]
pub struct DynamoTableConfig {
    /// Its name.
    pub table: String,
    /// The region that it is in, such as `ap-northeast-2`.
    pub region: String,
    /// Who asks.
    pub credentials: Credentials,
    /// Where to ask instead of at the region's own address, without a path: an emulator.
    pub endpoint: Option<String>,
    /// An attempt that has no answer after so long is given up.
    pub attempt: Duration,
    /// A call has its answer, or `Unavailable`, after so long, whatever is tried again meanwhile.
    pub call: Duration,
}

/// Keys of a role or a user. They do not expire here: in a Lambda function they are the environment's
/// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`), which outlive the process that was
/// given them. Does not print its secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Names the key.
    pub access_key_id: String,
    /// Signs requests.
    pub secret_access_key: String,
    /// Comes with the keys of a role.
    pub session_token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let credentials = Credentials {
            access_key_id: "AKID".into(),
            secret_access_key: "hush".into(),
            session_token: Some("hush".into()),
        };
        assert_eq!(format!("{credentials:?}"), r#"Credentials { access_key_id: "AKID", .. }"#);
    }
}
