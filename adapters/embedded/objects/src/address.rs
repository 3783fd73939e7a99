//! Signed addresses of objects.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use domain::media::ObjectKey;

use crate::signer::{Purpose, Signer};

/// The path under which the doors serve an object.
pub fn path(key: &ObjectKey) -> String {
    format!("/media/{key}")
}

/// Writes the query of a signed address.
pub fn sign(key: &ObjectKey, ends_at: Timestamp, signer: &Signer) -> String {
    let signature = signer.sign(Purpose::Address, &message(key, ends_at));
    format!("expires={}&signature={}", ends_at.0, URL_SAFE_NO_PAD.encode(signature))
}

/// Whether a query makes an address good for an object now.
pub fn verify(key: &ObjectKey, query: &str, now: Timestamp, signer: &Signer) -> bool {
    let value = |name: &str| {
        query.split('&').find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
    };
    let ends_at = value("expires").and_then(|(_, text)| text.parse().ok()).map(Timestamp);
    let signature = value("signature").and_then(|(_, text)| URL_SAFE_NO_PAD.decode(text).ok());
    match (ends_at, signature) {
        (Some(ends_at), Some(signature)) => {
            now <= ends_at && signer.verify(Purpose::Address, &message(key, ends_at), &signature)
        }
        _ => false,
    }
}

/// Keys have no line breaks, so no two pairs make the same message.
fn message(key: &ObjectKey, ends_at: Timestamp) -> Vec<u8> {
    format!("{key}\n{}", ends_at.0).into_bytes()
}
