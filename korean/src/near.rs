//! Whether one word is nearly written like another.

use crate::letters::{self, SLIP};

/// Longer words are neither forgiven nor completed.
pub const LONGEST: usize = 40;

/// One more than the letters of the longest word.
const WIDTH: usize = LONGEST + 1;

/// A first letter of Latin is seldom wrong.
const WRONG_BEGINNING: u8 = 1;

/// Words whose letters are those of a word, but for a few slips.
///
/// Slips are wrong, missing and superfluous letters and two that changed places, counted as
/// [`letters::difference`] says. Other words are read letter by letter, so that who walks a sorted list
/// of them can leave out what cannot match.
#[derive(Clone, Debug)]
pub struct Near {
    word: Vec<u8>,
    budget: u8,
    begins: bool,
}

/// The costs of all beginnings of the word against what was read.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    row: [u8; WIDTH],
    /// One letter earlier, for letters that changed places.
    before: [u8; WIDTH],
    last: u8,
}

impl Near {
    /// Words with at most so many slips; with `begins`, words that begin nearly so. `None` for a word
    /// that is too long or empty.
    pub fn new(word: &str, budget: u8, begins: bool) -> Option<Self> {
        let word = letters::letters(word);
        let fits = (1..=LONGEST).contains(&word.len());
        fits.then_some(Self { word, budget, begins })
    }

    /// What the letters of another word cost; `None` above the budget.
    pub fn cost(&self, letters: &[u8]) -> Option<u8> {
        let mut costs = self.start();
        let mut lowest = u8::MAX;
        for letter in letters {
            if self.begins {
                lowest = lowest.min(self.whole(&costs));
            }
            costs = self.next(&costs, *letter);
        }
        let cost = lowest.min(self.whole(&costs));
        (cost <= self.budget).then_some(cost)
    }

    /// Before the first letter.
    pub fn start(&self) -> Costs {
        let mut row = [u8::MAX; WIDTH];
        row[0] = 0;
        for (place, missing) in row.iter_mut().zip(0_u8..).take(self.word.len() + 1).skip(1) {
            *place = missing.saturating_mul(SLIP).saturating_add(self.wrong_beginning());
        }
        // No letter is 0.
        Costs { row, before: [u8::MAX; WIDTH], last: 0 }
    }

    /// After one more letter.
    pub fn next(&self, costs: &Costs, letter: u8) -> Costs {
        let Costs { row, before, last } = costs;
        let mut next = [u8::MAX; WIDTH];
        let first = if row[0] == 0 { self.wrong_beginning() } else { 0 };
        next[0] = row[0].saturating_add(SLIP + first);
        for (at, own) in self.word.iter().enumerate() {
            let typed_last = self.begins && at + 1 == self.word.len();
            let mut wrong = match letters::difference(*own, letter) {
                _ if typed_last && letters::grows_into(*own, letter) => 0,
                difference => difference,
            };
            if wrong > 0 && at == 0 {
                wrong += self.wrong_beginning();
            }
            let mut cost = row[at].saturating_add(wrong);
            cost = cost.min(row[at + 1].saturating_add(SLIP));
            cost = cost.min(next[at].saturating_add(SLIP));
            if at > 0 && *own == *last && self.word[at - 1] == letter {
                cost = cost.min(before[at - 1].saturating_add(SLIP));
            }
            next[at + 1] = cost;
        }
        Costs { row: next, before: *row, last: letter }
    }

    /// Whether what was read is near enough.
    pub fn near(&self, costs: &Costs) -> bool {
        self.whole(costs) <= self.budget
    }

    /// Whether whatever follows is near enough, because what was read is, and beginnings count.
    pub fn settled(&self, costs: &Costs) -> bool {
        self.begins && self.near(costs)
    }

    /// Whether nothing that could follow makes it near enough.
    pub fn hopeless(&self, costs: &Costs) -> bool {
        let all = |row: &[u8]| row[..=self.word.len()].iter().all(|cost| *cost > self.budget);
        all(&costs.row) && all(&costs.before)
    }

    fn wrong_beginning(&self) -> u8 {
        if self.word.first().is_some_and(u8::is_ascii) { WRONG_BEGINNING } else { 0 }
    }

    fn whole(&self, costs: &Costs) -> u8 {
        costs.row[self.word.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, other: &str, expected: Option<u8>) {
        let near = Near::new(word, letters::forgiven(word), false).unwrap();
        assert_eq!(near.cost(&letters::letters(other)), expected, "{word} {other}");
    }

    #[test]
    fn a_slip_of_a_letter_is_forgiven_in_a_word_that_is_long_enough() {
        check("뷴석기", "분석기", Some(2));
        check("형테소", "형태소", Some(1));
        check("분섯기", "분석기", Some(2));
        check("분서기", "분석기", Some(2));
        check("트렌젝션", "트랜잭션", Some(2));
        check("kuberentes", "kubernetes", Some(2));
        check("posgres", "postgres", Some(2));
        check("rust", "trust", None);
        check("cat", "car", None);
        check("서버", "수박", None);
    }

    #[test]
    fn a_word_is_completed_also_from_half_a_syllable() {
        for (typed, word) in [("형탯", "형태소"), ("ㅎ", "형태소"), ("고", "과제"), ("ru", "rust")]
        {
            let near = Near::new(typed, 0, true).unwrap();
            assert_eq!(near.cost(&letters::letters(word)), Some(0), "{typed} {word}");
        }
        let near = Near::new("형소", 0, true).unwrap();
        assert_eq!(near.cost(&letters::letters("형태소")), None);
    }
}
