//! Uploaded images.

use crate::media::{NotAKey, ObjectKey};
use crate::{AssetId, PostId, Secret, Timestamp, UserId};

/// Greatest upload, in bytes.
pub const UPLOAD_BYTES: u64 = 20 * 1024 * 1024;
/// Media types that may be uploaded.
pub const UPLOAD_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/gif"];
/// Widths that are made of an image, as far as it is as wide: the thumbnail, the `srcset` sizes, the
/// body.
pub const WIDTHS: [u32; 5] = [300, 480, 768, 1200, 2000];

/// Where an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum AssetStatus {
    /// A ticket was given out.
    AwaitingUpload,
    /// It arrived; its variants are being made.
    Processing,
    /// All variants are there.
    Ready,
    /// It is not usable; its stage says why.
    Failed,
}

/// One stored size.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Variant {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Where it lies.
    pub key: ObjectKey,
}

/// An uploaded image.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asset {
    /// For its whole life.
    pub id: AssetId,
    /// Who uploaded it: nobody else may use it.
    pub author: UserId,
    /// The post that it was uploaded for.
    pub post: PostId,
    /// Makes its addresses unguessable.
    pub secret: Secret,
    /// Counts every change of this row; the condition of every write.
    pub version: u64,
    /// Where it is.
    pub status: AssetStatus,
    /// As the author's file was named.
    pub filename: String,
    /// As announced; what the bytes are is decided by the bytes.
    pub content_type: String,
    /// As announced and enforced, in bytes.
    pub length: u64,
    /// As announced and enforced, in hexadecimal.
    pub sha256: String,
    /// Upright pixels, once decoded.
    pub width: Option<u32>,
    /// Upright pixels, once decoded.
    pub height: Option<u32>,
    /// Those that are made, narrowest first.
    pub variants: Vec<Variant>,
    /// When the ticket was given out.
    pub created_at: Timestamp,
    /// When the ticket ends.
    pub expires_at: Timestamp,
    /// Whether its removal has begun: it is in no post any more, and cannot be taken up again.
    #[serde(default)]
    pub leaving: bool,
}

impl Asset {
    /// Where the upload arrives.
    ///
    /// # Errors
    /// Never in practice: ids and secrets are of the keys' alphabet.
    pub fn original(&self) -> Result<ObjectKey, NotAKey> {
        ObjectKey::new(self.id.as_str(), &self.secret, "original", "bin")
    }

    /// Where a variant lies.
    ///
    /// # Errors
    /// As [`Asset::original`].
    pub fn variant_key(&self, width: u32, content: &str) -> Result<ObjectKey, NotAKey> {
        ObjectKey::new(self.id.as_str(), &self.secret, &format!("w{width}-{content}"), "webp")
    }

    /// The same with one more variant, narrowest first.
    #[must_use]
    pub fn with_variant(&self, variant: Variant) -> Self {
        let mut next = self.clone();
        next.version += 1;
        next.variants.retain(|known| known.width != variant.width);
        next.variants.push(variant);
        next.variants.sort_by_key(|variant| variant.width);
        next
    }

    /// The same in another status.
    #[must_use]
    pub fn with_status(&self, status: AssetStatus) -> Self {
        Asset { status, version: self.version + 1, ..self.clone() }
    }
}
