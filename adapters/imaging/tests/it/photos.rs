//! Still pictures.

use std::io::Cursor;

use domain::ports::ImageCodec;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use imaging::WebpImageCodec;

use crate::samples::{
    BLUE, RED, WHITE, assert_colour, exif, file, jpeg, quarters, read, variants, with_exif,
};

#[test]
fn variants_keep_proportion_and_are_never_enlarged() {
    let made = variants(&jpeg(1000, 600), &[2000, 800, 400, 300]);
    let sizes: Vec<(u32, u32)> =
        made.iter().map(|variant| (variant.width, variant.height)).collect();
    assert_eq!(sizes, [(1000, 600), (800, 480), (400, 240), (300, 180)]);
    for variant in &made {
        let image = read(variant);
        assert_colour(&image, 25, 25, RED);
        assert_colour(&image, 75, 25, BLUE);
        assert_colour(&image, 50, 75, WHITE);
    }
}

#[test]
fn every_accepted_format_is_decoded() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let made = variants(&file(&quarters(200, 100), format), &[100]);
        assert_eq!((made[0].width, made[0].height), (100, 50), "{format:?}");
        assert_colour(&read(&made[0]), 75, 25, BLUE);
    }
}

#[test]
fn photos_are_turned_upright_by_their_exif() {
    // Where the red and the blue quarter of the stored picture are seen, in percent.
    let seen = [
        (1, (25, 25), (75, 25)),
        (2, (75, 25), (25, 25)),
        (3, (75, 75), (25, 75)),
        (4, (25, 75), (75, 75)),
        (5, (25, 25), (25, 75)),
        (6, (75, 25), (75, 75)),
        (7, (75, 75), (75, 25)),
        (8, (25, 75), (25, 25)),
    ];
    for (orientation, red, blue) in seen {
        let bytes = with_exif(&jpeg(400, 200), &exif(orientation));
        let mut decoded = WebpImageCodec.decode(&bytes).unwrap();
        let upright = if orientation < 5 { (400, 200) } else { (200, 400) };
        assert_eq!((decoded.width(), decoded.height()), upright, "orientation {orientation}");
        for width in [400, 100] {
            let variant = decoded.variant(width).unwrap();
            assert_eq!(variant.width, width.min(upright.0));
            let image = read(&variant);
            assert_colour(&image, red.0, red.1, RED);
            assert_colour(&image, blue.0, blue.1, BLUE);
        }
    }
}

#[test]
fn broken_exif_is_ignored() {
    let whole = exif(6);
    for broken in [&b""[..], b"XX", b"II*\0\xff\xff\xff\xff", &whole[..10], &exif(0), &exif(99)] {
        let made = variants(&with_exif(&jpeg(400, 200), broken), &[400]);
        assert_eq!((made[0].width, made[0].height), (400, 200));
    }
}

#[test]
fn transparency_is_kept_where_there_is_any() {
    let half = RgbaImage::from_fn(100, 100, |x, _| Rgba([200, 0, 0, if x < 50 { 0 } else { 255 }]));
    let made = variants(&file(&DynamicImage::ImageRgba8(half), ImageFormat::Png), &[50]);
    let image = read(&made[0]).to_rgba8();
    assert_eq!(image.get_pixel(5, 25).0[3], 0);
    assert_eq!(image.get_pixel(45, 25).0[3], 255);

    let opaque = RgbaImage::from_pixel(100, 100, Rgba([200, 0, 0, 255]));
    let made = variants(&file(&DynamicImage::ImageRgba8(opaque), ImageFormat::Png), &[50]);
    assert!(!read(&made[0]).color().has_alpha());
}

#[test]
fn deep_and_grey_pictures_become_ordinary_ones() {
    for image in [
        DynamicImage::ImageLuma8(image::GrayImage::from_pixel(50, 50, image::Luma([128]))),
        DynamicImage::ImageRgb16(quarters(50, 50).into_rgb16()),
        DynamicImage::ImageLumaA16(quarters(50, 50).into_luma_alpha16()),
    ] {
        assert_eq!(variants(&file(&image, ImageFormat::Png), &[25])[0].width, 25);
    }
}

fn png_with_profile(colour: [u8; 3], profile: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(Cursor::new(&mut bytes));
    encoder.set_icc_profile(profile).unwrap();
    let image = RgbImage::from_pixel(40, 40, Rgb(colour));
    encoder.write_image(&image, 40, 40, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

#[test]
fn colours_of_a_phone_are_converted_to_those_of_the_web() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let made = variants(&png_with_profile([200, 100, 100], profile), &[40]);
    let pixel = read(&made[0]).to_rgb8().get_pixel(20, 20).0;
    // Display P3 (200, 100, 100) lies at about (213, 95, 97) in sRGB.
    assert!(pixel[0] > 207 && pixel[1] < 99, "{pixel:?}");
}

#[test]
fn a_broken_profile_changes_nothing() {
    for profile in [vec![], vec![1; 3], vec![0; 500]] {
        let made = variants(&png_with_profile(RED, profile), &[40]);
        assert_colour(&read(&made[0]), 50, 50, RED);
    }
}

#[test]
fn extreme_shapes_stay_within_what_webp_holds() {
    let made = variants(&file(&quarters(16_384, 2), ImageFormat::Png), &[16_384, 300]);
    assert_eq!((made[0].width, made[0].height), (16_383, 2));
    assert_eq!((made[1].width, made[1].height), (300, 1));
    let made = variants(&file(&quarters(2, 16_384), ImageFormat::Png), &[300]);
    assert_eq!((made[0].width, made[0].height), (2, 16_383));
}
