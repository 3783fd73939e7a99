//! Finds words that are nearly written like another, in a sorted list of them.

use korean::letters::{self, SLIP};
use tantivy_fst::Automaton;

/// Ends the letters of an entry of the vocabulary; what they stand for follows.
pub(crate) const END: u8 = 0;

/// Longer words are neither forgiven nor completed.
pub(crate) const LONGEST: usize = 40;

/// One more than the letters of the longest word.
const WIDTH: usize = LONGEST + 1;

/// A first letter of Latin is seldom wrong.
const WRONG_BEGINNING: u8 = 1;

/// Entries whose letters are those of a word, but for a few slips.
///
/// Slips are wrong, missing and superfluous letters and two that changed places, counted as
/// [`letters::difference`] says. As an automaton it walks the list without looking at what cannot match.
pub(crate) struct Near {
    word: Vec<u8>,
    budget: u8,
    begins: bool,
}

/// The costs of all beginnings of the word against what was read.
#[derive(Clone, Copy)]
pub(crate) struct Costs {
    row: [u8; WIDTH],
    /// One letter earlier, for letters that changed places.
    before: [u8; WIDTH],
    last: u8,
}

#[derive(Clone, Copy)]
pub(crate) enum State {
    Reading(Costs),
    Matched,
    Failed,
}

impl Near {
    /// Words with at most so many slips; with `begins`, words that begin nearly so. `None` for a word
    /// that is too long or empty.
    pub(crate) fn new(word: &str, budget: u8, begins: bool) -> Option<Self> {
        let word = letters::letters(word);
        let fits = (1..=LONGEST).contains(&word.len());
        fits.then_some(Self { word, budget, begins })
    }

    /// What the letters of an entry cost; `None` above the budget.
    pub(crate) fn cost(&self, entry: &[u8]) -> Option<u8> {
        let mut costs = self.first();
        let mut lowest = u8::MAX;
        for letter in entry {
            if self.begins {
                lowest = lowest.min(self.whole(&costs));
            }
            costs = self.next(&costs, *letter);
        }
        let cost = lowest.min(self.whole(&costs));
        (cost <= self.budget).then_some(cost)
    }

    fn first(&self) -> Costs {
        let mut row = [u8::MAX; WIDTH];
        row[0] = 0;
        for (place, missing) in row.iter_mut().zip(0_u8..).take(self.word.len() + 1).skip(1) {
            *place = missing.saturating_mul(SLIP).saturating_add(self.wrong_beginning());
        }
        Costs { row, before: [u8::MAX; WIDTH], last: END }
    }

    fn wrong_beginning(&self) -> u8 {
        if self.word.first().is_some_and(u8::is_ascii) { WRONG_BEGINNING } else { 0 }
    }

    fn whole(&self, costs: &Costs) -> u8 {
        costs.row[self.word.len()]
    }

    fn next(&self, costs: &Costs, letter: u8) -> Costs {
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

    fn hopeless(&self, costs: &Costs) -> bool {
        let all = |row: &[u8]| row[..=self.word.len()].iter().all(|cost| *cost > self.budget);
        all(&costs.row) && all(&costs.before)
    }
}

impl Automaton for Near {
    type State = State;

    fn start(&self) -> State {
        State::Reading(self.first())
    }

    fn is_match(&self, state: &State) -> bool {
        matches!(state, State::Matched)
    }

    fn can_match(&self, state: &State) -> bool {
        !matches!(state, State::Failed)
    }

    fn will_always_match(&self, state: &State) -> bool {
        matches!(state, State::Matched)
    }

    fn accept(&self, state: &State, byte: u8) -> State {
        let State::Reading(costs) = state else { return *state };
        if byte == END {
            let found = self.whole(costs) <= self.budget;
            return if found { State::Matched } else { State::Failed };
        }
        let next = self.next(costs, byte);
        if self.begins && self.whole(&next) <= self.budget {
            State::Matched
        } else if self.hopeless(&next) {
            State::Failed
        } else {
            State::Reading(next)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(word: &str, entry: &str, expected: Option<u8>) {
        let near = Near::new(word, letters::forgiven(word), false).unwrap();
        assert_eq!(near.cost(&letters::letters(entry)), expected, "{word} {entry}");
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

    proptest! {
        #[test]
        fn the_automaton_finds_exactly_what_costs_little_enough(
            word in "[가-다]{1,4}|[a-c]{1,6}",
            entry in "[가-다]{0,5}|[a-c]{0,7}",
            budget in 0_u8..6,
            begins: bool,
        ) {
            let near = Near::new(&word, budget, begins).unwrap();
            let letters = letters::letters(&entry);
            let mut state = near.start();
            for byte in letters.iter().chain(&[END, b'x']) {
                state = near.accept(&state, *byte);
            }
            prop_assert_eq!(near.is_match(&state), near.cost(&letters).is_some());
        }
    }
}
