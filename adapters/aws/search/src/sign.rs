//! Signatures of requests, as AWS wants them (SigV4, service `es`).

use std::time::{Duration, UNIX_EPOCH};

use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use domain::Timestamp;
use http::Method;

use crate::config::Signing;
use crate::error::Failure;

const SERVICE: &str = "es";

/// The headers that sign a request: its method, its whole address, and its body.
pub(crate) fn headers(
    signing: &Signing,
    now: Timestamp,
    method: &Method,
    url: &str,
    body: &[u8],
) -> Result<Vec<(String, String)>, Failure> {
    let identity = signing.credentials.clone().into();
    let mut settings = SigningSettings::default();
    // A domain does not ask for it, but a collection without servers does.
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let milliseconds = u64::try_from(now.0).unwrap_or_default();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&signing.region)
        .name(SERVICE)
        .time(UNIX_EPOCH + Duration::from_millis(milliseconds))
        .settings(settings)
        .build()
        .map_err(unmade)?
        .into();
    let request =
        SignableRequest::new(method.as_str(), url, std::iter::empty(), SignableBody::Bytes(body))
            .map_err(unmade)?;
    let (instructions, _) = sign(request, &parameters).map_err(unmade)?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn unmade(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::Unmade(error.into())
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    #[test]
    fn a_signature_names_the_service_the_day_and_the_body() {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let token = Some("token".to_owned());
        let signing = Signing {
            credentials: Credentials::new("AKIDEXAMPLE", secret, token, None, "example"),
            region: "ap-northeast-2".into(),
        };
        let signed = |now: i64, body: &[u8]| {
            let url = "https://search-blog.ap-northeast-2.es.amazonaws.com/posts/_search";
            headers(&signing, Timestamp(now), &Method::POST, url, body).unwrap()
        };
        let value = |headers: &[(String, String)], name: &str| {
            headers.iter().find(|(own, _)| own == name).unwrap().1.clone()
        };
        let first = signed(1_795_435_200_000, b"{}");
        let authorization = value(&first, "authorization");
        let scope = "Credential=AKIDEXAMPLE/20261123/ap-northeast-2/es/aws4_request";
        assert!(authorization.contains(scope), "{authorization}");
        assert!(authorization.contains("x-amz-security-token"), "{authorization}");
        assert_eq!(value(&first, "x-amz-date"), "20261123T120000Z");
        let of_braces = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(value(&first, "x-amz-content-sha256"), of_braces);
        assert_eq!(signed(1_795_435_200_000, b"{}"), first);
        assert_ne!(value(&signed(1_795_435_200_000, b"[]"), "authorization"), authorization);
        assert_ne!(value(&signed(1_795_435_260_000, b"{}"), "authorization"), authorization);
    }
}
