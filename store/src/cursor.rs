//! Cursors: opaque, versioned, signed, bound to what they point into.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::UserId;
use domain::ports::{IdSource, PortError};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Blog;

/// A cursor that was not made here, or not for this list.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not valid here")]
pub struct ForgedCursor;

/// Where a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPosition {
    /// The log.
    pub topic: String,
    /// Which of the logs that had this name.
    pub epoch: String,
    /// The last event seen.
    pub seq: u64,
    /// Its tag.
    pub tag: String,
}

/// Signs cursors with HMAC-SHA-256, and checks them. Old keys are still accepted.
#[derive(Clone)]
pub struct CursorSigner {
    /// Id and secret; the first one signs.
    keys: Vec<(u8, [u8; 32])>,
}

/// Bytes of the signature that a cursor carries: 128 bits.
const SIGNATURE: usize = 16;

impl CursorSigner {
    /// A signer with the present key, and older ones that are still valid.
    pub fn new(present: (u8, [u8; 32]), older: &[(u8, [u8; 32])]) -> Self {
        Self { keys: [&[present], older].concat() }
    }

    /// The signer of a blog, whose key stands in its table: drawn now when there is none yet.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn of(blog: &Blog, ids: &dyn IdSource) -> Result<Self, PortError> {
        let mut fresh = [0; 32];
        fresh[..16].copy_from_slice(&ids.secret().to_be_bytes());
        fresh[16..].copy_from_slice(&ids.secret().to_be_bytes());
        Ok(Self::new((1, blog.secret("CURSORS", fresh).await?), &[]))
    }

    /// Makes a cursor to a position in a list, for one viewer only when the list depends on them.
    pub fn sign(&self, list: &str, position: &str, viewer: Option<&UserId>) -> String {
        self.seal(&scope("list", list, viewer), position)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// [`ForgedCursor`] - when altered, of another list or of another viewer.
    pub fn verify(
        &self,
        cursor: &str,
        list: &str,
        viewer: Option<&UserId>,
    ) -> Result<String, ForgedCursor> {
        self.open(&scope("list", list, viewer), cursor)
    }

    /// Makes an event cursor.
    pub fn sign_event(&self, position: &EventPosition) -> String {
        let EventPosition { topic, epoch, seq, tag } = position;
        self.seal("event", &format!("{topic}\n{epoch}\n{seq}\n{tag}"))
    }

    /// Reads an event cursor.
    ///
    /// # Errors
    /// [`ForgedCursor`] - when altered.
    pub fn verify_event(&self, cursor: &str) -> Result<EventPosition, ForgedCursor> {
        let text = self.open("event", cursor)?;
        let mut lines = text.split('\n').map(str::to_owned);
        let mut line = || lines.next().ok_or(ForgedCursor);
        let (topic, epoch) = (line()?, line()?);
        let seq = line()?.parse().map_err(|_| ForgedCursor)?;
        Ok(EventPosition { topic, epoch, seq, tag: line()? })
    }

    fn seal(&self, scope: &str, text: &str) -> String {
        let Some((id, secret)) = self.keys.first() else { return String::new() };
        let mut bytes = vec![*id];
        bytes.extend(mac(secret, scope, text).iter().take(SIGNATURE));
        bytes.extend(text.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, scope: &str, cursor: &str) -> Result<String, ForgedCursor> {
        if cursor.len() > 1024 {
            return Err(ForgedCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| ForgedCursor)?;
        let (id, rest) = bytes.split_first().ok_or(ForgedCursor)?;
        let (signature, text) = rest.split_at_checked(SIGNATURE).ok_or(ForgedCursor)?;
        let text = std::str::from_utf8(text).map_err(|_| ForgedCursor)?;
        let (_, secret) = self.keys.iter().find(|(key, _)| key == id).ok_or(ForgedCursor)?;
        let mut check = keyed(secret);
        feed(&mut check, scope, text);
        check.verify_truncated_left(signature).map_err(|_| ForgedCursor)?;
        Ok(text.to_owned())
    }
}

fn scope(kind: &str, list: &str, viewer: Option<&UserId>) -> String {
    format!("{kind}\n{list}\n{}", viewer.map(UserId::as_str).unwrap_or_default())
}

fn keyed(secret: &[u8; 32]) -> Hmac<Sha256> {
    // A key shorter than a block is filled with zeros (RFC 2104), so this is the same key.
    let mut block = [0; 64];
    block[..secret.len()].copy_from_slice(secret);
    Hmac::new((&block).into())
}

fn feed(mac: &mut Hmac<Sha256>, scope: &str, text: &str) {
    mac.update(scope.as_bytes());
    mac.update(&[0]);
    mac.update(text.as_bytes());
}

fn mac(secret: &[u8; 32], scope: &str, text: &str) -> Vec<u8> {
    let mut mac = keyed(secret);
    feed(&mut mac, scope, text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> CursorSigner {
        CursorSigner::new((2, [2; 32]), &[(1, [1; 32])])
    }

    #[test]
    fn a_cursor_of_another_list_viewer_or_hand_is_refused() {
        let (kim, lee) = (UserId::from_bits(1), UserId::from_bits(2));
        let cursor = signer().sign("F#all", "42", Some(&kim));
        assert_eq!(signer().verify(&cursor, "F#all", Some(&kim)), Ok("42".into()));
        assert_eq!(signer().verify(&cursor, "F#all", Some(&lee)), Err(ForgedCursor));
        assert_eq!(signer().verify(&cursor, "F#all", None), Err(ForgedCursor));
        assert_eq!(signer().verify(&cursor, "T#rust", Some(&kim)), Err(ForgedCursor));
        for at in 0..cursor.len() {
            let mut forged = cursor.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(signer().verify(&forged, "F#all", Some(&kim)), Err(ForgedCursor), "{at}");
        }
    }

    #[test]
    fn a_cursor_signed_with_the_key_before_is_still_valid() {
        let old = CursorSigner::new((1, [1; 32]), &[]);
        let position =
            EventPosition { topic: "author:x".into(), epoch: "e".into(), seq: 7, tag: "t".into() };
        assert_eq!(signer().verify_event(&old.sign_event(&position)), Ok(position));
    }
}
