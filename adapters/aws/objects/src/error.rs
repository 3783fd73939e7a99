//! What S3 answers when it does not do what it was asked, by what a caller can do about it.

use std::error::Error;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use domain::ports::PortError;

const S3: &str = "S3";

/// What an operator has to know to mend what is wrong with a bucket.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) bucket: String,
    pub(crate) region: String,
}

/// What went wrong, to a caller of the port. The SDK has tried again already where that can help.
pub(crate) fn port_error<E>(error: SdkError<E, HttpResponse>, place: &Place) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            return PortError::Unavailable(S3);
        }
        _ => {}
    }
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    match (code, status) {
        // Where an answer has no body (HEAD), the status is all there is.
        ("SlowDown" | "RequestTimeout", _) | (_, 429 | 500..=599) => PortError::Unavailable(S3),
        ("OperationAborted" | "ConditionalRequestConflict", _) => PortError::Conflict,
        ("EntityTooLarge", _) => {
            PortError::Rejected("the object is larger than S3 takes at once".to_owned())
        }
        (code, 301 | 403)
        | (code @ ("NoSuchBucket" | "ExpiredToken" | "InvalidToken"), _)
        | (code @ "AuthorizationHeaderMalformed", _) => PortError::Denied(remedy(code, place)),
        _ => PortError::backend(S3, error),
    }
}

/// A read that broke off, or bytes that are not those that were put.
pub(crate) fn broken_read(
    error: aws_sdk_s3::primitives::ByteStreamError,
    id: impl FnOnce() -> String,
) -> PortError {
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(source) = cause {
        if source.is::<aws_smithy_checksums::body::validate::Error>() {
            return PortError::Corrupt { table: "object", field: "bytes", id: id() };
        }
        cause = source.source();
    }
    PortError::Unavailable(S3)
}

fn remedy(code: &str, place: &Place) -> String {
    let Place { bucket, region } = place;
    match code {
        "NoSuchBucket" => {
            format!("there is no bucket {bucket}: deploy it, or name the one there is")
        }
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => {
            format!("the bucket {bucket} is not in {region}: configure the region in which it is")
        }
        "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken" => {
            format!("S3 does not accept the credentials ({code}): give valid ones")
        }
        "RequestTimeTooSkewed" => "S3 finds this machine's clock wrong: set it".to_owned(),
        _ => format!(
            "S3 forbids the bucket {bucket}: allow s3:GetObject, s3:PutObject and s3:DeleteObject on its \
             objects, and s3:ListBucket on it"
        ),
    }
}
