//! The cheapest way through a line of text: all words that could stand at each place, and Viterbi.

use std::ops::Range;

use crate::dictionary::Dictionary;
use crate::lexicon::Token;

/// Runs of one kind longer than this are not tried as one unknown word.
const LONGEST_RUN: u32 = 24;
const NONE: u32 = u32::MAX;

/// Where a word was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Dictionary,
    Unknown,
    User,
}

/// A word of the chosen path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// First byte in the line.
    pub(crate) start: u32,
    /// Byte after the last.
    pub(crate) end: u32,
    pub(crate) origin: Origin,
    /// The token's feature; for a user word, its number.
    pub(crate) feature: u32,
}

struct Node {
    step: Step,
    right: u16,
    /// Cost of the cheapest way up to and with this word.
    total: i32,
    previous: u32,
    /// Another word that ends at the same byte.
    sibling: u32,
}

/// Splits one line. Time and memory are linear in its length, by the dictionary's longest word.
pub(crate) fn split(dictionary: &Dictionary, line: &str) -> Vec<Step> {
    let mut lattice =
        Lattice { dictionary, line, nodes: Vec::new(), ends: vec![NONE; line.len() + 1] };
    lattice.run()
}

struct Lattice<'a> {
    dictionary: &'a Dictionary,
    line: &'a str,
    nodes: Vec<Node>,
    /// By byte: the last node that ends there.
    ends: Vec<u32>,
}

impl Lattice<'_> {
    fn run(&mut self) -> Vec<Step> {
        let beginning = Step { start: 0, end: 0, origin: Origin::Unknown, feature: 0 };
        self.nodes.push(Node {
            step: beginning,
            right: 0,
            total: 0,
            previous: NONE,
            sibling: NONE,
        });
        self.ends[0] = 0;
        let end = self.line.trim_end_matches(|c| self.space(c)).len();
        for place in 0..end {
            if self.ends[place] != NONE {
                self.extend(place);
            }
        }
        self.cheapest(end)
    }

    /// Tries all words that may stand after `place` and the space there.
    fn extend(&mut self, place: usize) {
        let rest = &self.line[place..];
        let word = rest.trim_start_matches(|c| self.space(c));
        let start = place + (rest.len() - word.len());
        let n_before = self.nodes.len();
        let dictionary = self.dictionary;
        dictionary.words.prefixes(word.as_bytes(), |length, tokens| {
            for token in tokens.filter_map(|number| dictionary.words.token(number)) {
                let end = start + length;
                self.add(
                    place,
                    Step {
                        start: start as u32,
                        end: end as u32,
                        origin: Origin::Dictionary,
                        feature: token.feature,
                    },
                    token,
                );
            }
        });
        dictionary.user.prefixes(word.as_bytes(), |length, number, token| {
            let end = start + length;
            self.add(
                place,
                Step {
                    start: start as u32,
                    end: end as u32,
                    origin: Origin::User,
                    feature: number,
                },
                token,
            );
        });
        self.add_unknown(place, start, self.nodes.len() > n_before);
    }

    /// Tries words that no dictionary has, as mecab makes them of kinds of characters.
    fn add_unknown(&mut self, place: usize, start: usize, known: bool) {
        let word = &self.line[start..];
        let mut chars = word.chars();
        let Some(first) = chars.next() else { return };
        let info = self.dictionary.chars.info(first);
        if known && !info.always() {
            return;
        }
        let mut added = false;
        let after_first = start + first.len_utf8();
        let mut run_end = None;
        if info.grouped() {
            let (mut kind, mut end, mut n) = (info, after_first, 0);
            for c in chars.clone() {
                let next = self.dictionary.chars.info(c);
                // One more than the longest is enough to know that it is too long.
                if n > LONGEST_RUN || !kind.shares_kind(next) {
                    break;
                }
                (kind, end, n) = (next, end + c.len_utf8(), n + 1);
            }
            if n <= LONGEST_RUN {
                added |= self.add_unknown_word(place, start, end, info.kind());
                run_end = Some(end);
            }
        }
        let mut end = after_first;
        for _ in 0..info.longest() {
            if run_end != Some(end) {
                added |= self.add_unknown_word(place, start, end, info.kind());
            }
            match chars.next() {
                Some(c) if info.shares_kind(self.dictionary.chars.info(c)) => end += c.len_utf8(),
                _ => break,
            }
        }
        if !added && !known && !self.add_unknown_word(place, start, after_first, info.kind()) {
            // Only a damaged dictionary lacks a kind: go on, so that the path never breaks off.
            let step = Step {
                start: start as u32,
                end: after_first as u32,
                origin: Origin::Unknown,
                feature: u32::MAX,
            };
            self.add(place, step, Token { left: 0, right: 0, pos: 0, cost: i16::MAX, feature: 0 });
        }
    }

    fn add_unknown_word(&mut self, place: usize, start: usize, end: usize, kind: usize) -> bool {
        let dictionary = self.dictionary;
        let tokens = dictionary.unknown_tokens.get(kind).map_or(&[][..], Vec::as_slice);
        for token in tokens {
            let step = Step {
                start: start as u32,
                end: end as u32,
                origin: Origin::Unknown,
                feature: token.feature,
            };
            self.add(place, step, *token);
        }
        !tokens.is_empty()
    }

    /// Adds a word behind the cheapest of those that end at `place`.
    fn add(&mut self, place: usize, step: Step, token: Token) {
        let end = step.end as usize;
        if !self.line.is_char_boundary(end) || end <= step.start as usize {
            return; // a damaged dictionary
        }
        let spaced = step.start as usize > place;
        let word_cost =
            i32::from(token.cost) + if spaced { left_space_penalty(token.pos) } else { 0 };
        let (previous, total) = self.cheapest_before(place, token.left);
        let total = total.saturating_add(word_cost);
        let number = self.nodes.len() as u32;
        self.nodes.push(Node {
            step,
            right: token.right,
            total,
            previous,
            sibling: self.ends[end],
        });
        self.ends[end] = number;
    }

    fn cheapest_before(&self, place: usize, left: u16) -> (u32, i32) {
        let row = self.dictionary.matrix.row(left);
        let mut best = (NONE, i32::MAX);
        let mut number = self.ends[place];
        while let Some(node) = self.nodes.get(number as usize) {
            let total = node.total.saturating_add(row.cost(node.right));
            // Of equals the one added first, as mecab has it: siblings are walked latest first.
            if total <= best.1 {
                best = (number, total);
            }
            number = node.sibling;
        }
        best
    }

    /// Walks back from the end of the line.
    fn cheapest(&self, end: usize) -> Vec<Step> {
        let (mut number, _) = self.cheapest_before(end, 0);
        let mut steps = Vec::new();
        while let Some(node) = self.nodes.get(number as usize) {
            if node.previous != NONE {
                steps.push(node.step);
            }
            number = node.previous;
        }
        steps.reverse();
        steps
    }

    fn space(&self, c: char) -> bool {
        let chars = &self.dictionary.chars;
        chars.info(c).shares_kind(chars.info(' '))
    }
}

