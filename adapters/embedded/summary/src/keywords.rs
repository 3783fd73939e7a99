//! What a text is about, in three words.

use std::collections::BTreeMap;

use crate::words::Words;

const N_KEYWORDS: usize = 3;
/// A word of the title counts as often as this many in the text.
const TITLE: f64 = 3.0;

#[derive(Default)]
struct Weight {
    total: f64,
    /// Sentences that have it.
    n_sentences: usize,
    first: usize,
    /// How often each form was seen.
    forms: BTreeMap<String, usize>,
}

/// The weightiest words first. Each in the form in which it is written most often.
pub(crate) fn keywords(words: &Words, title: &str, sentences: &[&str]) -> Vec<String> {
    let mut weights: BTreeMap<String, Weight> = BTreeMap::new();
    let texts = std::iter::once((title, TITLE)).chain(sentences.iter().map(|text| (*text, 1.0)));
    let mut order = 0;
    for (text, worth) in texts {
        let mut seen = Vec::new();
        for noun in words.nouns(text) {
            order += 1;
            let weight = weights.entry(noun.key.clone()).or_default();
            if weight.forms.is_empty() {
                weight.first = order;
            }
            weight.total += worth;
            *weight.forms.entry(noun.shown).or_default() += 1;
            if !seen.contains(&noun.key) {
                weight.n_sentences += 1;
                seen.push(noun.key);
            }
        }
    }
    // A word that comes back all through the text weighs more than one that fills a single sentence.
    let score = |weight: &Weight| weight.total * (1.0 + weight.n_sentences as f64).ln();
    let mut ranked: Vec<Weight> = weights.into_values().collect();
    ranked.sort_by(|a, b| score(b).total_cmp(&score(a)).then(a.first.cmp(&b.first)));
    ranked.into_iter().take(N_KEYWORDS).filter_map(|weight| commonest(weight.forms)).collect()
}

fn commonest(forms: BTreeMap<String, usize>) -> Option<String> {
    // Of equals the first in the alphabet, which is the capitalised one.
    forms.into_iter().rev().max_by_key(|(_, count)| *count).map(|(form, _)| form)
}
