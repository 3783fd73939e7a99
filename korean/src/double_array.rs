//! The double-array trie of a mecab dictionary.
//!
//! mecab writes the classic form: pairs of a signed base and an unsigned check, four bytes each. The
//! crate yada reads the newer packed form of one word per node, so this one is read here.

use crate::file::{Region, u32_at};

const NODE_BYTES: usize = 8;

pub(crate) struct DoubleArray(Region);

/// A key that is a prefix of the text.
pub(crate) struct Prefix {
    /// Bytes of the key.
    pub(crate) length: usize,
    /// What is stored under it.
    pub(crate) value: u32,
}

impl DoubleArray {
    pub(crate) fn new(region: Region) -> Self {
        Self(region)
    }

    /// Calls `found` for each key that `text` begins with, shortest first.
    pub(crate) fn prefixes(&self, text: &[u8], mut found: impl FnMut(Prefix)) {
        let nodes = self.0.bytes();
        let Some((root, _)) = node(nodes, 0) else { return };
        let mut state = root;
        for length in 0..=text.len() {
            if let Some(value) = value_at(nodes, state) {
                found(Prefix { length, value });
            }
            let Some(&byte) = text.get(length) else { return };
            let Some(next) = step(nodes, state, byte) else { return };
            state = next;
        }
    }

    /// The value under exactly `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Option<u32> {
        let mut exact = None;
        self.prefixes(key, |prefix| {
            if prefix.length == key.len() {
                exact = Some(prefix.value);
            }
        });
        exact
    }
}

#[inline]
fn node(nodes: &[u8], index: u32) -> Option<(i32, u32)> {
    let at = (index as usize).checked_mul(NODE_BYTES)?;
    Some((u32_at(nodes, at)?.cast_signed(), u32_at(nodes, at + 4)?))
}

#[inline]
fn value_at(nodes: &[u8], state: i32) -> Option<u32> {
    let index = u32::try_from(state).ok()?;
    let (base, check) = node(nodes, index)?;
    // A value is kept as its negative less one, so that zero is told from "no value".
    if check == index && base < 0 { Some((!base).cast_unsigned()) } else { None }
}

#[inline]
fn step(nodes: &[u8], state: i32, byte: u8) -> Option<i32> {
    let from = u32::try_from(state).ok()?;
    let (base, check) = node(nodes, from.checked_add(u32::from(byte) + 1)?)?;
    if check == from { Some(base) } else { None }
}
