//! Signature Version 4 in the query of an address.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningError,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;

/// What the holder of an address may ask for.
pub(crate) struct Request<'a> {
    /// `GET` or `PUT`.
    pub method: &'static str,
    /// Absolute.
    pub url: &'a str,
    /// Headers that it must have, exactly so; names in lower case. The host is one anyway.
    pub headers: &'a [(String, String)],
}

/// When it may.
pub(crate) struct Span {
    /// Seconds since 1970.
    pub from: u64,
    /// Seconds; S3 takes 1 to 604,800.
    pub length: u64,
}

/// Why a request cannot be signed.
#[derive(Debug, thiserror::Error)]
#[error("a request to S3 cannot be signed")]
pub(crate) enum PresignError {
    /// A parameter is missing.
    Parameters(#[from] v4::signing_params::BuildError),
    /// A header or the address cannot be sent.
    Signing(#[from] SigningError),
    /// As `Signing`.
    Address(#[from] http::Error),
}

/// Signs a request, and gives the address that carries the signature.
pub(crate) fn presign(
    request: &Request<'_>,
    span: &Span,
    region: &str,
    credentials: &Credentials,
) -> Result<String, PresignError> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(span.length));
    // S3 compares paths as they are sent.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;

    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(span.from))
        .settings(settings)
        .build()?
        .into();
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    // The body is not there yet: what it must be, the headers say.
    let body = SignableBody::UnsignedPayload;
    let signable = SignableRequest::new(request.method, request.url, headers, body)?;
    let (instructions, _signature) = sign(signable, &parameters)?.into_parts();
    let mut signed = http::Request::builder().uri(request.url).body(())?;
    instructions.apply_to_request_http1x(&mut signed);
    Ok(signed.uri().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The example of Amazon's page "Authenticating Requests: Using Query Parameters".
    #[test]
    fn the_published_example_is_signed_as_published() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "example");
        let url = "https://examplebucket.s3.amazonaws.com/test.txt";
        let request = Request { method: "GET", url, headers: &[] };
        // 2013-05-24T00:00:00Z, for a day.
        let span = Span { from: 1_369_353_600, length: 86_400 };
        let signed = presign(&request, &span, "us-east-1", &credentials).unwrap();
        let (address, query) = signed.split_once('?').unwrap();
        assert_eq!(address, url);
        let expected = [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            "X-Amz-Date=20130524T000000Z",
            "X-Amz-Expires=86400",
            "X-Amz-SignedHeaders=host",
            "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        ];
        assert_eq!(query.split('&').collect::<Vec<_>>(), expected);
    }
}
