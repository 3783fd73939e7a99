//! Files that are no usable image.

use domain::ports::{ImageCodec, ImageError};
use image::ImageFormat;
use imaging::WebpImageCodec;

use crate::samples::{BLUE, RED, file, gif, jpeg, plain, quarters, refusal};

#[test]
fn a_text_is_no_image_whatever_its_name() {
    for text in
        [&b""[..], b"hello, I am a.png", b"<svg onload=alert(1)>", b"\xff\xd8", b"GIF8", b"RIFF"]
    {
        assert_eq!(refusal(text), ImageError::UnknownFormat);
    }
    assert_eq!(refusal(b"%PDF-1.7"), ImageError::UnknownFormat);
}

#[test]
fn a_truncated_file_is_damaged_wherever_it_ends() {
    let animation = gif(vec![plain(30, 30, RED); 3], 100);
    let files = [
        jpeg(300, 200),
        file(&quarters(300, 200), ImageFormat::Png),
        file(&quarters(300, 200), ImageFormat::WebP),
        animation,
    ];
    for bytes in files {
        for end in [20, bytes.len() / 3, bytes.len() / 2, bytes.len() - 20, bytes.len() - 2] {
            let refused = refusal(&bytes[..end]);
            assert!(matches!(refused, ImageError::Damaged(_)), "{end}: {refused:?}");
        }
    }
}

#[test]
fn what_follows_the_end_of_a_jpeg_does_not_matter() {
    let mut bytes = jpeg(100, 100);
    bytes.extend([7; 1000]);
    assert!(WebpImageCodec.decode(&bytes).is_ok());
}

/// A PNG's signature and header, which promise that size, and no pixels.
fn png_that_promises(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = file(&quarters(8, 8), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    for (width, height) in [
        (60_000, 60_000),
        (16_385, 1),
        (1, 16_385),
        (16_000, 16_000),
        (7_072, 7_072),
        (u32::MAX, u32::MAX),
    ] {
        let refused = refusal(&png_that_promises(width, height));
        assert!(matches!(refused, ImageError::TooLarge(_)), "{width} x {height}: {refused:?}");
    }
    assert!(matches!(refusal(&png_that_promises(0, 5)), ImageError::Damaged(_)));
}

#[test]
fn a_jpeg_that_promises_too_much_is_refused_by_its_header() {
    let mut bytes = jpeg(64, 64);
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert!(matches!(refusal(&bytes), ImageError::TooLarge(_)));
}

#[test]
fn a_jpeg_of_a_thousand_scans_is_refused() {
    let bytes = jpeg(64, 64);
    let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let end = bytes.len() - 2;
    let mut bomb = bytes[..scan].to_vec();
    for _ in 0..1_000 {
        bomb.extend(&bytes[scan..end]);
    }
    bomb.extend(&bytes[end..]);
    assert!(matches!(refusal(&bomb), ImageError::TooLarge(_)));
}

#[test]
fn damage_anywhere_never_panics() {
    let files = [
        jpeg(40, 30),
        file(&quarters(40, 30), ImageFormat::Png),
        file(&quarters(40, 30), ImageFormat::WebP),
        gif(vec![plain(20, 20, RED), plain(20, 20, BLUE)], 50),
    ];
    // A fixed generator: failures can be repeated.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    let mut n_refused = 0;
    for bytes in &files {
        for _ in 0..250 {
            let mut damaged = bytes.clone();
            for _ in 0..=random() % 4 {
                let at = random() % damaged.len();
                damaged[at] = u8::try_from(random() % 256).unwrap();
            }
            match WebpImageCodec.decode(&damaged) {
                Ok(mut decoded) => drop(decoded.variant(20)),
                Err(_) => n_refused += 1,
            }
        }
    }
    assert!(n_refused > 100, "{n_refused}");
}
