//! What it costs when one kind of word follows another.

use std::path::Path;

use crate::DictionaryError;
use crate::file::{Region, damaged, u16_at};

const HEADER_BYTES: usize = 4;

pub(crate) struct Matrix {
    file: Region,
    n_right: usize,
    n_left: usize,
}

impl Matrix {
    pub(crate) fn open(path: &Path) -> Result<Self, DictionaryError> {
        let file = Region::open(path)?;
        let bytes = file.bytes();
        let size = |at| {
            u16_at(bytes, at).map(usize::from).ok_or_else(|| damaged(path, "the header is cut off"))
        };
        let (n_right, n_left) = (size(0)?, size(2)?);
        if n_right == 0 || n_left == 0 || bytes.len() != HEADER_BYTES + n_right * n_left * 2 {
            return Err(damaged(path, "its length is not the one its header promises"));
        }
        Ok(Self { file, n_right, n_left })
    }

    /// Number of right ids and of left ids.
    pub(crate) fn ids(&self) -> (u32, u32) {
        (self.n_right as u32, self.n_left as u32)
    }

    /// The costs of all words before one with this left id, by their right id. Ids that the matrix
    /// does not have cost as much as the dearest.
    #[inline]
    pub(crate) fn row(&self, left: u16) -> Row<'_> {
        let start = HEADER_BYTES + usize::from(left) * self.n_right * 2;
        Row(self.file.bytes().get(start..start + self.n_right * 2).unwrap_or_default())
    }
}

pub(crate) struct Row<'a>(&'a [u8]);

impl Row<'_> {
    #[inline]
    pub(crate) fn cost(&self, right: u16) -> i32 {
        let cost = u16_at(self.0, usize::from(right) * 2).map_or(i16::MAX, u16::cast_signed);
        i32::from(cost)
    }
}
