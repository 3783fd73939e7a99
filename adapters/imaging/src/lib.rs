//! Photos to responsive WebP pictures, within limits, for both homes.
//!
//! `image` decodes, `fast_image_resize` scales (Lanczos3, SIMD), `libwebp` encodes. Before a decoder
//! sees any bytes, [`format`] has recognised them by their content and walked their structure: sizes,
//! numbers of frames and scans, and the end are known then, and what lies beyond [`limits`] is refused
//! without spending memory on it.
//!
//! Nothing of a file but its pixels survives: EXIF, XMP, comments and colour profiles are dropped, after
//! the orientation was applied and the colours were converted to sRGB.
//!
//! `unsafe` is confined to `webp.rs`.

mod animation;
mod colour;
mod decode;
mod exif;
mod format;
mod gif;
mod jpeg;
mod limits;
mod png;
mod riff;
mod scale;
mod still;
mod webp;

use domain::ports::{DecodedImage, ImageCodec, ImageError};

/// Decodes JPEG, PNG, WebP and GIF, and encodes WebP of quality 80; animations stay animations.
///
/// The name and media type that came with a file are not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebpImageCodec;

impl ImageCodec for WebpImageCodec {
    fn decode(&self, bytes: &[u8]) -> Result<Box<dyn DecodedImage>, ImageError> {
        decode::decode(bytes)
    }
}
