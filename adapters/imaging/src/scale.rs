//! Pixels, and fewer of them.

use domain::ports::ImageError;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::DynamicImage;
use image::metadata::Orientation;

/// Longest side that WebP can hold.
const LONGEST_SIDE: u32 = 16_383;

/// 8-bit RGB or RGBA, row by row without gaps.
#[derive(Clone)]
pub(crate) struct Raster {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) alpha: bool,
    pub(crate) pixels: Vec<u8>,
}

impl Raster {
    /// Takes a decoded image; an alpha channel that hides nothing is dropped.
    pub(crate) fn of(image: DynamicImage) -> Self {
        let (width, height) = (image.width(), image.height());
        if !image.color().has_alpha() {
            return Self { width, height, alpha: false, pixels: image.into_rgb8().into_raw() };
        }
        let rgba = image.into_rgba8();
        if rgba.pixels().all(|pixel| pixel.0[3] == 255) {
            let pixels = DynamicImage::ImageRgba8(rgba).into_rgb8().into_raw();
            return Self { width, height, alpha: false, pixels };
        }
        Self { width, height, alpha: true, pixels: rgba.into_raw() }
    }

    /// Turns it upright.
    pub(crate) fn upright(self, orientation: Orientation) -> Self {
        if orientation == Orientation::NoTransforms {
            return self;
        }
        let Self { width, height, alpha, pixels } = self;
        let image = if alpha {
            image::RgbaImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8)
        } else {
            image::RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
        };
        let mut image = image.unwrap_or_default();
        image.apply_orientation(orientation);
        let (width, height) = (image.width(), image.height());
        let pixels =
            if alpha { image.into_rgba8().into_raw() } else { image.into_rgb8().into_raw() };
        Self { width, height, alpha, pixels }
    }

    /// Scales down by Lanczos3; transparent pixels do not bleed into visible ones.
    pub(crate) fn scaled(&self, width: u32, height: u32) -> Result<Self, ImageError> {
        // By type, not by a value: else the resizer is compiled for thirteen kinds of pixels, which
        // takes five times as long.
        let scaled = match self.alpha {
            true => self.scaled_as::<U8x4>(width, height),
            false => self.scaled_as::<U8x3>(width, height),
        };
        let pixels = scaled.map_err(|error| ImageError::Encoding(format!("scaling: {error}")))?;
        Ok(Self { width, height, alpha: self.alpha, pixels })
    }

    fn scaled_as<P: PixelTrait>(
        &self,
        width: u32,
        height: u32,
    ) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let source = TypedImageRef::<P>::from_buffer(self.width, self.height, &self.pixels)?;
        let mut pixels = vec![0; width as usize * height as usize * P::size()];
        let mut target = TypedImage::<P>::from_buffer(width, height, &mut pixels)?;
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .use_alpha(self.alpha);
        Resizer::new().resize_typed(&source, &mut target, &options)?;
        Ok(pixels)
    }
}

/// The size of an image scaled to at most `most` pixels of width, never enlarged, in proportion, each
/// side at least one pixel and no longer than WebP allows.
pub(crate) fn fit(width: u32, height: u32, most: u32) -> (u32, u32) {
    let mut fitted = width.min(most.max(1)).min(LONGEST_SIDE);
    let mut high = in_proportion(height, fitted, width);
    if high > LONGEST_SIDE {
        high = LONGEST_SIDE;
        fitted = in_proportion(width, high, height);
    }
    (fitted, high)
}

/// `side * part / whole`, rounded, at least 1.
fn in_proportion(side: u32, part: u32, whole: u32) -> u32 {
    let (side, part, whole) = (u64::from(side), u64::from(part), u64::from(whole.max(1)));
    u32::try_from((side * part + whole / 2) / whole).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_their_proportion_and_never_grow() {
        assert_eq!(fit(4000, 3000, 1200), (1200, 900));
        assert_eq!(fit(800, 600, 1200), (800, 600));
        assert_eq!(fit(10_000, 1, 300), (300, 1));
        assert_eq!(fit(800, 16_384, 1200), (800, 16_383));
        assert_eq!(fit(3, 3, 0), (1, 1));
    }
}
