//! Photos that a test makes.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// A JPEG with some structure, so that it compresses as a photo does.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let photo = RgbImage::from_fn(width, height, |x, y| {
        let wave = ((x * x / 97 + y * y / 61) % 256) as u8;
        Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, wave / 4 + 90])
    });
    encode(&photo, ImageFormat::Jpeg)
}

/// A PNG.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    encode(&RgbImage::from_pixel(width, height, Rgb([200, 30, 60])), ImageFormat::Png)
}

fn encode(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
