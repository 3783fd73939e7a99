//! What kinds of characters there are, and how unknown words are made of them.

use std::path::Path;

use crate::DictionaryError;
use crate::file::{Region, damaged, u32_at};

const NAME_BYTES: usize = 32;
/// One entry per code unit below this; all others are like character 0.
const N_CHARS: usize = 0xffff;

/// Kinds and habits of one character.
#[derive(Clone, Copy)]
pub(crate) struct CharInfo(u32);

impl CharInfo {
    /// Whether both are of a common kind.
    pub(crate) fn shares_kind(self, other: Self) -> bool {
        self.0 & other.0 & 0x3_ffff != 0
    }

    /// Number of the kind that names its unknown words.
    pub(crate) fn kind(self) -> usize {
        (self.0 >> 18 & 0xff) as usize
    }

    /// Unknown words of up to so many characters are tried.
    pub(crate) fn longest(self) -> u32 {
        self.0 >> 26 & 0xf
    }

    /// Whether a run of the same kind is tried as one unknown word.
    pub(crate) fn grouped(self) -> bool {
        self.0 >> 30 & 1 == 1
    }

    /// Whether unknown words are tried even where the dictionary knows one.
    pub(crate) fn always(self) -> bool {
        self.0 >> 31 == 1
    }
}

pub(crate) struct Chars {
    table: Region,
    /// By number.
    pub(crate) kinds: Vec<String>,
}

impl Chars {
    pub(crate) fn open(path: &Path) -> Result<Self, DictionaryError> {
        let file = Region::open(path)?;
        let bytes = file.bytes();
        let cut = || damaged(path, "it is cut off");
        let n_kinds = u32_at(bytes, 0).ok_or_else(cut)? as usize;
        if n_kinds == 0 || n_kinds > 18 {
            return Err(damaged(path, "it has no sensible number of kinds"));
        }
        let names = bytes.get(4..4 + n_kinds * NAME_BYTES).ok_or_else(cut)?;
        let kinds = names
            .chunks_exact(NAME_BYTES)
            .map(|name| {
                let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                String::from_utf8_lossy(name).into_owned()
            })
            .collect();
        let start = 4 + n_kinds * NAME_BYTES;
        if bytes.len() != start + N_CHARS * 4 {
            return Err(damaged(path, "its length is not the one its header promises"));
        }
        let table = file.part(start, N_CHARS * 4).ok_or_else(cut)?;
        Ok(Self { table, kinds })
    }

    #[inline]
    pub(crate) fn info(&self, c: char) -> CharInfo {
        let code = c as usize;
        let entry = if code < N_CHARS { code } else { 0 };
        CharInfo(u32_at(self.table.bytes(), entry * 4).unwrap_or(0))
    }
}