/// What mecab-ko adds to words that lean on what stands before them, when a space is between:
/// endings, particles, the copula, suffixes (`left-space-penalty-factor` in its `dicrc`).
fn left_space_penalty(pos: u16) -> i32 {
    match pos {
        120 | 210 => 6_000,
        100 | 172 | 183 | 184 | 185 | 200 | 220 | 221 | 222 | 230 => 3_000,
        _ => 0,
    }
}

/// Cuts a text into lines short enough for the lattice: at line ends, and in longer ones at spaces.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    const LONGEST_LINE: usize = 4_096;
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let window = &rest[..rest.floor_char_boundary(LONGEST_LINE)];
        let length = match window.find('\n') {
            Some(end) => end + 1,
            None if window.len() == rest.len() => rest.len(),
            None => {
                window.rfind(char::is_whitespace).filter(|end| *end > 0).unwrap_or(window.len())
            }
        };
        let line = start..start + length;
        start = line.end;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cover_the_text_and_are_short() {
        let text = format!("{}\n\n끝 {}", "가".repeat(5_000), "단어 ".repeat(3_000));
        let lines: Vec<_> = lines(&text).collect();
        assert_eq!(lines.iter().map(|line| &text[line.clone()]).collect::<String>(), text);
        assert!(lines.iter().all(|line| line.len() <= 4_096));
    }

    #[test]
    fn particles_are_dearer_after_a_space() {
        assert_eq!(left_space_penalty(120), 6_000);
        assert_eq!(left_space_penalty(150), 0);
    }
}
