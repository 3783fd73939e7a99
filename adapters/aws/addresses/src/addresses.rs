//! The addresses that the port promises.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use domain::media::ObjectKey;
use domain::ports::{Clock, Object, ObjectInfo, Objects, PortError, UploadRequest, UploadTicket};

use crate::config::{Config, ConfigError};
use crate::presign::{Request, Span, presign};

/// The longest that S3 lets an address last: seven days, in seconds.
const LONGEST: i64 = 7 * 24 * 60 * 60;

/// Hands out addresses of the objects in a bucket, and touches none of them.
///
/// As the port [`Objects`] it does for whoever only makes tickets and addresses; all else it denies.
#[derive(Clone)]
pub struct S3Addresses {
    config: Config,
    bucket_url: String,
    public_base: String,
    clock: Arc<dyn Clock>,
}

impl S3Addresses {
    /// Asks nobody: whether the bucket is there shows when an address is used.
    ///
    /// # Errors
    /// A part of the configuration is not what it should be.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        let (bucket_url, public_base) = (config.bucket_url()?, config.public_base()?.to_owned());
        Ok(Self { config, bucket_url, public_base, clock })
    }

    /// Origin of signed addresses and of tickets: what a page that uses them has to be allowed.
    pub fn origin(&self) -> &str {
        let (scheme, rest) = self.bucket_url.split_once("://").unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        &self.bucket_url[..scheme.len() + "://".len() + host.len()]
    }

    /// As [`Objects::upload_ticket`]. A ticket works as long as there is no object of its key: it works
    /// again when the object is removed before the ticket has ended.
    ///
    /// # Errors
    /// `Rejected` - it would last for more than seven days.
    pub fn ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        // S3 refuses a body that does not have this checksum, and keeps the checksum with the object. The
        // condition makes that one upload of a key wins, whatever others there are.
        let headers = vec![
            ("content-type".to_owned(), request.content_type.clone()),
            ("if-none-match".to_owned(), "*".to_owned()),
            ("x-amz-checksum-sha256".to_owned(), STANDARD.encode(request.sha256)),
        ];
        // Signed like the others, but every client says it by itself, and browsers let no program say it.
        let length = ("content-length".to_owned(), request.length.to_string());
        let signed = [headers.as_slice(), &[length]].concat();
        let url = self.signed("PUT", &request.key, &signed, request.expires_at)?;
        Ok(UploadTicket { method: "PUT", url, headers, expires_at: request.expires_at })
    }

    /// As [`Objects::url`]: an address of CloudFront, or with `valid_for` a signed one of S3.
    ///
    /// # Errors
    /// `Rejected` - it would last for more than seven days.
    pub fn address(
        &self,
        key: &ObjectKey,
        valid_for: Option<Duration>,
    ) -> Result<String, PortError> {
        match valid_for {
            None => Ok(format!("{}/{key}", self.public_base)),
            Some(valid_for) => self.signed("GET", key, &[], self.clock.now().plus(valid_for)),
        }
    }

    fn signed(
        &self,
        method: &'static str,
        key: &ObjectKey,
        headers: &[(String, String)],
        until: Timestamp,
    ) -> Result<String, PortError> {
        // What has ended already gets an address that ended then: S3 knows none that lasts no second.
        let until = until.seconds().max(1);
        let from = self.clock.now().seconds().clamp(0, until - 1);
        if until - from > LONGEST {
            let message = "an address of an object on S3 lasts for seven days at most";
            return Err(PortError::Rejected(message.to_owned()));
        }
        let url = format!("{}/{key}", self.bucket_url);
        let request = Request { method, url: &url, headers };
        let span = Span { from: from.unsigned_abs(), length: (until - from).unsigned_abs() };
        presign(&request, &span, &self.config.region, &self.config.credentials)
            .map_err(|error| PortError::backend("S3", error))
    }
}

fn denied<T>() -> Result<T, PortError> {
    let message = "only addresses of objects are given out here: what reads or writes objects has to be \
                   composed with S3Objects";
    Err(PortError::Denied(message.to_owned()))
}

#[async_trait]
impl Objects for S3Addresses {
    async fn put(&self, _: &ObjectKey, _: &[u8], _: &str) -> Result<(), PortError> {
        denied()
    }

    async fn get(&self, _: &ObjectKey) -> Result<Option<Object>, PortError> {
        denied()
    }

    async fn info(&self, _: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        denied()
    }

    async fn delete(&self, _: &ObjectKey) -> Result<(), PortError> {
        denied()
    }

    async fn keys_of(&self, _: &str, _: u32) -> Result<Vec<ObjectKey>, PortError> {
        denied()
    }

    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        self.ticket(request)
    }

    async fn url(&self, key: &ObjectKey, valid_for: Option<Duration>) -> Result<String, PortError> {
        self.address(key, valid_for)
    }
}
