//! Finds words that are nearly written like another, in a sorted list of them.

use korean::near::{Costs, Near};
use tantivy_fst::Automaton;

/// Ends the letters of an entry of the vocabulary; what they stand for follows.
pub(crate) const END: u8 = 0;

/// Walks a vocabulary without looking at what cannot be near.
pub(crate) struct Walk<'a>(pub(crate) &'a Near);

#[derive(Clone, Copy)]
pub(crate) enum State {
    Reading(Costs),
    Matched,
    Failed,
}

impl Automaton for Walk<'_> {
    type State = State;

    fn start(&self) -> State {
        State::Reading(self.0.start())
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
            return if self.0.near(costs) { State::Matched } else { State::Failed };
        }
        let next = self.0.next(costs, byte);
        if self.0.settled(&next) {
            State::Matched
        } else if self.0.hopeless(&next) {
            State::Failed
        } else {
            State::Reading(next)
        }
    }
}

#[cfg(test)]
mod tests {
    use korean::letters;
    use proptest::prelude::*;

    use super::*;

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
            let walk = Walk(&near);
            let mut state = walk.start();
            for byte in letters.iter().chain(&[END, b'x']) {
                state = walk.accept(&state, *byte);
            }
            prop_assert_eq!(walk.is_match(&state), near.cost(&letters).is_some());
        }
    }
}
