//! Upload tickets: what may be uploaded, signed, as a part of an address.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use domain::media::ObjectKey;
use domain::ports::UploadRequest;

use crate::signer::{Purpose, Signer};

/// What a ticket allows, and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Drawn for each ticket, so that each is used once however alike they are.
    pub number: u128,
    /// What may be uploaded.
    pub request: UploadRequest,
}

/// Names are short since a ticket travels in an address.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    n: String,
    k: String,
    l: u64,
    t: String,
    h: String,
    e: i64,
}

/// Writes a ticket: `base64url(json) "." base64url(signature)`.
pub fn write(ticket: &Ticket, signer: &Signer) -> Result<String, serde_json::Error> {
    let written = Written {
        n: URL_SAFE_NO_PAD.encode(ticket.number.to_be_bytes()),
        k: ticket.request.key.as_str().to_owned(),
        l: ticket.request.length,
        t: ticket.request.content_type.clone(),
        h: URL_SAFE_NO_PAD.encode(ticket.request.sha256),
        e: ticket.request.expires_at.0,
    };
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written)?);
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(Purpose::Upload, payload.as_bytes()));
    Ok(format!("{payload}.{signature}"))
}

/// Reads a ticket from outside; none for anything that this store did not write itself.
pub fn read(token: &str, signer: &Signer) -> Option<Ticket> {
    let (payload, signature) = token.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !signer.verify(Purpose::Upload, payload.as_bytes(), &signature) {
        return None;
    }
    let written: Written = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    Some(Ticket {
        number: u128::from_be_bytes(bytes(&written.n)?),
        request: UploadRequest {
            key: ObjectKey::parse(&written.k).ok()?,
            length: written.l,
            content_type: written.t,
            sha256: bytes(&written.h)?,
            expires_at: Timestamp(written.e),
        },
    })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
