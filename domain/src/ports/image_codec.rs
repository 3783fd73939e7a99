//! The port through which photos become responsive pictures.

/// Why bytes are no usable image. Messages are for the author.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Not an image, or one of a format that is not accepted.
    #[error("this is not a JPEG, PNG, WebP or GIF image")]
    UnknownFormat,
    /// Ends early or does not decode.
    #[error("the image is damaged: {0}")]
    Damaged(String),
    /// Beyond the limits, whatever its bytes say.
    #[error("the image is too large: {0}")]
    TooLarge(String),
    /// The encoder failed.
    #[error("the image could not be encoded: {0}")]
    Encoding(String),
}

/// One finished variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedImage {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// WebP, without any metadata.
    pub webp: Vec<u8>,
}

/// An image that was decoded and turned upright.
pub trait DecodedImage: Send {
    /// Pixels, upright.
    fn width(&self) -> u32;
    /// Pixels, upright.
    fn height(&self) -> u32;
    /// Whether it has more than one frame.
    fn animated(&self) -> bool;

    /// Makes the variant of at most `width` pixels, never enlarged, the animation kept. Call from
    /// widest to narrowest: a narrower one may be made from a wider one.
    ///
    /// # Errors
    /// `Encoding`, or `Damaged` when a later frame does not decode.
    fn variant(&mut self, width: u32) -> Result<EncodedImage, ImageError>;
}

/// Decodes images within limits: 50 megapixels, 16,384 pixels a side, bounded allocation.
///
/// Blocks the thread; call it where blocking is allowed.
pub trait ImageCodec: Send + Sync {
    /// Decodes and applies the EXIF orientation; broken EXIF is ignored, metadata is dropped.
    ///
    /// # Errors
    /// `UnknownFormat`, `Damaged` (also for a truncated file that other decoders half accept),
    /// `TooLarge` before memory is spent on it.
    fn decode(&self, bytes: &[u8]) -> Result<Box<dyn DecodedImage>, ImageError>;
}
