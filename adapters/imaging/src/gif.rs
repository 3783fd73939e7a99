//! The structure of a GIF: size, frames and repetitions, found without unpacking a frame.

use domain::ports::ImageError;

use crate::format::ends_early;
use crate::limits;

/// What the walk found.
#[derive(Debug)]
pub(crate) struct Structure {
    pub(crate) frames: u64,
    /// How often the animation is shown; 0 = for ever.
    pub(crate) plays: u32,
}

/// Walks the blocks up to the end.
///
/// # Errors
/// `TooLarge` for a canvas or a sum of frames beyond the limits, `Damaged` when it ends early.
pub(crate) fn walk(bytes: &[u8]) -> Result<Structure, ImageError> {
    let mut reader = Reader { bytes, at: 6 };
    let width = reader.number()?;
    let height = reader.number()?;
    limits::check_size(width, height)?;
    let flags = reader.byte()?;
    reader.skip(2)?;
    reader.skip(table_length(flags))?;
    let mut structure = Structure { frames: 0, plays: 1 };
    loop {
        match reader.byte()? {
            0x21 => {
                if reader.byte()? == 0xff {
                    reader.application(&mut structure)?;
                } else {
                    reader.blocks()?;
                }
            }
            0x2c => {
                reader.skip(4)?;
                limits::check_size(reader.number()?, reader.number()?)?;
                let flags = reader.byte()?;
                reader.skip(table_length(flags) + 1)?;
                reader.blocks()?;
                structure.frames += 1;
                limits::check_frames(width, height, structure.frames)?;
            }
            0x3b => break,
            // Padding between blocks, which some encoders write.
            0 => {}
            _ => return Err(ImageError::Damaged("a block of an unknown kind".to_owned())),
        }
    }
    if structure.frames == 0 {
        return Err(ImageError::Damaged("it has no image".to_owned()));
    }
    Ok(structure)
}

fn table_length(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, ImageError> {
        let byte = *self.bytes.get(self.at).ok_or_else(ends_early)?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u32, ImageError> {
        Ok(u32::from(u16::from_le_bytes([self.byte()?, self.byte()?])))
    }

    fn skip(&mut self, n_bytes: usize) -> Result<(), ImageError> {
        self.at += n_bytes;
        if self.at > self.bytes.len() { Err(ends_early()) } else { Ok(()) }
    }

    /// Skips a chain of blocks.
    fn blocks(&mut self) -> Result<(), ImageError> {
        loop {
            match self.byte()? {
                0 => return Ok(()),
                length => self.skip(usize::from(length))?,
            }
        }
    }

    /// Reads an application's block: Netscape's says how often to repeat, the first showing apart.
    fn application(&mut self, structure: &mut Structure) -> Result<(), ImageError> {
        let start = self.at;
        self.blocks()?;
        let block = &self.bytes[start..self.at];
        if let Some([3, 1, low, high, ..]) = block.strip_prefix(b"\x0bNETSCAPE2.0") {
            let repeats = u32::from(u16::from_le_bytes([*low, *high]));
            structure.plays = if repeats == 0 { 0 } else { repeats + 1 };
        }
        Ok(())
    }
}
