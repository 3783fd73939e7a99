//! The words of all posts, by their letters, each with the terms that it is indexed under: what a word
//! that is nobody's is compared with, and what a word that is half typed is completed to.

use std::collections::{BTreeMap, BTreeSet};

use korean::letters;
use korean::near::{LONGEST, Near};
use korean::{NormalForm, Term};
use tantivy::schema::Field;
use tantivy::{Searcher, TantivyError};

use crate::near::{END, Walk};

/// Between the terms of one word.
const JOINT: char = '\u{1f}';
/// A compound of more parts is not looked up as a whole.
const MOST_PARTS: usize = 4;
/// A beginning that very many words have says nothing; not all of them are looked at.
const LOOKED_AT: usize = 4_000;

/// A word of the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its terms; several for a compound.
    pub(crate) terms: Vec<String>,
    /// See [`letters::SLIP`].
    pub(crate) cost: u8,
    /// How many posts have it, roughly.
    pub(crate) documents: u32,
}

/// Adds the words of a text: each term as it is written, and compounds as a whole.
pub(crate) fn collect(words: &mut BTreeSet<Vec<u8>>, text: &str, terms: &[Term]) {
    let mut start = 0;
    while start < terms.len() {
        let mut end = start + 1;
        while end < terms.len() && terms[end - 1].range.end == terms[end].range.start {
            end += 1;
        }
        let compound = &terms[start..end];
        for term in compound {
            words.extend(entry(&text[term.range.clone()], std::slice::from_ref(term)));
            words.extend(entry(&term.text, std::slice::from_ref(term)));
        }
        if (2..=MOST_PARTS).contains(&compound.len()) {
            let whole = compound[0].range.start..compound[compound.len() - 1].range.end;
            words.extend(entry(&text[whole], compound));
        }
        start = end;
    }
}

fn entry(written: &str, terms: &[Term]) -> Option<Vec<u8>> {
    let mut entry = letters::letters(NormalForm::of(written).text());
    if !(2..=LONGEST).contains(&entry.len()) {
        return None;
    }
    entry.push(END);
    for (nth, term) in terms.iter().enumerate() {
        if nth > 0 {
            entry.push(JOINT as u8);
        }
        entry.extend_from_slice(term.text.as_bytes());
    }
    Some(entry)
}

/// The words that are near, the nearest first, among them those of most posts.
pub(crate) fn find(
    searcher: &Searcher,
    field: Field,
    near: &Near,
) -> Result<Vec<Found>, TantivyError> {
    let mut found: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut stream = inverted.terms().search(Walk(near)).into_stream()?;
        let mut n = 0;
        while n < LOOKED_AT && stream.advance() {
            n += 1;
            let documents = stream.value().doc_freq;
            *found.entry(stream.key().to_vec()).or_default() += documents;
        }
    }
    // A word is there under what is written and under its stem: once is enough.
    let mut words: BTreeMap<Vec<String>, (u8, u32)> = BTreeMap::new();
    for (entry, documents) in found {
        let Some(end) = entry.iter().position(|byte| *byte == END) else { continue };
        let Some(cost) = near.cost(&entry[..end]) else { continue };
        let Ok(terms) = std::str::from_utf8(&entry[end + 1..]) else { continue };
        let terms = terms.split(JOINT).map(str::to_owned).collect();
        let word = words.entry(terms).or_insert((cost, 0));
        *word = (word.0.min(cost), word.1.max(documents));
    }
    let mut words: Vec<Found> = words
        .into_iter()
        .map(|(terms, (cost, documents))| Found { terms, cost, documents })
        .collect();
    words.sort_by_key(|word| (word.cost, std::cmp::Reverse(word.documents)));
    Ok(words)
}
