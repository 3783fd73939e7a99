//! What every `ImageCodec` promises.

use std::sync::Arc;

use domain::ports::{ImageCodec, ImageError};

/// How a clause gets at an adapter.
pub trait TestImageCodec: Sized {
    /// Makes one.
    fn fresh() -> Self;

    /// The codec.
    fn codec(&self) -> Arc<dyn ImageCodec>;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestImageCodec`](crate::image_codec::TestImageCodec).
#[macro_export]
macro_rules! image_codec_contract {
    ($adapter:ty) => {
        $crate::image_codec_contract!($adapter:
            a_picture_tells_its_size,
            a_variant_keeps_the_shape,
            no_variant_is_enlarged,
            a_variant_is_webp_without_metadata,
            variants_from_widest_to_narrowest_are_all_made,
            what_is_no_image_is_of_unknown_format,
            an_image_that_ends_early_is_damaged,
            a_picture_beyond_the_limits_is_refused_unseen,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[test]
        fn $clause() {
            $crate::image_codec::$clause(<$adapter as $crate::image_codec::TestImageCodec>::fresh());
        })+
    };
}

/// The size that it has, not that of a variant.
pub fn a_picture_tells_its_size(place: impl TestImageCodec) {
    for (width, height) in [(1, 1), (64, 48), (3, 400)] {
        let picture = place.codec().decode(&png(width, height)).unwrap();
        assert_eq!((picture.width(), picture.height()), (width, height));
        assert!(!picture.animated());
    }
}

/// To the nearest pixel, and no side vanishes.
pub fn a_variant_keeps_the_shape(place: impl TestImageCodec) {
    for (width, height, to, expected) in
        [(400, 200, 100, 50), (300, 400, 150, 200), (1000, 2, 100, 1)]
    {
        let mut picture = place.codec().decode(&png(width, height)).unwrap();
        let variant = picture.variant(to).unwrap();
        assert_eq!((variant.width, variant.height), (to, expected), "{width} x {height}");
    }
}

/// A small picture stays as it is.
pub fn no_variant_is_enlarged(place: impl TestImageCodec) {
    let mut picture = place.codec().decode(&png(64, 48)).unwrap();
    for to in [1200, 65] {
        let variant = picture.variant(to).unwrap();
        assert_eq!((variant.width, variant.height), (64, 48), "to {to}");
    }
}

/// The container says so; what an author's camera knew about them is gone.
pub fn a_variant_is_webp_without_metadata(place: impl TestImageCodec) {
    let mut picture = place.codec().decode(&png(64, 48)).unwrap();
    let webp = picture.variant(32).unwrap().webp;
    assert_eq!((&webp[..4], &webp[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
    for chunk in ["EXIF", "XMP ", "ICCP"] {
        assert!(!webp.windows(4).any(|bytes| bytes == chunk.as_bytes()), "{chunk}");
    }
}

/// Each of its own width.
pub fn variants_from_widest_to_narrowest_are_all_made(place: impl TestImageCodec) {
    let mut picture = place.codec().decode(&png(600, 300)).unwrap();
    for to in [480, 320, 300, 16] {
        let variant = picture.variant(to).unwrap();
        assert_eq!((variant.width, variant.height), (to, to / 2));
    }
}

/// Whatever its name says.
pub fn what_is_no_image_is_of_unknown_format(place: impl TestImageCodec) {
    for bytes in [&b""[..], b"A text file named .png", b"%PDF-1.7", b"<svg></svg>", &[0; 100]] {
        let refused = place.codec().decode(bytes).err();
        assert_eq!(refused, Some(ImageError::UnknownFormat), "{bytes:?}");
    }
}

/// Not shown in part.
pub fn an_image_that_ends_early_is_damaged(place: impl TestImageCodec) {
    let whole = png(64, 48);
    for kept in [40, whole.len() / 2, whole.len() - 30] {
        let refused = place.codec().decode(&whole[..kept]).err();
        assert!(matches!(refused, Some(ImageError::Damaged(_))), "{kept} bytes: {refused:?}");
    }
}

/// By its header: neither memory nor time is spent on it.
pub fn a_picture_beyond_the_limits_is_refused_unseen(place: impl TestImageCodec) {
    for (width, height) in [(60_000, 60_000), (20_000, 1), (1, 20_000), (10_000, 5_001)] {
        let mut lying = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut lying, b"IHDR", &header(width, height));
        chunk(&mut lying, b"IDAT", &zlib_of_zeroes());
        chunk(&mut lying, b"IEND", &[]);
        let refused = place.codec().decode(&lying).err();
        assert!(
            matches!(refused, Some(ImageError::TooLarge(_))),
            "{width} x {height}: {refused:?}"
        );
    }
}

/// A picture of a gradient, as an uncompressed PNG.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        for x in 0..width {
            rows.extend([(x * 255 / width) as u8, (y * 255 / height) as u8, 128]);
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header(width, height));
    chunk(&mut png, b"IDAT", &zlib(&rows));
    chunk(&mut png, b"IEND", &[]);
    png
}

/// Eight bits of red, green and blue.
fn header(width: u32, height: u32) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let named = [&kind[..], data].concat();
    png.extend((data.len() as u32).to_be_bytes());
    png.extend(&named);
    png.extend(crc32(&named).to_be_bytes());
}

fn zlib_of_zeroes() -> Vec<u8> {
    zlib(&[0; 100])
}

/// Stored blocks: no compression.
fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = bytes.chunks(65_535);
    let last = blocks.len() - 1;
    for (number, block) in blocks.enumerate() {
        let length = block.len() as u16;
        out.push(u8::from(number == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
