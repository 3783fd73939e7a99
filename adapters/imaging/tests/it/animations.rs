//! Moving pictures.

use domain::ports::{ImageCodec, ImageError};
use image::{DynamicImage, Rgba, RgbaImage};
use imaging::WebpImageCodec;

use crate::samples::{BLUE, RED, WHITE, assert_colour, frames, gif, plain, refusal, variants};

fn three_colours(delay_ms: u32) -> Vec<u8> {
    gif([RED, BLUE, WHITE].map(|colour| plain(200, 100, colour)).into(), delay_ms)
}

#[test]
fn an_animated_gif_stays_animated_with_its_delays() {
    let decoded = WebpImageCodec.decode(&three_colours(150)).unwrap();
    assert!(decoded.animated());
    assert_eq!((decoded.width(), decoded.height()), (200, 100));
    for variant in variants(&three_colours(150), &[400, 50]) {
        assert_eq!(variant.height * 2, variant.width);
        let frames = frames(&variant);
        assert_eq!(frames.iter().map(|(_, delay)| *delay).collect::<Vec<_>>(), [150, 150, 150]);
        for ((frame, _), colour) in frames.into_iter().zip([RED, BLUE, WHITE]) {
            assert_eq!(frame.dimensions(), (variant.width, variant.height));
            assert_colour(&DynamicImage::ImageRgba8(frame), 50, 50, colour);
        }
    }
}

#[test]
fn a_frame_that_covers_a_part_leaves_the_rest_as_it_was() {
    let corner = RgbaImage::from_fn(100, 100, |x, y| {
        if x >= 60 && y >= 60 { Rgba([BLUE[0], BLUE[1], BLUE[2], 255]) } else { Rgba([0; 4]) }
    });
    let bytes = gif(vec![plain(100, 100, RED), corner], 100);
    let made = variants(&bytes, &[100]);
    let second = DynamicImage::ImageRgba8(frames(&made[0])[1].0.clone());
    assert_colour(&second, 10, 10, RED);
    assert_colour(&second, 80, 80, BLUE);
}

#[test]
fn delays_too_short_to_see_become_ordinary() {
    let made = variants(&three_colours(10), &[50]);
    assert_eq!(frames(&made[0])[0].1, 100);
}

#[test]
fn an_animated_webp_stays_animated() {
    let first = variants(&three_colours(200), &[200]).remove(0);
    let again = variants(&first.webp, &[100]).remove(0);
    assert_eq!((again.width, again.height), (100, 50));
    assert_eq!(frames(&again).len(), 3);
}

#[test]
fn a_gif_of_one_frame_is_a_picture() {
    let decoded = WebpImageCodec.decode(&gif(vec![plain(20, 10, RED)], 100)).unwrap();
    assert!(!decoded.animated());
}

#[test]
fn an_animation_of_too_many_pixels_is_refused_by_its_structure() {
    // Five frames of one pixel each, on a canvas that says 10,000 x 5,000.
    let mut bytes = gif(vec![plain(1, 1, RED); 5], 100);
    bytes[6..8].copy_from_slice(&10_000_u16.to_le_bytes());
    bytes[8..10].copy_from_slice(&5_000_u16.to_le_bytes());
    assert!(matches!(refusal(&bytes), ImageError::TooLarge(_)));

    let many = gif(vec![plain(1, 1, RED); 1_001], 100);
    assert!(matches!(refusal(&many), ImageError::TooLarge(_)));
}

#[test]
fn an_animation_of_five_hundred_frames_keeps_each_of_them() {
    let colours = [RED, BLUE, WHITE];
    let moving: Vec<RgbaImage> = (0..500).map(|n| plain(120, 80, colours[n % 3])).collect();
    for variant in variants(&gif(moving, 40), &[120, 48]) {
        let frames = frames(&variant);
        let whole: u32 = frames.iter().map(|(_, delay)| delay).sum();
        assert_eq!((frames.len(), whole), (500, 500 * 40));
    }
}

#[test]
fn a_damaged_later_frame_is_said_not_hidden() {
    let mut bytes = three_colours(100);
    // The packed data of the last frame, before its end and the file's.
    let end = bytes.len() - 4;
    bytes[end - 20..end].fill(0xff);
    let damaged = match WebpImageCodec.decode(&bytes) {
        Ok(mut decoded) => decoded.variant(100).err(),
        Err(error) => Some(error),
    };
    assert!(matches!(damaged, Some(ImageError::Damaged(_))), "{damaged:?}");
}
