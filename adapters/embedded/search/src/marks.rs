//! Where terms stand in a text, packed: for each term the distance from the one before, its length,
//! and a hash of it.

use std::collections::HashSet;
use std::ops::Range;

use korean::Term;

/// Packs terms in the order of the text.
pub(crate) fn pack(terms: &[Term]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(terms.len() * 6);
    let mut before = 0;
    for term in terms {
        // Parts of a contracted word share its start, and a start never goes back.
        push_number(&mut bytes, term.range.start.saturating_sub(before));
        push_number(&mut bytes, term.range.len());
        bytes.extend_from_slice(&hash(&term.text).to_le_bytes());
        before = term.range.start;
    }
    bytes
}

/// Where in `text` the terms with these hashes stand, with the hash of each. What does not fit the
/// text, because it is damaged, is left out.
pub(crate) fn find(packed: &[u8], text: &str, hashes: &HashSet<u32>) -> Vec<(Range<usize>, u32)> {
    let mut found = Vec::new();
    let mut rest = packed;
    let mut start = 0_usize;
    while let Some((gap, length, hash)) = next(&mut rest) {
        start = start.saturating_add(gap);
        let range = start..start.saturating_add(length);
        if hashes.contains(&hash) && text.get(range.clone()).is_some() {
            found.push((range, hash));
        }
    }
    found
}

/// FNV-1a over the bytes: the same in every version of the compiler, for it is stored.
pub(crate) fn hash(term: &str) -> u32 {
    term.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn next(rest: &mut &[u8]) -> Option<(usize, usize, u32)> {
    let (gap, length) = (number(rest)?, number(rest)?);
    let (hash, after) = rest.split_first_chunk()?;
    *rest = after;
    Some((gap, length, u32::from_le_bytes(*hash)))
}

/// Seven bits a byte, lowest first, the high bit where more follow.
fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn packed_terms_are_found_where_they_stood() {
        let text = "x".repeat(500);
        let term = |text: &str, range| Term { text: text.into(), range, position: 0 };
        let terms = [term("a", 0..1), term("b", 0..1), term("c", 3..400), term("a", 450..460)];
        let packed = pack(&terms);
        let a = hash("a");
        assert_eq!(find(&packed, &text, &HashSet::from([a])), [(0..1, a), (450..460, a)]);
        assert_eq!(find(&packed, &text, &HashSet::from([hash("c")])), [(3..400, hash("c"))]);
    }

    proptest! {
        #[test]
        fn damaged_marks_never_leave_the_text(packed in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = "한글과 English";
            let hashes: HashSet<u32> = packed.windows(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            for (range, _) in find(&packed, text, &hashes) {
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
