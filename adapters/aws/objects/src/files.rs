//! Files that were made with a release, under names of their own, in a bucket that holds nothing else.

use std::time::Duration;

use aws_addresses::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, Delete, ObjectIdentifier};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ports::PortError;
use sha2::{Digest, Sha256};

use crate::client::client;
use crate::error::{Place, broken_read, port_error};

/// Reading the bytes of a file takes so long at most.
const READ: Duration = Duration::from_secs(20);

/// Where the files are, and as whom they are reached. The caller says all of it.
#[derive(Clone, Debug)]
pub struct FilesConfig {
    /// The bucket's name.
    pub bucket: String,
    /// The region in which it is.
    pub region: String,
    /// As whom S3 is asked.
    pub credentials: Credentials,
    /// Where S3 answers, if not at Amazon's own address of the region.
    pub endpoint: Option<String>,
}

/// A file that is put.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// Its key in the bucket.
    pub name: &'a str,
    /// What it is, as HTTP says it.
    pub content_type: &'a str,
    /// How its bytes are compressed, as HTTP says it.
    pub encoding: Option<&'a str>,
    /// How long who loads it may keep it, as HTTP says it.
    pub cache_control: &'a str,
    /// As they are sent.
    pub bytes: Vec<u8>,
}

/// The files of a bucket.
#[derive(Clone)]
pub struct S3Files {
    client: Client,
    place: Place,
}

impl S3Files {
    /// Connects when it is first asked.
    pub fn new(config: FilesConfig) -> Self {
        let FilesConfig { bucket, region, credentials, endpoint } = config;
        let client = client(&region, &credentials, endpoint.as_deref());
        S3Files { client, place: Place { bucket, region } }
    }

    /// Puts a file, whole or not at all, in the place of one of that name.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`, `Backend`.
    pub async fn put(&self, file: File<'_>) -> Result<(), PortError> {
        self.client
            .put_object()
            .bucket(&self.place.bucket)
            .key(file.name)
            .content_type(file.content_type)
            .cache_control(file.cache_control)
            .set_content_encoding(file.encoding.map(str::to_owned))
            .checksum_sha256(STANDARD.encode(Sha256::digest(&file.bytes)))
            .body(ByteStream::from(file.bytes))
            .send()
            .await
            .map_err(|error| port_error(error, &self.place))?;
        Ok(())
    }

    /// Reads a file; `None` when there is none.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`, `Corrupt` (the bytes are not those that were put), `Backend`.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PortError> {
        let asked = self
            .client
            .get_object()
            .bucket(&self.place.bucket)
            .key(name)
            .checksum_mode(ChecksumMode::Enabled)
            .send();
        let found = match asked.await {
            Ok(found) => found,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(port_error(error, &self.place)),
        };
        match tokio::time::timeout(READ, found.body.collect()).await {
            Ok(Ok(bytes)) => Ok(Some(bytes.to_vec())),
            Ok(Err(error)) => Err(broken_read(error, || name.to_owned())),
            Err(_late) => Err(PortError::Unavailable("S3")),
        }
    }

    /// Removes all files. Whoever puts one meanwhile may find it gone.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`, `Backend` - some may be removed then; it can be asked again.
    pub async fn clear(&self) -> Result<(), PortError> {
        loop {
            let listed = self.client.list_objects_v2().bucket(&self.place.bucket).send().await;
            let listed = listed.map_err(|error| port_error(error, &self.place))?;
            let found = listed.contents.unwrap_or_default();
            if found.is_empty() {
                return Ok(());
            }
            let found = found.into_iter().filter_map(|object| object.key);
            let found = found
                .map(|key| ObjectIdentifier::builder().key(key).build())
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| PortError::backend("S3", error))?;
            let those = Delete::builder().set_objects(Some(found)).quiet(true).build();
            let those = those.map_err(|error| PortError::backend("S3", error))?;
            let removed =
                self.client.delete_objects().bucket(&self.place.bucket).delete(those).send().await;
            let removed = removed.map_err(|error| port_error(error, &self.place))?;
            if let Some(kept) = removed.errors.unwrap_or_default().first() {
                let (name, why) = (kept.key().unwrap_or_default(), kept.code().unwrap_or_default());
                return Err(PortError::Denied(format!("S3 does not remove {name}: {why}")));
            }
        }
    }
}

fn is_absent<R>(error: &SdkError<GetObjectError, R>) -> bool {
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    matches!(code, Some("NoSuchKey"))
}
