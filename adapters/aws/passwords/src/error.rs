//! What Cognito answers when it does not do what it was asked, by what a caller can do about it.

use std::error::Error;

use aws_sdk_cognitoidentityprovider::config::http::HttpResponse;
use aws_sdk_cognitoidentityprovider::error::{ProvideErrorMetadata, SdkError};
use domain::ports::PortError;

use crate::config::Config;

pub(crate) const COGNITO: &str = "Cognito";

/// What went wrong. The SDK has tried again already where that can help. None of it tells a password: the SDK
/// keeps what was sent out of its errors.
pub(crate) fn port_error<E>(error: SdkError<E, HttpResponse>, config: &Config) -> PortError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            return PortError::Unavailable(COGNITO);
        }
        _ => {}
    }
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let Config { pool, client, region, .. } = config;
    match (code, status) {
        ("TooManyRequestsException" | "ThrottlingException" | "LimitExceededException", _)
        | ("InternalErrorException", _)
        | (_, 429 | 500..=599) => PortError::Unavailable(COGNITO),
        ("ResourceNotFoundException", _) => PortError::Denied(format!(
            "Cognito has no user pool {pool} with the app client {client} in {region}: deploy the stacks again"
        )),
        ("InvalidPasswordException" | "PasswordHistoryPolicyViolationException", _) => {
            PortError::Denied(format!(
                "the policy of the user pool {pool} refuses passwords that the blog takes: set it as the stack \
                 has it, to 6 characters of any kind and no history"
            ))
        }
        ("InvalidParameterException", _) => PortError::Denied(format!(
            "the app client {client} of the user pool {pool} does not let ADMIN_USER_PASSWORD_AUTH in, or has a \
             secret: set it as the stack has it"
        )),
        ("AccessDeniedException", _) => PortError::Denied(format!(
            "Cognito is not allowed: allow cognito-idp:AdminInitiateAuth, cognito-idp:AdminSetUserPassword and \
             cognito-idp:AdminCreateUser on the user pool {pool}"
        )),
        (_, 401 | 403) | ("UnrecognizedClientException" | "ExpiredTokenException", _) => {
            PortError::Denied(format!(
                "Cognito does not accept the credentials ({code}): give valid ones"
            ))
        }
        _ => PortError::backend(COGNITO, error),
    }
}
