//! A count and a hash of lines, whatever their order.

use sha2::{Digest, Sha256};

/// Of lines of which none comes twice. Homes meet their rows in different orders, so the hash of all is the
/// sum, bit by bit and without carry, of the hashes of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub lines: u64,
    sum: [u8; 32],
}

impl Tally {
    /// Takes in a line.
    pub fn add(&mut self, line: &[u8]) {
        self.lines += 1;
        for (sum, byte) in self.sum.iter_mut().zip(Sha256::digest(line)) {
            *sum ^= byte;
        }
    }

    /// The hash of all, in hexadecimal.
    pub fn sha256(&self) -> String {
        domain::post::hex(&self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add(line.as_bytes()));
        tally
    }

    #[test]
    fn the_order_does_not_count_and_everything_else_does() {
        assert_eq!(of(&["a", "b", "c"]), of(&["c", "a", "b"]));
        for other in [&["a", "b"][..], &["a", "b", "d"], &["ab", "c", ""]] {
            assert_ne!(of(&["a", "b", "c"]).sha256(), of(other).sha256());
        }
    }
}
