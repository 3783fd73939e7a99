//! Objects: where images and audio lie.

use std::fmt;

use crate::Secret;

/// The address of an object: `{owner}/{secret}/{name}.{ext}`.
///
/// Made only here, of lower-case letters, digits, `/`, `_`, `-` and one extension, so that every home
/// (a folder, S3, a CDN path) can hold it as it is.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ObjectKey(String);

/// A text that is no object key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an object key")]
pub struct NotAKey;

impl ObjectKey {
    /// Builds a key below an asset or post.
    ///
    /// # Errors
    /// [`NotAKey`] - when name or extension leave the alphabet.
    pub fn new(owner: &str, secret: &Secret, name: &str, ext: &str) -> Result<Self, NotAKey> {
        Self::parse(&format!("{owner}/{}/{name}.{ext}", secret.reveal()))
    }

    /// Reads a key from outside.
    ///
    /// # Errors
    /// [`NotAKey`] - for any other form: traversal, empty parts, upper case, more than one dot.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
        };
        let mut parts = text.split('/');
        let ok = text.len() <= 200
            && parts.next().is_some_and(part)
            && parts.next().is_some_and(part)
            && parts
                .next()
                .and_then(|file| file.split_once('.'))
                .is_some_and(|(name, ext)| part(name) && part(ext))
            && parts.next().is_none();
        if ok { Ok(Self(text.to_owned())) } else { Err(NotAKey) }
    }

    /// The key as text, without a leading slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Prints the owner only: who holds the whole key may read the object.
impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectKey({}/..)", self.0.split('/').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cannot_leave_its_folder() {
        for bad in [
            "../a/b.c",
            "a/b",
            "a/b/c",
            "a/b/c.d.e",
            "/a/b.c",
            "a//b.c",
            "a/b/..",
            "A/b/c.d",
            "a/b/c.d/e",
        ] {
            assert_eq!(ObjectKey::parse(bad), Err(NotAKey), "{bad}");
        }
        assert!(ObjectKey::parse("m1/s2/w1200-ab_c.webp").is_ok());
    }
}
