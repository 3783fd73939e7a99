//! One `.dic` file: a trie of words, their tokens, and the tokens' features.

use std::ops::Range;
use std::path::Path;

use crate::DictionaryError;
use crate::double_array::DoubleArray;
use crate::file::{Region, damaged, u16_at, u32_at};

const HEADER_BYTES: usize = 72;
const TOKEN_BYTES: usize = 16;
/// The header's first word is the file's length, hidden by this.
const MAGIC: u32 = 0xef71_8f77;
const VERSION: u32 = 102;

/// What the path search must know of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// How it connects to what stands before it.
    pub(crate) left: u16,
    /// How it connects to what follows.
    pub(crate) right: u16,
    /// Part of speech, as `pos-id.def` numbers them.
    pub(crate) pos: u16,
    pub(crate) cost: i16,
    /// Where its feature begins.
    pub(crate) feature: u32,
}

pub(crate) struct Lexicon {
    trie: DoubleArray,
    tokens: Region,
    features: Region,
    /// Number of right ids and of left ids; the matrix must have as many.
    pub(crate) ids: (u32, u32),
}

impl Lexicon {
    pub(crate) fn open(path: &Path) -> Result<Self, DictionaryError> {
        let file = Region::open(path)?;
        let bytes = file.bytes();
        let word =
            |n: usize| u32_at(bytes, n * 4).ok_or_else(|| damaged(path, "the header is cut off"));
        if u64::from(word(0)? ^ MAGIC) != bytes.len() as u64 {
            return Err(damaged(path, "its length is not the one it was written with"));
        }
        if word(1)? != VERSION {
            return Err(damaged(path, "it is of another format version"));
        }
        let charset = bytes.get(40..HEADER_BYTES).unwrap_or_default();
        if !charset.starts_with(b"UTF-8\0") {
            return Err(damaged(path, "it is not in UTF-8"));
        }
        let ids = (word(4)?, word(5)?);
        let [trie, tokens, features] = [word(6)? as usize, word(7)? as usize, word(8)? as usize];
        let sections = || {
            Some((
                file.part(HEADER_BYTES, trie)?,
                file.part(HEADER_BYTES + trie, tokens)?,
                file.part(HEADER_BYTES + trie + tokens, features)?,
            ))
        };
        let (trie, tokens, features) =
            sections().ok_or_else(|| damaged(path, "its sections leave the file"))?;
        Ok(Self { trie: DoubleArray::new(trie), tokens, features, ids })
    }

    /// Calls `found` with each word that `text` begins with: its bytes, and its tokens' numbers.
    pub(crate) fn prefixes(&self, text: &[u8], mut found: impl FnMut(usize, Range<u32>)) {
        self.trie.prefixes(text, |prefix| {
            if prefix.length > 0 {
                found(prefix.length, tokens_of(prefix.value));
            }
        });
    }

    /// The tokens of exactly this word.
    pub(crate) fn tokens_of(&self, word: &str) -> Range<u32> {
        self.trie.get(word.as_bytes()).map_or(0..0, tokens_of)
    }

    /// `None` when the number leaves the file.
    #[inline]
    pub(crate) fn token(&self, number: u32) -> Option<Token> {
        let bytes = self.tokens.bytes();
        let at = (number as usize).checked_mul(TOKEN_BYTES)?;
        Some(Token {
            left: u16_at(bytes, at)?,
            right: u16_at(bytes, at + 2)?,
            pos: u16_at(bytes, at + 4)?,
            cost: u16_at(bytes, at + 6)?.cast_signed(),
            feature: u32_at(bytes, at + 8)?,
        })
    }

    /// The feature that begins at `offset`: fields between commas. Empty when it does not read.
    pub(crate) fn feature(&self, offset: u32) -> &str {
        let rest = self.features.bytes().get(offset as usize..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == 0).unwrap_or(0);
        std::str::from_utf8(rest.get(..end).unwrap_or_default()).unwrap_or_default()
    }

    pub(crate) fn n_tokens(&self) -> usize {
        self.tokens.bytes().len() / TOKEN_BYTES
    }
}

/// A value of the trie: the first token's number above, how many there are in the low byte.
fn tokens_of(value: u32) -> Range<u32> {
    let first = value >> 8;
    first..first + (value & 0xff)
}
