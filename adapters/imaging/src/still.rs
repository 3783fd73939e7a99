//! One picture.

use domain::ports::{DecodedImage, EncodedImage, ImageError};
use image::metadata::Orientation;

use crate::colour;
use crate::exif::turned;
use crate::scale::{Raster, fit};
use crate::webp;

/// How much wider than a variant a picture must be to be replaced by it as the source of narrower ones:
/// scaling again from half the size is as good and much cheaper, from nearly the size it blurs.
const REPLACED_FROM: u32 = 2;

/// A decoded picture. It is turned and its colours are converted after scaling, when it is small.
pub(crate) struct Still {
    width: u32,
    height: u32,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
    /// What variants are made from, as stored: not turned, colours not converted.
    source: Raster,
}

impl Still {
    pub(crate) fn new(source: Raster, orientation: Orientation, profile: Option<Vec<u8>>) -> Self {
        let (width, height) = if turned(orientation) {
            (source.height, source.width)
        } else {
            (source.width, source.height)
        };
        Self { width, height, orientation, profile, source }
    }
}

impl DecodedImage for Still {
    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn animated(&self) -> bool {
        false
    }

    /// What was once scaled to half is not made wider again: call from widest to narrowest.
    fn variant(&mut self, width: u32) -> Result<EncodedImage, ImageError> {
        let (wide, high) = fit(self.width, self.height, width);
        let (wide, high) = if turned(self.orientation) { (high, wide) } else { (wide, high) };
        let (wide, high) = (wide.min(self.source.width), high.min(self.source.height));
        let mut scaled = if (wide, high) == (self.source.width, self.source.height) {
            self.source.clone()
        } else {
            let scaled = self.source.scaled(wide, high)?;
            if self.source.width >= wide.saturating_mul(REPLACED_FROM) {
                self.source = scaled.clone();
            }
            scaled
        };
        if let Some(profile) = &self.profile {
            colour::to_srgb(&mut scaled, profile);
        }
        let upright = scaled.upright(self.orientation);
        let webp = webp::encode(&upright)?;
        Ok(EncodedImage { width: upright.width, height: upright.height, webp })
    }
}
