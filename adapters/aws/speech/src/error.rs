//! What Polly and S3 answer when they do not do what they were asked, by what a caller can do about it.

use std::error::Error;

use aws_sdk_polly::config::http::HttpResponse;
use aws_sdk_polly::error::{ProvideErrorMetadata, SdkError};
use domain::ports::PortError;

use crate::config::Config;
use crate::folder::FOLDER;

pub(crate) const POLLY: &str = "Polly";
const S3: &str = "S3";

/// Where an answer came from, its code and its HTTP status, unless there was none.
fn answered<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<(String, u16)> {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            None
        }
        _ => {
            let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
            let status = error.raw_response().map_or(0, |response| response.status().as_u16());
            Some((code.unwrap_or_default().to_owned(), status))
        }
    }
}

/// What went wrong with a task of `voice`, or one that is there already. The SDK has tried again already where
/// that can help.
pub(crate) fn of_polly<E>(
    error: SdkError<E, HttpResponse>,
    config: &Config,
    voice: Option<&str>,
) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let Some((code, status)) = answered(&error) else { return PortError::Unavailable(POLLY) };
    let Config { region, bucket, topic, .. } = config;
    match (code.as_str(), voice) {
        ("ThrottlingException" | "ServiceFailureException" | "LimitExceededException", _) => {
            PortError::Unavailable(POLLY)
        }
        _ if status == 429 || status >= 500 => PortError::Unavailable(POLLY),
        ("TextLengthExceededException", _) => PortError::Rejected(
            "a section of the post is longer than Polly speaks: divide it".into(),
        ),
        ("InvalidSsmlException", _) => PortError::Rejected(
            "Polly cannot read a section of the post: look for odd characters in it".into(),
        ),
        (
            "EngineNotSupportedException" | "LanguageNotSupportedException" | "ValidationException",
            Some(voice),
        ) => PortError::Denied(format!(
            "Polly has no neural voice {voice} in {region}: configure one that it has there"
        )),
        ("InvalidS3BucketException" | "InvalidS3KeyException", _) => PortError::Denied(format!(
            "Polly cannot write to {FOLDER} of the bucket {bucket}: configure one of the region {region} and \
             allow s3:PutObject in it"
        )),
        ("InvalidSnsTopicArnException", _) => PortError::Denied(format!(
            "Polly cannot tell the topic {topic}: configure one of the region {region} and allow sns:Publish"
        )),
        ("AccessDeniedException", _) => PortError::Denied(format!(
            "Polly is not allowed: allow polly:StartSpeechSynthesisTask and polly:GetSpeechSynthesisTask, \
             s3:PutObject in {FOLDER} of {bucket}, and sns:Publish to {topic}"
        )),
        _ if status == 401 || status == 403 => PortError::Denied(format!(
            "Polly does not accept the credentials ({code}): give valid ones"
        )),
        _ => PortError::backend(POLLY, error),
    }
}

/// What went wrong with what Polly made; none when it is not there.
pub(crate) fn of_s3<E>(error: SdkError<E, HttpResponse>, config: &Config) -> Option<PortError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let Some((code, status)) = answered(&error) else { return Some(PortError::Unavailable(S3)) };
    let bucket = &config.bucket;
    Some(match (code.as_str(), status) {
        ("NoSuchKey", _) => return None,
        ("SlowDown" | "RequestTimeout", _) | (_, 429 | 500..) => PortError::Unavailable(S3),
        ("NoSuchBucket", _) => PortError::Denied(format!(
            "there is no bucket {bucket}: configure the one in which Polly puts what it made"
        )),
        (_, 401 | 403) => PortError::Denied(format!(
            "what Polly made may not be read ({code}): allow s3:GetObject and s3:DeleteObject in {FOLDER} of \
             {bucket}, and s3:ListBucket on it"
        )),
        _ => PortError::backend(S3, error),
    })
}
