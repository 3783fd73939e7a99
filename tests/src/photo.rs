//! Photos that a test makes.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{Delay, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

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

/// An animated GIF: a bar that moves over a plain ground, one frame each 40 ms.
pub fn animation(width: u32, height: u32, frames: u32) -> Vec<u8> {
    let mut bytes = vec![];
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
    for n in 0..frames {
        // No two frames after each other are alike: such would be made one.
        let bar = n % width;
        let frame = RgbaImage::from_fn(width, height, |x, _| {
            Rgba(if x.abs_diff(bar) < 20 { [240, 240, 230, 255] } else { [20, 60, 90, 255] })
        });
        let delay = Delay::from_numer_denom_ms(40, 1);
        encoder.encode_frame(Frame::from_parts(frame, 0, 0, delay)).unwrap();
    }
    drop(encoder);
    bytes
}

fn encode(image: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
