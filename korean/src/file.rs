//! A file's bytes in memory, and reading numbers from them without trust.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;

use crate::DictionaryError;

/// A part of a mapped file. Cloning shares the mapping.
#[derive(Clone)]
pub(crate) struct Region {
    map: Arc<Mmap>,
    range: Range<usize>,
}

impl Region {
    pub(crate) fn open(path: &Path) -> Result<Self, DictionaryError> {
        let unreadable =
            |source: io::Error| DictionaryError::Unreadable { path: path.into(), source };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(DictionaryError::Missing { path: path.into() });
            }
            Err(error) => return Err(unreadable(error)),
        };
        // SAFETY: nothing writes into an installed dictionary; setup replaces whole folders by a
        // rename, which leaves the old files to who has them mapped.
        #[allow(unsafe_code)]
        let map = unsafe { Mmap::map(&file) }.map_err(unreadable)?;
        let range = 0..map.len();
        Ok(Self { map: Arc::new(map), range })
    }

    /// The part of `length` bytes at `start`; `None` when it leaves the file.
    pub(crate) fn part(&self, start: usize, length: usize) -> Option<Self> {
        let end = start.checked_add(length)?;
        if end > self.range.len() {
            return None;
        }
        let range = self.range.start + start..self.range.start + end;
        Some(Self { map: self.map.clone(), range })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.map.get(self.range.clone()).unwrap_or_default()
    }
}

/// Names the file in an error.
pub(crate) fn damaged(path: &Path, reason: &'static str) -> DictionaryError {
    DictionaryError::Damaged { path: PathBuf::from(path), reason }
}

#[inline]
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[inline]
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
