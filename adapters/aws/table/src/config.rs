//! What a caller decides about the table.

use std::time::Duration;

use aws_credential_types::Credentials;

/// Settings of a [`DynamoTable`](crate::DynamoTable).
#[derive(Clone, Debug)]
pub struct DynamoTableConfig {
    /// Its name.
    pub table: String,
    /// The region that it is in, such as `ap-northeast-2`.
    pub region: String,
    /// Who asks. They are not renewed: in a Lambda function they are the environment's, which outlive the
    /// process that was given them.
    pub credentials: Credentials,
    /// Where to ask instead of at the region's own address, without a path: an emulator.
    pub endpoint: Option<String>,
    /// An attempt that has no answer after so long is given up.
    pub attempt: Duration,
    /// A call has its answer, or `Unavailable`, after so long, whatever is tried again meanwhile.
    pub call: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let token = Some("hush".to_owned());
        let config = DynamoTableConfig {
            table: "blog".to_owned(),
            region: "ap-northeast-2".to_owned(),
            credentials: Credentials::new("AKID", "hush", token, None, "tests"),
            endpoint: None,
            attempt: Duration::from_secs(1),
            call: Duration::from_secs(1),
        };
        let printed = format!("{config:?}");
        assert!(printed.contains("AKID") && !printed.contains("hush"), "{printed}");
    }
}
