//! How large an image may be.

use domain::ports::ImageError;

/// Pixels of one frame.
pub(crate) const PIXELS: u64 = 50_000_000;

/// Pixels of one side.
pub(crate) const SIDE: u32 = 16_384;

/// Bytes that a decoder may ask for: 50 megapixels of 8-bit RGBA and its working memory.
pub(crate) const ALLOCATION: u64 = 320 * 1024 * 1024;

/// Frames of an animation.
pub(crate) const FRAMES: u64 = 1_000;

/// Pixels of all frames of an animation: about ten seconds of one core per variant.
pub(crate) const ANIMATION_PIXELS: u64 = 200_000_000;

/// Passes of a progressive JPEG; encoders write about ten.
pub(crate) const SCANS: u32 = 64;

/// Checks one frame's size.
pub(crate) fn check_size(width: u32, height: u32) -> Result<(), ImageError> {
    if width == 0 || height == 0 {
        return Err(ImageError::Damaged("it has no pixels".to_owned()));
    }
    if width > SIDE || height > SIDE {
        return Err(ImageError::TooLarge(format!(
            "{width} x {height} pixels, and a side may have {SIDE}"
        )));
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS {
        return Err(ImageError::TooLarge(format!(
            "{} megapixels, and {} are allowed",
            pixels.div_ceil(1_000_000),
            PIXELS / 1_000_000
        )));
    }
    Ok(())
}

/// Checks an animation's length.
pub(crate) fn check_frames(width: u32, height: u32, frames: u64) -> Result<(), ImageError> {
    if frames > FRAMES {
        return Err(ImageError::TooLarge(format!("{frames} frames, and {FRAMES} are allowed")));
    }
    let pixels = u64::from(width) * u64::from(height) * frames;
    if frames > 1 && pixels > ANIMATION_PIXELS {
        return Err(ImageError::TooLarge(format!(
            "{frames} frames of {width} x {height} pixels are {} megapixels, and {} are allowed",
            pixels.div_ceil(1_000_000),
            ANIMATION_PIXELS / 1_000_000
        )));
    }
    Ok(())
}

/// The same limits for `image`'s decoders.
pub(crate) fn for_decoder() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(ALLOCATION);
    limits
}
