//! What exactly an address lets its holder do, read from the address as S3 reads it.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use aws_addresses::{Config, Credentials, S3Addresses};
use contract::TestClock;
use domain::ports::{Clock, Objects, PortError, UploadRequest};
use domain::{Secret, Timestamp, media::ObjectKey};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// 2026-11-23T12:00:00.500Z.
const NOW: Timestamp = Timestamp(1_795_435_200_500);

fn addresses(token: Option<&str>) -> S3Addresses {
    let config = Config {
        bucket: "blog-media".into(),
        region: "ap-northeast-2".into(),
        credentials: Credentials::new("AKID", SECRET, token.map(str::to_owned), None, "test"),
        endpoint: None,
        public_url: "https://media.blog.example".into(),
    };
    S3Addresses::new(config, Arc::new(TestClock::at(NOW))).unwrap()
}

fn key() -> ObjectKey {
    ObjectKey::new("m1", &Secret::from_bits(1), "original", "webp").unwrap()
}

fn request(expires_at: Timestamp) -> UploadRequest {
    UploadRequest {
        key: key(),
        length: 11,
        content_type: "image/webp".into(),
        sha256: Sha256::digest(b"eleven ... ").into(),
        expires_at,
    }
}

/// The parts of a signed address, its query in order and decoded.
struct Signed {
    host: String,
    path: String,
    query: Vec<(String, String)>,
}

impl Signed {
    fn of(url: &str) -> Self {
        let (address, query) = url.split_once('?').unwrap();
        let (host, path) = address.strip_prefix("https://").unwrap().split_once('/').unwrap();
        let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let query = query.split('&').map(|pair| pair.split_once('=').unwrap());
        let query = query.map(|(name, value)| (decoded(name), decoded(value))).collect();
        Self { host: host.to_owned(), path: format!("/{path}"), query }
    }

    fn value(&self, name: &str) -> &str {
        &self.query.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// The canonical request that S3 makes of a request to this address that has these headers, by the text
    /// of Signature Version 4 and not by the library that signed.
    fn canonical(&self, method: &str, headers: &[(&str, &str)]) -> String {
        let encoded = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                        char::from(byte).to_string()
                    }
                    _ => format!("%{byte:02X}"),
                })
                .collect()
        };
        let named = self.query.iter().filter(|(name, _)| name != "X-Amz-Signature");
        let mut query: Vec<String> =
            named.map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        query.sort();
        let names = self.value("X-Amz-SignedHeaders");
        let mut lines = String::new();
        for name in names.split(';') {
            let value = headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            lines += &format!("{name}:{}\n", value.unwrap_or(&self.host));
        }
        let Self { path, .. } = self;
        format!("{method}\n{path}\n{}\n{lines}\n{names}\nUNSIGNED-PAYLOAD", query.join("&"))
    }

    /// Whether S3 would take the signature for one of this canonical request.
    fn admits(&self, canonical: &str) -> bool {
        let scope = self.value("X-Amz-Credential").strip_prefix("AKID/").unwrap();
        let hash = hex(&Sha256::digest(canonical));
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{hash}", self.value("X-Amz-Date"));
        let mut secret = format!("AWS4{SECRET}").into_bytes();
        for part in scope.split('/') {
            secret = mac(&secret, part);
        }
        hex(&mac(&secret, &text)) == self.value("X-Amz-Signature")
    }
}

