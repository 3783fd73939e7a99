//! A query's text into a tantivy query, and back from a hit to what it matched.

use std::collections::HashSet;

use korean::{Analyzer, english};
use tantivy::Term;
use tantivy::query::{
    BooleanQuery, BoostQuery, DisjunctionMaxQuery, Occur, PhraseQuery, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::excerpt::Match;
use crate::marks;
use crate::pairs::{self, Pair};
use crate::schema::Fields;

/// Longer queries are cut: the port allows no more.
const LONGEST: usize = 200;
/// A word that stands in several fields counts a little more than in the best one alone.
const TIE_BREAKER: f32 = 0.2;

/// What a query asks for, in one of the two ways.
pub(crate) enum Question {
    /// All of these terms, each in any field.
    Terms(Vec<String>),
    /// All of these runs of letters.
    Letters(Vec<Vec<Pair>>),
}

impl Question {
    /// By words. `None` for a query without any.
    pub(crate) fn by_terms(analyzer: &Analyzer, text: &str) -> Option<Self> {
        let text = cut(text);
        let terms = analyzer.index_terms(text);
        let says_nothing =
            |term: &&korean::Term| english::stop_word(&text[term.range.clone()].to_lowercase());
        let (empty, telling): (Vec<_>, Vec<_>) = terms.iter().partition(says_nothing);
        // "to be or not to be" has no others.
        let asked = if telling.is_empty() { empty } else { telling };
        let terms: Vec<String> = asked.into_iter().map(|term| term.text.clone()).collect();
        if terms.is_empty() { None } else { Some(Question::Terms(terms)) }
    }

    /// By letters. `None` for a query of fewer than two.
    pub(crate) fn by_letters(text: &str) -> Option<Self> {
        let text = cut(text);
        let words: Vec<Vec<Pair>> = text.split_whitespace().map(pairs::pairs).collect();
        let has_letters = |word: &str| word.chars().any(char::is_alphanumeric);
        let lone = text
            .split_whitespace()
            .zip(&words)
            .any(|(word, pairs)| has_letters(word) && pairs.is_empty());
        // A letter that stands alone belongs to its neighbours: "분 석기".
        let mut runs = if lone { vec![pairs::pairs(text)] } else { words };
        runs.retain(|run| !run.is_empty());
        if runs.is_empty() { None } else { Some(Question::Letters(runs)) }
    }

    pub(crate) fn query(&self, fields: &Fields) -> Box<dyn Query> {
        match self {
            Question::Terms(terms) => by_terms(terms, fields),
            Question::Letters(runs) => by_letters(runs, fields),
        }
    }

    /// Where a text matches, in order.
    pub(crate) fn matches(&self, text: &str, marks: &[u8]) -> Vec<Match> {
        match self {
            Question::Terms(terms) => {
                let hashes: Vec<u32> = terms.iter().map(|term| marks::hash(term)).collect();
                marks::find(marks, text, &hashes)
            }
            Question::Letters(runs) => {
                let there = pairs::pairs(text);
                let mut found: Vec<Match> = runs
                    .iter()
                    .zip(0..)
                    .flat_map(|(run, n)| {
                        pairs::find(&there, run).into_iter().map(move |range| (range, n))
                    })
                    .collect();
                found.sort_by_key(|(range, _)| (range.start, range.end));
                found
            }
        }
    }
}

fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

fn by_terms(terms: &[String], fields: &Fields) -> Box<dyn Query> {
    let weights =
        [(fields.title, 3.0), (fields.tags, 2.5), (fields.author, 1.5), (fields.body, 1.0)];
    let mut seen = HashSet::new();
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = terms
        .iter()
        .filter(|term| seen.insert(term.as_str()))
        .map(|term| (Occur::Must, any_field(&weights, |field| run(field, &[term.as_str()]))))
        .collect();
    if clauses.len() > 1 {
        // Words that stand together as they were asked rank higher.
        let words: Vec<&str> = terms.iter().map(String::as_str).collect();
        let near = [(fields.title, 3.0), (fields.body, 1.0)];
        clauses.push((Occur::Should, any_field(&near, |field| run(field, &words))));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn by_letters(runs: &[Vec<Pair>], fields: &Fields) -> Box<dyn Query> {
    let weights = [(fields.title_pairs, 3.0), (fields.body_pairs, 1.0)];
    let clauses = runs
        .iter()
        .map(|pairs| {
            let words: Vec<&str> = pairs.iter().map(|pair| pair.text.as_str()).collect();
            (Occur::Must, any_field(&weights, |field| run(field, &words)))
        })
        .collect();
    Box::new(BooleanQuery::new(clauses))
}

fn any_field(weights: &[(Field, f32)], query: impl Fn(Field) -> Box<dyn Query>) -> Box<dyn Query> {
    let choices = weights
        .iter()
        .map(|(field, weight)| Box::new(BoostQuery::new(query(*field), *weight)) as Box<dyn Query>)
        .collect();
    Box::new(DisjunctionMaxQuery::with_tie_breaker(choices, TIE_BREAKER))
}

/// These words, one after the other.
fn run(field: Field, words: &[&str]) -> Box<dyn Query> {
    let mut terms: Vec<Term> =
        words.iter().map(|word| Term::from_field_text(field, word)).collect();
    match (terms.pop(), terms.is_empty()) {
        (Some(only), true) => Box::new(TermQuery::new(only, IndexRecordOption::WithFreqs)),
        (Some(last), false) => {
            terms.push(last);
            Box::new(PhraseQuery::new(terms))
        }
        (None, _) => Box::new(BooleanQuery::new(Vec::new())),
    }
}
