//! The port, as S3 keeps it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_addresses::{Config, ConfigError, S3Addresses};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::media::ObjectKey;
use domain::ports::{Clock, Object, ObjectInfo, Objects, PortError, UploadRequest, UploadTicket};
use sha2::{Digest, Sha256};

use crate::client::client;
use crate::error::{Place, broken_read, port_error};

/// Reading the bytes of an object takes so long at most.
const READ: Duration = Duration::from_secs(120);
/// What S3 says with an object to whoever loads it, by CloudFront or by a signed address: a key names its content.
/// It says so with objects alone: CloudFront, asked to, would say it with refusals too.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// What S3 lists at once.
const PAGE: u32 = 1000;

/// Objects in a bucket.
///
/// A put is one request, which S3 does whole or not at all, and whoever asks afterwards sees it. With each
/// object S3 keeps its SHA-256, which it has compared when the object came and which is compared again
/// whenever it is read.
#[derive(Clone)]
pub struct S3Objects {
    client: Client,
    place: Place,
    addresses: S3Addresses,
}

impl S3Objects {
    /// Connects when it is first asked.
    ///
    /// # Errors
    /// A part of the configuration is not what it should be.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let addresses = S3Addresses::new(config.clone(), clock)?;
        let Config { bucket, region, credentials, endpoint, .. } = config;
        let client = client(&region, &credentials, endpoint.as_deref());
        Ok(Self { client, place: Place { bucket, region }, addresses })
    }

    /// One page of the keys below a prefix that come after one, and whether there are more.
    async fn page(
        &self,
        prefix: &str,
        after: Option<String>,
        size: u32,
    ) -> Result<(Vec<String>, bool), PortError> {
        let page = self
            .client
            .list_objects_v2()
            .bucket(&self.place.bucket)
            .prefix(prefix)
            .set_start_after(after)
            .max_keys(i32::try_from(size).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| port_error(error, &self.place))?;
        let more = page.is_truncated == Some(true);
        let keys = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        Ok((keys.collect(), more))
    }
}

#[async_trait]
impl Objects for S3Objects {
    async fn put(
        &self,
        key: &ObjectKey,
        bytes: &[u8],
        content_type: &str,
    ) -> Result<(), PortError> {
        self.client
            .put_object()
            .bucket(&self.place.bucket)
            .key(key.as_str())
            .content_type(content_type)
            .cache_control(FOREVER)
            .checksum_sha256(STANDARD.encode(Sha256::digest(bytes)))
            .body(ByteStream::from(bytes.to_vec()))
            .send()
            .await
            .map_err(|error| port_error(error, &self.place))?;
        Ok(())
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, PortError> {
        let asked = self
            .client
            .get_object()
            .bucket(&self.place.bucket)
            .key(key.as_str())
            .checksum_mode(ChecksumMode::Enabled)
            .send();
        let Some(found) = absent_is_none(asked.await).map_err(|e| port_error(e, &self.place))?
        else {
            return Ok(None);
        };
        let bytes = match tokio::time::timeout(READ, found.body.collect()).await {
            Ok(Ok(bytes)) => bytes.to_vec(),
            Ok(Err(error)) => return Err(broken_read(error, || named(key))),
            Err(_late) => return Err(PortError::Unavailable("S3")),
        };
        let content_type = found.content_type.ok_or_else(|| corrupt(key, "type"))?;
        Ok(Some(Object { bytes, content_type }))
    }

    async fn info(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        let asked = self
            .client
            .head_object()
            .bucket(&self.place.bucket)
            .key(key.as_str())
            .checksum_mode(ChecksumMode::Enabled)
            .send();
        let Some(found) = absent_is_none(asked.await).map_err(|e| port_error(e, &self.place))?
        else {
            return Ok(None);
        };
        let length = found.content_length.and_then(|length| u64::try_from(length).ok());
        let sha256 = found.checksum_sha256.and_then(|text| STANDARD.decode(text).ok());
        Ok(Some(ObjectInfo {
            length: length.ok_or_else(|| corrupt(key, "length"))?,
            content_type: found.content_type.ok_or_else(|| corrupt(key, "type"))?,
            // Absent only where somebody else put the object.
            sha256: sha256
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(|| corrupt(key, "sha256"))?,
        }))
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.client
            .delete_object()
            .bucket(&self.place.bucket)
            .key(key.as_str())
            .send()
            .await
            .map_err(|error| port_error(error, &self.place))?;
        Ok(())
    }

    async fn keys_of(&self, owner: &str, limit: u32) -> Result<Vec<ObjectKey>, PortError> {
        let prefix = format!("{owner}/");
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut keys, mut after) = (Vec::new(), None);
        while keys.len() < wanted {
            let left = u32::try_from(wanted - keys.len()).unwrap_or(limit);
            let (page, more) = self.page(&prefix, after, left.min(PAGE)).await?;
            after = page.last().cloned();
            // What is no key of ours was put by somebody else, and is theirs to remove.
            keys.extend(page.iter().filter_map(|key| ObjectKey::parse(key).ok()));
            if !more || after.is_none() {
                break;
            }
        }
        Ok(keys)
    }

    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        self.addresses.ticket(request)
    }

    async fn url(&self, key: &ObjectKey, valid_for: Option<Duration>) -> Result<String, PortError> {
        self.addresses.address(key, valid_for)
    }
}

/// GET says that a key is absent by one code, HEAD, whose answers have no body, by another, which stands for
/// an absent bucket too.
fn absent_is_none<T, E, R>(answer: Result<T, SdkError<E, R>>) -> Result<Option<T>, SdkError<E, R>>
where
    E: ProvideErrorMetadata,
{
    let code = |error: &SdkError<E, R>| {
        error.as_service_error().and_then(ProvideErrorMetadata::code).map(str::to_owned)
    };
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(code(&error).as_deref(), Some("NoSuchKey" | "NotFound")) => Ok(None),
        Err(error) => Err(error),
    }
}

fn corrupt(key: &ObjectKey, field: &'static str) -> PortError {
    PortError::Corrupt { table: "object", field, id: named(key) }
}

/// Names an object in an error by its owner alone: who holds the whole key may read it.
fn named(key: &ObjectKey) -> String {
    format!("{key:?}")
}