fn mac(secret: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_ticket_signs_length_type_checksum_and_that_it_is_the_first() {
    let expires_at = NOW.plus(Duration::from_secs(900));
    let ticket = addresses(None).upload_ticket(&request(expires_at)).await.unwrap();
    assert_eq!((ticket.method, ticket.expires_at), ("PUT", expires_at));
    let headers: Vec<(&str, &str)> =
        ticket.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let checksum = headers[2].1;
    assert_eq!(headers[..2], [("content-type", "image/webp"), ("if-none-match", "*")]);
    assert_eq!(headers[2].0, "x-amz-checksum-sha256");

    let signed = Signed::of(&ticket.url);
    assert_eq!(signed.host, "blog-media.s3.ap-northeast-2.amazonaws.com");
    assert_eq!(signed.path, format!("/{}", key()));
    assert_eq!(signed.value("X-Amz-Expires"), "900");
    let with = |length: &str, kind: &str, first: &str, checksum: &str| {
        let headers = [
            ("content-length", length),
            ("content-type", kind),
            ("if-none-match", first),
            ("x-amz-checksum-sha256", checksum),
        ];
        signed.canonical("PUT", &headers)
    };
    let canonical = with("11", "image/webp", "*", checksum);
    let expected = format!(
        "PUT\n/{}\n\
         X-Amz-Algorithm=AWS4-HMAC-SHA256&\
         X-Amz-Credential=AKID%2F20261123%2Fap-northeast-2%2Fs3%2Faws4_request&\
         X-Amz-Date=20261123T120000Z&X-Amz-Expires=900&\
         X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost%3Bif-none-match%3Bx-amz-checksum-sha256\n\
         content-length:11\ncontent-type:image/webp\nhost:{}\nif-none-match:*\n\
         x-amz-checksum-sha256:{checksum}\n\n\
         content-length;content-type;host;if-none-match;x-amz-checksum-sha256\nUNSIGNED-PAYLOAD",
        key(),
        signed.host
    );
    assert_eq!(canonical, expected);
    assert!(signed.admits(&canonical));
    assert!(!signed.admits(&with("12", "image/webp", "*", checksum)));
    assert!(!signed.admits(&with("11", "text/html", "*", checksum)));
    assert!(!signed.admits(&with("11", "image/webp", "\"etag\"", checksum)));
    assert!(!signed.admits(&with(
        "11",
        "image/webp",
        "*",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    )));
    assert!(!signed.admits(&canonical.replace("PUT", "GET")));
}

#[tokio::test]
async fn a_signed_address_lets_its_object_be_read_and_no_more() {
    let url = addresses(None).url(&key(), Some(Duration::from_secs(600))).await.unwrap();
    let signed = Signed::of(&url);
    assert_eq!(signed.value("X-Amz-Expires"), "600");
    assert_eq!(signed.value("X-Amz-SignedHeaders"), "host");
    let canonical = signed.canonical("GET", &[]);
    assert!(signed.admits(&canonical));
    for other in ["PUT", "DELETE"] {
        assert!(!signed.admits(&signed.canonical(other, &[])));
    }
    assert!(!signed.admits(&canonical.replace("original", "other")));
}

#[tokio::test]
async fn the_token_of_passing_credentials_is_signed_and_sent() {
    let token = "FwoGZXIvYXdzE+/=";
    let url = addresses(Some(token)).url(&key(), Some(Duration::from_secs(600))).await.unwrap();
    let signed = Signed::of(&url);
    assert_eq!(signed.value("X-Amz-Security-Token"), token);
    assert!(signed.admits(&signed.canonical("GET", &[])));
    assert!(!url.contains(SECRET));
}

#[tokio::test]
async fn a_public_address_is_the_cdns_and_never_changes() {
    let addresses = addresses(Some("token"));
    let expected = format!("https://media.blog.example/{}", key());
    for _ in 0..2 {
        assert_eq!(addresses.url(&key(), None).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_ticket_that_has_ended_already_stays_ended() {
    let yesterday = NOW.minus(Duration::from_secs(86_400));
    let ticket = addresses(None).upload_ticket(&request(yesterday)).await.unwrap();
    let signed = Signed::of(&ticket.url);
    assert_eq!(signed.value("X-Amz-Date"), "20261122T115959Z");
    assert_eq!(signed.value("X-Amz-Expires"), "1");
}

#[tokio::test]
async fn what_would_last_longer_than_s3_allows_is_refused() {
    let addresses = addresses(None);
    let week = Duration::from_secs(7 * 86_400);
    addresses.url(&key(), Some(week)).await.unwrap();
    for longer in [week + Duration::from_secs(1), Duration::MAX] {
        let refused = addresses.url(&key(), Some(longer)).await;
        assert!(matches!(refused, Err(PortError::Rejected(_))), "{refused:?}");
        let refused = addresses.upload_ticket(&request(NOW.plus(longer))).await.err();
        assert!(matches!(refused, Some(PortError::Rejected(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_no_ticket() {
    let mut request = request(TestClock::at(NOW).now().plus(Duration::from_secs(60)));
    request.content_type = "image/webp\r\nx-amz-acl: public-read".into();
    let refused = addresses(None).upload_ticket(&request).await.err();
    assert!(matches!(refused, Some(PortError::Backend { .. })), "{refused:?}");
}

#[tokio::test]
async fn who_has_only_addresses_reads_and_writes_nothing() {
    let objects: Arc<dyn Objects> = Arc::new(addresses(None));
    for refused in [
        objects.put(&key(), b"a", "image/webp").await.err(),
        objects.get(&key()).await.err(),
        objects.info(&key()).await.err(),
        objects.delete(&key()).await.err(),
        objects.keys_of("m1", 1).await.err(),
    ] {
        assert!(matches!(refused, Some(PortError::Denied(_))), "{refused:?}");
    }
}

#[test]
fn what_a_page_has_to_be_allowed_is_the_origin_of_every_address_that_ends() {
    let addresses = addresses(None);
    let signed = addresses.address(&key(), Some(Duration::from_secs(600))).unwrap();
    let ticket = addresses.ticket(&request(NOW.plus(Duration::from_secs(60)))).unwrap().url;
    assert_eq!(addresses.origin(), "https://blog-media.s3.ap-northeast-2.amazonaws.com");
    for address in [signed, ticket] {
        assert!(address.starts_with(&format!("{}/", addresses.origin())), "{address}");
    }
}
