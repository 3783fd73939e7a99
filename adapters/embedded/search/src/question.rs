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
    /// All of these words, each in any field.
    Words(Vec<Word>),
    /// All of these runs of letters.
    Letters(Vec<Vec<Pair>>),
}

/// A word that is asked for, in any of these ways; the first is what was asked or what comes nearest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word(pub(crate) Vec<Way>);

/// Terms that make up a word, and what finding it so is worth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Way {
    pub(crate) terms: Vec<String>,
    pub(crate) worth: f32,
}

impl Word {
    /// Exactly this term.
    pub(crate) fn exact(term: &str) -> Self {
        Word(vec![Way { terms: vec![term.to_owned()], worth: 1.0 }])
    }
}

/// The terms of a query that say something; all of them where none does: "to be or not to be".
pub(crate) fn telling(analyzer: &Analyzer, text: &str) -> Vec<korean::Term> {
    let says_nothing =
        |term: &korean::Term| english::stop_word(&text[term.range.clone()].to_lowercase());
    let (empty, telling): (Vec<_>, Vec<_>) =
        analyzer.index_terms(text).into_iter().partition(says_nothing);
    if telling.is_empty() { empty } else { telling }
}

impl Question {
    /// By words. `None` for a query without any.
    pub(crate) fn by_words(analyzer: &Analyzer, text: &str) -> Option<Self> {
        let terms = telling(analyzer, cut(text));
        Self::words(terms.iter().map(|term| Word::exact(&term.text)).collect())
    }

    /// By these words. `None` without any.
    pub(crate) fn words(words: Vec<Word>) -> Option<Self> {
        if words.is_empty() { None } else { Some(Question::Words(words)) }
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
            Question::Words(words) => by_words(words, fields),
            Question::Letters(runs) => by_letters(runs, fields),
        }
    }

    /// Where a text matches, in order.
    pub(crate) fn matches(&self, text: &str, marks: &[u8]) -> Vec<Match> {
        match self {
            Question::Words(words) => {
                let terms = words.iter().flat_map(|Word(ways)| ways).flat_map(|way| &way.terms);
                let hashes: HashSet<u32> = terms.map(|term| marks::hash(term)).collect();
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

pub(crate) fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

fn by_words(words: &[Word], fields: &Fields) -> Box<dyn Query> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    for (nth, word) in words.iter().enumerate() {
        if !words[..nth].contains(word) {
            clauses.push((Occur::Must, any_way(word, fields)));
        }
    }
    // Words that stand together as they were asked rank higher.
    let together: Vec<&str> = words
        .iter()
        .filter_map(|Word(ways)| ways.first())
        .flat_map(|way| way.terms.iter().map(String::as_str))
        .collect();
    if together.iter().collect::<HashSet<_>>().len() > 1 {
        let near = [(fields.title, 3.0), (fields.body, 1.0)];
        clauses.push((Occur::Should, any_field(&near, |field| run(field, &together))));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn any_way(Word(ways): &Word, fields: &Fields) -> Box<dyn Query> {
    let weights =
        [(fields.title, 3.0), (fields.tags, 2.5), (fields.author, 1.5), (fields.body, 1.0)];
    let term = |term: &String| any_field(&weights, |field| run(field, &[term.as_str()]));
    let way = |way: &Way| -> Box<dyn Query> {
        let terms: Box<dyn Query> = match way.terms.as_slice() {
            [only] => term(only),
            all => {
                let all = all.iter().map(|one| (Occur::Must, term(one))).collect();
                Box::new(BooleanQuery::new(all))
            }
        };
        if way.worth < 1.0 { Box::new(BoostQuery::new(terms, way.worth)) } else { terms }
    };
    match ways.as_slice() {
        [only] => way(only),
        ways => Box::new(DisjunctionMaxQuery::new(ways.iter().map(way).collect())),
    }
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
