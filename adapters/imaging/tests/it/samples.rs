//! Files made for the tests, and what came of them read back.

use std::io::Cursor;

use domain::ports::{EncodedImage, ImageCodec, ImageError};
use image::codecs::gif::GifEncoder;
use image::codecs::webp::WebPDecoder;
use image::{
    AnimationDecoder, Delay, DynamicImage, Frame, ImageDecoder, ImageFormat, Rgb, RgbImage, Rgba,
    RgbaImage,
};
use imaging::WebpImageCodec;

pub const RED: [u8; 3] = [220, 30, 30];
pub const BLUE: [u8; 3] = [30, 30, 220];
pub const WHITE: [u8; 3] = [250, 250, 250];

/// A white picture with a red left top quarter and a blue right top quarter, so that each turn of it
/// looks different.
pub fn quarters(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => BLUE,
            _ => WHITE,
        })
    }))
}

pub fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    file(&quarters(width, height), ImageFormat::Jpeg)
}

/// A JPEG with a block of EXIF behind its start.
pub fn with_exif(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// EXIF that holds nothing but an orientation.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff
}

/// A GIF of frames that lie over each other; where one is transparent, the one before is seen.
pub fn gif(frames: Vec<RgbaImage>, delay_ms: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for frame in frames {
        let delay = Delay::from_numer_denom_ms(delay_ms, 1);
        encoder.encode_frame(Frame::from_parts(frame, 0, 0, delay)).unwrap();
    }
    drop(encoder);
    bytes
}

pub fn plain(width: u32, height: u32, [r, g, b]: [u8; 3]) -> RgbaImage {
    RgbaImage::from_pixel(width, height, Rgba([r, g, b, 255]))
}

#[track_caller]
pub fn variants(bytes: &[u8], widths: &[u32]) -> Vec<EncodedImage> {
    let mut decoded = WebpImageCodec.decode(bytes).unwrap();
    widths.iter().map(|&width| decoded.variant(width).unwrap()).collect()
}

#[track_caller]
pub fn refusal(bytes: &[u8]) -> ImageError {
    match WebpImageCodec.decode(bytes) {
        Ok(_) => panic!("it was accepted"),
        Err(error) => error,
    }
}

/// Reads a variant back, and checks that it has the size it says and no chunk but pixels.
#[track_caller]
pub fn read(variant: &EncodedImage) -> DynamicImage {
    for chunk in [&b"EXIF"[..], b"ICCP", b"XMP "] {
        assert!(!variant.webp.windows(4).any(|bytes| bytes == chunk), "metadata was kept");
    }
    let decoder = WebPDecoder::new(Cursor::new(&variant.webp)).unwrap();
    assert_eq!(decoder.dimensions(), (variant.width, variant.height));
    DynamicImage::from_decoder(decoder).unwrap()
}

/// The frames of an animated variant, with their delays in milliseconds.
pub fn frames(variant: &EncodedImage) -> Vec<(RgbaImage, u32)> {
    let decoder = WebPDecoder::new(Cursor::new(&variant.webp)).unwrap();
    assert!(decoder.has_animation());
    let frames = decoder.into_frames().collect_frames().unwrap();
    frames
        .into_iter()
        .map(|frame| {
            let (numerator, denominator) = frame.delay().numer_denom_ms();
            (frame.into_buffer(), numerator / denominator)
        })
        .collect()
}

/// Whether the pixel at that part of width and height, in percent, has about that colour.
#[track_caller]
pub fn assert_colour(image: &DynamicImage, x: u32, y: u32, colour: [u8; 3]) {
    let rgb = image.to_rgb8();
    let pixel = rgb.get_pixel(rgb.width() * x / 100, rgb.height() * y / 100).0;
    let close = pixel.iter().zip(colour).all(|(&a, b)| a.abs_diff(b) < 40);
    assert!(close, "{pixel:?} is not {colour:?} at {x} %, {y} %");
}
