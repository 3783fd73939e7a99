//! What Bedrock answers when it does not do what it was asked, by what a caller can do about it.

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::ConverseError;
use domain::ports::PortError;

use crate::config::Config;

pub(crate) const BEDROCK: &str = "Bedrock";

/// What went wrong, to a caller of the port. The SDK has tried again already where that can help.
pub(crate) fn port_error(
    error: SdkError<ConverseError, HttpResponse>,
    config: &Config,
) -> PortError {
    match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            return PortError::Unavailable(BEDROCK);
        }
        _ => {}
    }
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let Config { model, region, .. } = config;
    match (code, status) {
        ("ModelErrorException" | "ModelNotReadyException" | "ModelTimeoutException", _)
        | ("ThrottlingException", _)
        | (_, 429 | 500..=599) => PortError::Unavailable(BEDROCK),
        ("AccessDeniedException", _) => PortError::Denied(format!(
            "Bedrock forbids the model {model} in {region}: allow bedrock:InvokeModel on it and on its \
             inference profile, and ask for access to the model"
        )),
        (
            "UnrecognizedClientException" | "ExpiredTokenException" | "InvalidSignatureException",
            _,
        )
        | (_, 401 | 403) => PortError::Denied(format!(
            "Bedrock does not accept the credentials ({code}): give valid ones"
        )),
        ("ResourceNotFoundException", _) => PortError::Denied(format!(
            "Bedrock has no model {model} in {region}: configure one that it has"
        )),
        // The same for every post, so it is the model's id or what it can do.
        ("ValidationException", _) => PortError::Denied(format!(
            "Bedrock does not take the request for the model {model}: configure an inference profile of a \
             model that knows structured output"
        )),
        _ => PortError::backend(BEDROCK, error),
    }
}
