//! The port to the object store.

use std::time::Duration;

use crate::Timestamp;
use crate::media::ObjectKey;
use crate::ports::PortError;

/// An object, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Media type as given when it was put.
    pub content_type: String,
}

/// An object without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Bytes.
    pub length: u64,
    /// Media type as given when it was put.
    pub content_type: String,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
}

/// What one upload may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRequest {
    /// Where it goes.
    pub key: ObjectKey,
    /// Exact length in bytes.
    pub length: u64,
    /// Exact media type.
    pub content_type: String,
    /// SHA-256 that the bytes must have.
    pub sha256: [u8; 32],
    /// No upload may begin after this.
    pub expires_at: Timestamp,
}

/// A request that a client sends as it is to upload an object.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadTicket {
    /// `PUT`.
    pub method: &'static str,
    /// Absolute, or a path on the server that answers GraphQL. Whoever holds it may upload once.
    pub url: String,
    /// Headers to send with it, names in lower case.
    pub headers: Vec<(String, String)>,
    /// No upload may begin after this.
    pub expires_at: Timestamp,
}

/// Keeps objects by key.
///
/// Implementations: `FolderObjects` (embedded), `S3Objects` (AWS).
#[async_trait::async_trait]
pub trait Objects: Send + Sync {
    /// Stores an object. Atomic and durable: once this returns the object survives a crash, and a
    /// reader sees the old object or the new one, never a part. Idempotent.
    async fn put(&self, key: &ObjectKey, bytes: &[u8], content_type: &str)
    -> Result<(), PortError>;

    /// Reads an object whole.
    async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, PortError>;

    /// Reads what is known of an object.
    async fn info(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError>;

    /// Removes an object; removing what is not there is no error.
    async fn delete(&self, key: &ObjectKey) -> Result<(), PortError>;

    /// Keys that lie below an owner, the first part of a key: at most `limit` of them, in byte order,
    /// and none only when none are left. For removing all of them: a caller that deletes what it was
    /// told, and asks again until nothing is told, leaves nothing that was put before it began.
    async fn keys_of(&self, owner: &str, limit: u32) -> Result<Vec<ObjectKey>, PortError>;

    /// Makes a ticket for one upload: fixed key, length, type and checksum, usable once.
    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError>;

    /// The address under which readers get an object. With `valid_for` it is signed and ends; without
    /// it, it is lasting and public.
    async fn url(&self, key: &ObjectKey, valid_for: Option<Duration>) -> Result<String, PortError>;
}
