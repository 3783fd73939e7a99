//! The structure of a PNG: its size and its end, before a decoder reserves memory for it.

use domain::ports::ImageError;

use crate::format::ends_early;
use crate::limits;

/// Checks the header, and walks the chunks up to the last. Whether the pixels are whole shows when they
/// are decoded: they have a checksum.
///
/// # Errors
/// `TooLarge` for a size beyond the limits, `Damaged` without a header or an end.
pub(crate) fn check(bytes: &[u8]) -> Result<(), ImageError> {
    // Signature, length, "IHDR", width, height.
    if bytes.get(12..16) != Some(b"IHDR") {
        return Err(ImageError::Damaged("its header is missing".to_owned()));
    }
    limits::check_size(number(bytes, 16)?, number(bytes, 20)?)?;
    let mut at = 8;
    loop {
        let length = number(bytes, at)? as usize;
        let name = bytes.get(at + 4..at + 8).ok_or_else(ends_early)?;
        // Length, name, data, checksum.
        let end = at.checked_add(length).and_then(|end| end.checked_add(12));
        at = end.filter(|&end| end <= bytes.len()).ok_or_else(ends_early)?;
        if name == b"IEND" {
            return Ok(());
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Result<u32, ImageError> {
    let number = bytes.get(at..at + 4).ok_or_else(ends_early)?;
    Ok(u32::from_be_bytes([number[0], number[1], number[2], number[3]]))
}
