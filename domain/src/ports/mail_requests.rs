//! The port that remembers who is to get which mail.

use crate::mail::{LinkRecord, MailPurpose, MailRequest};
use crate::ports::PortError;

/// Requests for mails, and the one-time links that were sent for them.
#[async_trait::async_trait]
pub trait MailRequests: Send + Sync {
    /// Stores a request in place of an older one for the same purpose and address, whose links end with
    /// that. One write, whoever the address belongs to.
    async fn ask(&self, request: &MailRequest) -> Result<(), PortError>;

    /// Requests that have not ended, in any order: at most `limit`, in one query.
    async fn requests(&self, limit: u32) -> Result<Vec<MailRequest>, PortError>;

    /// The present request for a purpose and an address.
    async fn request(
        &self,
        purpose: MailPurpose,
        email: &str,
    ) -> Result<Option<MailRequest>, PortError>;

    /// Replaces a request, or removes it; false, and nothing changes, when it is not `old` any more.
    async fn change_request(
        &self,
        old: &MailRequest,
        new: Option<&MailRequest>,
    ) -> Result<bool, PortError>;

    /// Stores what is known of a link.
    async fn add_link(&self, link: &LinkRecord) -> Result<(), PortError>;

    /// By hash. Ended ones are not seen.
    async fn link(&self, hash: &str) -> Result<Option<LinkRecord>, PortError>;

    /// Uses a link up, and with it all links of its request. True for exactly one of several that try;
    /// false for all when the request was replaced.
    async fn use_up(&self, link: &LinkRecord) -> Result<bool, PortError>;
}
