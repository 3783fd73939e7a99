//! The structure of a WebP file: frames and repetitions, found without decoding.

use domain::ports::ImageError;

use crate::format::ends_early;
use crate::limits;

/// What the walk found.
pub(crate) struct Structure {
    pub(crate) frames: u64,
    /// How often the animation is shown; 0 = for ever.
    pub(crate) plays: u32,
}

/// Walks the chunks.
///
/// # Errors
/// `TooLarge` for a size or a sum of frames beyond the limits, `Damaged` when it ends early.
pub(crate) fn walk(bytes: &[u8]) -> Result<Structure, ImageError> {
    let length = little(bytes, 4)? as usize;
    let file = bytes.get(..length.saturating_add(8)).ok_or_else(ends_early)?;
    let mut structure = Structure { frames: 0, plays: 0 };
    let mut canvas = (0, 0);
    let mut still = false;
    let mut at = 12;
    while at < file.len() {
        let name = file.get(at..at + 4).ok_or_else(ends_early)?;
        let length = little(file, at + 4)? as usize;
        let end = (at + 8).checked_add(length).ok_or_else(ends_early)?;
        let chunk = file.get(at + 8..end).ok_or_else(ends_early)?;
        match name {
            b"VP8X" => {
                canvas = (less_one(chunk, 4)?, less_one(chunk, 7)?);
                limits::check_size(canvas.0, canvas.1)?;
            }
            b"ANIM" => {
                let plays = chunk.get(4..6).ok_or_else(ends_early)?;
                structure.plays = u32::from(u16::from_le_bytes([plays[0], plays[1]]));
            }
            b"ANMF" => {
                structure.frames += 1;
                limits::check_size(less_one(chunk, 6)?, less_one(chunk, 9)?)?;
                limits::check_frames(canvas.0, canvas.1, structure.frames)?;
            }
            b"VP8 " | b"VP8L" => still = true,
            _ => {}
        }
        at = end + (length & 1);
    }
    if structure.frames == 0 && !still {
        return Err(ImageError::Damaged("it has no image".to_owned()));
    }
    Ok(structure)
}

fn little(bytes: &[u8], at: usize) -> Result<u32, ImageError> {
    let number = bytes.get(at..at + 4).ok_or_else(ends_early)?;
    Ok(u32::from_le_bytes([number[0], number[1], number[2], number[3]]))
}

/// Three bytes that hold a size less one.
fn less_one(chunk: &[u8], at: usize) -> Result<u32, ImageError> {
    let number = chunk.get(at..at + 3).ok_or_else(ends_early)?;
    Ok(u32::from_le_bytes([number[0], number[1], number[2], 0]) + 1)
}
