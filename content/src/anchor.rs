//! Ids of headings: readable, stable, unique in the article.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

/// Longest anchor in characters, its number apart.
const LONGEST: usize = 80;

/// Gives out anchors, each once.
#[derive(Default)]
pub(crate) struct Anchors {
    given: HashSet<String>,
    /// Where to go on counting for a base: many equal headings must not count from 1 each time.
    next: HashMap<String, u32>,
}

impl Anchors {
    /// Makes the anchor of a heading: letters and digits of any script are kept in lower case, the rest
    /// becomes single hyphens.
    pub(crate) fn give(&mut self, heading: &str) -> String {
        let base = base(heading);
        if self.given.insert(base.clone()) {
            return base;
        }
        let number = self.next.entry(base.clone()).or_insert(1);
        loop {
            let anchor = format!("{base}-{number}");
            *number += 1;
            if self.given.insert(anchor.clone()) {
                return anchor;
            }
        }
    }
}

fn base(heading: &str) -> String {
    let mut base = String::new();
    let mut n_chars = 0;
    let mut gap = false;
    for c in heading.nfc().flat_map(char::to_lowercase) {
        if n_chars >= LONGEST {
            break;
        }
        if c.is_alphanumeric() {
            if gap && !base.is_empty() {
                base.push('-');
                n_chars += 1;
            }
            gap = false;
            base.push(c);
            n_chars += 1;
        } else if c.is_whitespace() || matches!(c, '-' | '_' | '/' | '.' | ':' | '+') {
            gap = true;
        }
    }
    if base.is_empty() { "section".to_owned() } else { base }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_is_kept_and_repeated_headings_are_numbered() {
        let mut anchors = Anchors::default();
        assert_eq!(anchors.give("1.5 설치와 `cargo build`!"), "1-5-설치와-cargo-build");
        assert_eq!(anchors.give("설치"), "설치");
        assert_eq!(anchors.give("설치"), "설치-1");
        assert_eq!(anchors.give("설치 1"), "설치-1-1");
        assert_eq!(anchors.give("설치"), "설치-2");
        assert_eq!(anchors.give("?!"), "section");
    }

    #[test]
    fn decomposed_hangul_gives_the_same_anchor_as_composed() {
        assert_eq!(
            Anchors::default().give("\u{1112}\u{1161}\u{11ab}"),
            Anchors::default().give("한")
        );
    }
}
