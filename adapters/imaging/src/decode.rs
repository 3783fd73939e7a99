//! From bytes to an image that variants are made of.

use std::io::Cursor;

use domain::ports::{DecodedImage, ImageError};
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder};

use crate::animation::{Animation, damaged, frames};
use crate::format::{self, Format};
use crate::scale::Raster;
use crate::still::Still;
use crate::{exif, gif, jpeg, limits, png, riff};

/// Recognises, checks and decodes a file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Box<dyn DecodedImage>, ImageError> {
    match format::of(bytes).ok_or(ImageError::UnknownFormat)? {
        Format::Jpeg => {
            let structure = jpeg::walk(bytes)?;
            let orientation = structure.exif.map_or(Orientation::NoTransforms, exif::orientation);
            let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
            still(decoder, Some(orientation))
        }
        Format::Png => {
            png::check(bytes)?;
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits::for_decoder())
                .map_err(|error| damaged(&error))?;
            still(decoder, None)
        }
        Format::WebP => {
            let structure = riff::walk(bytes)?;
            if structure.frames > 0 {
                return moving(bytes, Format::WebP, structure.frames, structure.plays);
            }
            let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
            still(decoder, None)
        }
        Format::Gif => {
            let structure = gif::walk(bytes)?;
            moving(bytes, Format::Gif, structure.frames, structure.plays)
        }
    }
}

/// Decodes one picture. Without a given orientation the decoder's own EXIF is asked.
fn still(
    mut decoder: impl ImageDecoder,
    orientation: Option<Orientation>,
) -> Result<Box<dyn DecodedImage>, ImageError> {
    let (width, height) = decoder.dimensions();
    limits::check_size(width, height)?;
    if decoder.total_bytes() > limits::ALLOCATION {
        return Err(ImageError::TooLarge(format!("{} bytes of pixels", decoder.total_bytes())));
    }
    decoder.set_limits(limits::for_decoder()).map_err(|error| damaged(&error))?;
    let orientation = orientation.unwrap_or_else(|| {
        decoder
            .exif_metadata()
            .ok()
            .flatten()
            .map_or(Orientation::NoTransforms, |block| exif::orientation(&block))
    });
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| damaged(&error))?;
    Ok(Box::new(Still::new(Raster::of(image), orientation, profile)))
}

/// Decodes the first frame of a file with frames: alone it is a picture, else it shows that the
/// animation can be decoded at all.
fn moving(
    bytes: &[u8],
    format: Format,
    n_frames: u64,
    plays: u32,
) -> Result<Box<dyn DecodedImage>, ImageError> {
    let first = frames(bytes, format)?
        .next()
        .ok_or_else(format::ends_early)?
        .map_err(|error| damaged(&error))?
        .into_buffer();
    limits::check_size(first.width(), first.height())?;
    if n_frames > 1 {
        let (width, height) = first.dimensions();
        return Ok(Box::new(Animation { bytes: bytes.to_vec(), format, width, height, plays }));
    }
    let raster = Raster::of(DynamicImage::ImageRgba8(first));
    Ok(Box::new(Still::new(raster, Orientation::NoTransforms, None)))
}
