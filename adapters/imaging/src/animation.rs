//! A moving picture. Its frames are decoded anew for each variant, so that only one is in memory.

use std::io::Cursor;

use domain::ports::{DecodedImage, EncodedImage, ImageError};
use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, Delay, DynamicImage, Frames, ImageDecoder};

use crate::format::Format;
use crate::limits;
use crate::scale::{Raster, fit};
use crate::webp::AnimationEncoder;

/// Delays below this are taken for mistakes, as browsers do, and become [`ORDINARY_DELAY_MS`].
const SHORTEST_DELAY_MS: u32 = 20;
const ORDINARY_DELAY_MS: u32 = 100;

/// A longer delay is a picture that never moves.
const LONGEST_DELAY_MS: u32 = 60_000;

/// An animation whose structure was checked.
pub(crate) struct Animation {
    pub(crate) bytes: Vec<u8>,
    pub(crate) format: Format,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 0 = for ever.
    pub(crate) plays: u32,
}

impl DecodedImage for Animation {
    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn animated(&self) -> bool {
        true
    }

    fn variant(&mut self, width: u32) -> Result<EncodedImage, ImageError> {
        let (width, height) = fit(self.width, self.height, width);
        let mut encoder = AnimationEncoder::new(width, height, self.plays)?;
        let mut n_frames = 0;
        for frame in frames(&self.bytes, self.format)? {
            let frame = frame.map_err(|error| damaged(&error))?;
            n_frames += 1;
            limits::check_frames(self.width, self.height, n_frames)?;
            let delay = delay_ms(frame.delay());
            let raster = Raster::of(DynamicImage::ImageRgba8(frame.into_buffer()));
            if (raster.width, raster.height) == (width, height) {
                encoder.add(&raster, delay)?;
            } else {
                encoder.add(&raster.scaled(width, height)?, delay)?;
            }
        }
        Ok(EncodedImage { width, height, webp: encoder.finish()? })
    }
}

/// The frames of an animation, each whole, as it is seen.
pub(crate) fn frames(bytes: &[u8], format: Format) -> Result<Frames<'_>, ImageError> {
    let limits = limits::for_decoder();
    if format == Format::Gif {
        let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        decoder.set_limits(limits).map_err(|error| damaged(&error))?;
        Ok(decoder.into_frames())
    } else {
        let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
        decoder.set_limits(limits).map_err(|error| damaged(&error))?;
        Ok(decoder.into_frames())
    }
}

/// Says of a decoder's error whether the image is damaged or too large.
pub(crate) fn damaged(error: &image::ImageError) -> ImageError {
    match error {
        image::ImageError::Limits(limit) => ImageError::TooLarge(limit.to_string()),
        error => ImageError::Damaged(error.to_string()),
    }
}

fn delay_ms(delay: Delay) -> u32 {
    let (numerator, denominator) = delay.numer_denom_ms();
    let delay = numerator / denominator.max(1);
    if delay < SHORTEST_DELAY_MS { ORDINARY_DELAY_MS } else { delay.min(LONGEST_DELAY_MS) }
}
