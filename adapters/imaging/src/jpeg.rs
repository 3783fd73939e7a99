//! The structure of a JPEG: sizes, scans, EXIF and the end, found without decoding.

use domain::ports::ImageError;

use crate::format::ends_early;
use crate::limits;

/// What the walk found.
pub(crate) struct Structure<'a> {
    /// The TIFF part of the first EXIF block.
    pub(crate) exif: Option<&'a [u8]>,
}

const APP1: u8 = 0xe1;
const START_OF_SCAN: u8 = 0xda;
const END: u8 = 0xd9;

/// Walks the segments up to the end marker. Decoders fill what is missing of a truncated file with
/// grey and call it a success; the end marker tells.
///
/// # Errors
/// `TooLarge` for a size or a number of scans beyond the limits, `Damaged` when it ends early or is no
/// sequence of segments.
pub(crate) fn walk(bytes: &[u8]) -> Result<Structure<'_>, ImageError> {
    let mut structure = Structure { exif: None };
    let mut n_scans = 0;
    let mut n_frames = 0;
    let mut at = 2; // after the start marker
    loop {
        let marker = next_marker(bytes, &mut at)?;
        match marker {
            END if n_scans == 0 => return Err(ImageError::Damaged("it has no image".to_owned())),
            END => return Ok(structure),
            // Markers without a segment.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = bytes
            .get(at..at + 2)
            .map(|length| usize::from(u16::from_be_bytes([length[0], length[1]])))
            .ok_or_else(ends_early)?;
        if length < 2 {
            return Err(ImageError::Damaged("a segment has no length".to_owned()));
        }
        let segment = bytes.get(at + 2..at + length).ok_or_else(ends_early)?;
        at += length;
        match marker {
            APP1 if structure.exif.is_none() => {
                structure.exif = segment.strip_prefix(b"Exif\0\0");
            }
            _ if starts_frame(marker) => {
                n_frames += 1;
                if n_frames > 1 {
                    return Err(ImageError::Damaged("it has two images in one".to_owned()));
                }
                check_frame(segment)?;
            }
            START_OF_SCAN => {
                n_scans += 1;
                if n_scans > limits::SCANS {
                    return Err(ImageError::TooLarge(format!("more than {} scans", limits::SCANS)));
                }
            }
            _ => {}
        }
    }
}

/// Finds the next marker at or after `at`, over entropy-coded data, and steps behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Result<u8, ImageError> {
    loop {
        let rest = bytes.get(*at..).ok_or_else(ends_early)?;
        let found = rest.iter().position(|&byte| byte == 0xff).ok_or_else(ends_early)?;
        *at += found + 1;
        // Fill bytes may come before a marker.
        while bytes.get(*at) == Some(&0xff) {
            *at += 1;
        }
        let marker = *bytes.get(*at).ok_or_else(ends_early)?;
        *at += 1;
        // 0xff 0x00 is a byte of data.
        if marker != 0 {
            return Ok(marker);
        }
    }
}

/// SOF0 to SOF15, without the tables that lie between them.
fn starts_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

fn check_frame(segment: &[u8]) -> Result<(), ImageError> {
    let Some(&[_, h1, h0, w1, w0]) = segment.first_chunk::<5>() else { return Err(ends_early()) };
    limits::check_size(
        u32::from(u16::from_be_bytes([w1, w0])),
        u32::from(u16::from_be_bytes([h1, h0])),
    )
}
