//! Which sentences stand for the text: one of each third, central, and not the same thing twice.

use crate::rank::{self, Vector};
use crate::words::Words;

/// Sentences of a third that are looked at: the cost grows with their square.
const LOOKED_AT: usize = 150;
/// How much of its weight a sentence loses when it says, word for word, what was said already.
const REDUNDANCY: f64 = 1.0;
/// How much the title's words add.
const TITLE: f64 = 0.6;

/// Chooses from the text's sentences in their order.
pub(crate) fn choose(words: &Words, title: &str, sentences: &[&str]) -> Vec<String> {
    let telling: Vec<&str> =
        sentences.iter().copied().filter(|text| telling(words, text)).collect();
    // A text of short remarks only is still summed up by them.
    let candidates = if telling.len() >= 3 { telling } else { sentences.to_vec() };
    let n = candidates.len();
    if n <= 3 {
        return candidates.into_iter().map(str::to_owned).collect();
    }
    let thirds: Vec<&[&str]> = (0..3)
        .filter_map(|third| candidates.get(third * n / 3..(third + 1) * n / 3))
        .map(|third| &third[..third.len().min(LOOKED_AT)])
        .collect();
    let looked_at: Vec<&str> = thirds.iter().flat_map(|third| third.iter().copied()).collect();
    let mut terms: Vec<Vec<String>> = looked_at.iter().map(|text| words.terms(text)).collect();
    terms.push(words.terms(title));
    let mut vectors = rank::vectors(&terms);
    let title = vectors.pop().unwrap_or_default();
    let ranks = rank::ranks(&vectors);
    let weight = |at: usize| {
        ranks[at]
            * (1.0 + TITLE * rank::likeness(&vectors[at], &title))
            * length_weight(looked_at[at])
    };
    let mut chosen: Vec<usize> = Vec::new();
    let mut start = 0;
    for third in thirds {
        let best = (start..start + third.len())
            .map(|at| (at, weight(at) * (1.0 - REDUNDANCY * said_already(&vectors, &chosen, at))))
            // Of equals the first.
            .fold(None, |best: Option<(usize, f64)>, (at, weight)| match best {
                Some((_, highest)) if weight <= highest => best,
                _ => Some((at, weight)),
            });
        chosen.extend(best.map(|(at, _)| at));
        start += third.len();
    }
    chosen.into_iter().map(|at| looked_at[at].to_owned()).collect()
}

fn said_already(vectors: &[Vector], chosen: &[usize], at: usize) -> f64 {
    chosen.iter().map(|before| rank::likeness(&vectors[*before], &vectors[at])).fold(0.0, f64::max)
}

/// Whether a sentence says something by itself: enough words, and prose rather than code.
fn telling(words: &Words, text: &str) -> bool {
    let n_letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let n_signs = text.chars().filter(|c| "{}[]<>=;|\\/_$#&*".contains(*c)).count();
    // A line that ends in a colon announces what the summary does not show.
    !text.trim_end().ends_with([':', '：'])
        && n_signs * 8 <= n_letters
        && words.terms(text).len() >= 3
}

/// Short sentences say little, long ones are no summary.
fn length_weight(text: &str) -> f64 {
    match text.chars().count() {
        0..15 => 0.6,
        15..140 => 1.0,
        140..220 => 0.7,
        _ => 0.4,
    }
}
