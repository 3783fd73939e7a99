//! What was meant by words that nobody has.
//!
//! One request asks three things: which words of the query some post has; which of their forms without
//! endings are words as they stand; and which words differ by a character or two. OpenSearch counts
//! characters, and a syllable of Hangul is one; so it names far too many, and the letters decide.

use std::collections::{BTreeMap, BTreeSet};

use korean::near::Near;
use korean::{letters, particles};
use serde_json::{Map, Value, json};

use crate::error::Failure;
use crate::question::{Guesses, Question, all_words};
use crate::typed;

/// Words of one query that are mended at most; in longer ones too much would be guessed.
const WORDS: usize = 8;
/// Forms that are looked up at most.
const FORMS: usize = 40;
/// Words that one may be meant for, of those that are equally near.
const GUESSES: usize = 5;
/// Words that OpenSearch names for each form.
const NAMED: usize = 30;

/// What is to be looked up for a query.
pub(crate) struct Lookup<'t> {
    words: Vec<&'t str>,
    /// Runs of letters of the words, in lower case, with and without their endings.
    forms: Vec<String>,
}

/// What was found.
pub(crate) struct Found<'t> {
    /// The words, and whether a post has each.
    words: Vec<(&'t str, bool)>,
    /// For each form the words that are near, with their cost and how many posts have them.
    near: BTreeMap<String, Vec<Named>>,
}

struct Named {
    word: String,
    cost: u8,
    posts: u64,
}

impl<'t> Lookup<'t> {
    /// `None` when nothing in the text can be forgiven.
    pub(crate) fn of(text: &'t str) -> Option<Self> {
        let words = typed::telling(text);
        let forms: BTreeSet<String> =
            words.iter().flat_map(|word| typed::runs(word)).flat_map(forms).collect();
        let forgivable = forms.iter().any(|form| letters::forgiven(form) > 0);
        let bounded = words.len() <= WORDS && forms.len() <= FORMS;
        (forgivable && bounded).then(|| Self { words, forms: forms.into_iter().collect() })
    }

    /// The request.
    pub(crate) fn body(&self) -> Value {
        let known: Map<String, Value> = (0..)
            .zip(&self.words)
            .map(|(nth, word)| (nth_key(nth), all_words(word, "all")))
            .collect();
        let there: Map<String, Value> = (0..)
            .zip(&self.forms)
            .map(|(nth, form)| (nth_key(nth), json!({ "term": { "words": form } })))
            .collect();
        let named: Map<String, Value> = (0..)
            .zip(&self.forms)
            .filter(|(_, form)| letters::forgiven(form) > 0)
            .map(|(nth, form)| (nth_key(nth), near(form)))
            .collect();
        json!({
            "size": 0,
            "aggs": {
                "known": { "filters": { "filters": known } },
                "there": { "filters": { "filters": there } },
            },
            "suggest": named,
        })
    }

    /// What the answer to it says.
    pub(crate) fn read(&self, answer: &Value) -> Result<Found<'t>, Failure> {
        let count = |kind: &str, nth: usize| {
            answer["aggregations"][kind]["buckets"][nth_key(nth)]["doc_count"]
                .as_u64()
                .ok_or(Failure::Unreadable("a count"))
        };
        let mut words = Vec::new();
        for (nth, word) in self.words.iter().enumerate() {
            words.push((*word, count("known", nth)? > 0));
        }
        let mut found = BTreeMap::new();
        for (nth, form) in self.forms.iter().enumerate() {
            let mut named = Vec::new();
            let posts = count("there", nth)?;
            if posts > 0 {
                named.push(Named { word: form.clone(), cost: 0, posts });
            }
            let near = Near::new(form, letters::forgiven(form), false);
            let options = answer["suggest"][nth_key(nth)][0]["options"].as_array();
            for option in options.into_iter().flatten() {
                let Some(word) = option["text"].as_str() else { continue };
                let cost = near.as_ref().and_then(|near| near.cost(&letters::letters(word)));
                let posts = option["freq"].as_u64().unwrap_or_default();
                named.extend(cost.map(|cost| Named { word: word.to_owned(), cost, posts }));
            }
            found.insert(form.clone(), named);
        }
        Ok(Found { words, near: found })
    }
}

impl Found<'_> {
    /// The query with its mistyped words mended: those that no post has, or with `torn` also those that
    /// are no words, however small the pieces are in which they were found. `None` when there is none of
    /// them, or when one of them is near to nothing.
    pub(crate) fn mended(&self, torn: bool) -> Option<Question> {
        let (mut right, mut mended) = (Vec::new(), Vec::new());
        for (word, known) in &self.words {
            if *known && !(torn && self.torn_apart(word)) {
                right.push(*word);
            } else {
                mended.extend(self.mend(word)?);
            }
        }
        if mended.is_empty() { None } else { Some(Question::by_mended(&right, &mended)) }
    }

    /// Each run of a word by what it may be meant for; what stands behind a noun needs no meaning.
    fn mend(&self, word: &str) -> Option<Vec<Guesses>> {
        let runs = typed::runs(word);
        let mut mended = Vec::new();
        for (nth, run) in runs.iter().enumerate() {
            let behind = nth > 0 && nth + 1 == runs.len();
            if behind && particles::begins_ending(run) {
                continue;
            }
            mended.push(self.nearest(run)?);
        }
        if mended.is_empty() { None } else { Some(mended) }
    }

    /// The words that cost least, those of most posts first.
    fn nearest(&self, run: &str) -> Option<Guesses> {
        let forms = forms(run);
        let all = || forms.iter().filter_map(|form| self.near.get(form)).flatten();
        let least = all().map(|named| named.cost).min()?;
        let mut nearest: Vec<&Named> = all().filter(|named| named.cost == least).collect();
        nearest.sort_by_key(|named| std::cmp::Reverse(named.posts));
        let mut words: Vec<String> = Vec::new();
        for named in nearest {
            if words.len() < GUESSES && !words.contains(&named.word) {
                words.push(named.word.clone());
            }
        }
        Some(Guesses { words, worth: 1.0 - 0.1 * f32::from(least) })
    }

    /// Whether no form of a Korean word is a word: it was only found in pieces then.
    fn torn_apart(&self, word: &str) -> bool {
        typed::runs(word).iter().any(|run| {
            let syllables = run.chars().filter(|c| matches!(c, '가'..='힣')).count();
            let is_word = |form: &String| {
                self.near.get(form).is_some_and(|near| near.iter().any(|named| named.cost == 0))
            };
            syllables >= 2 && letters::forgiven(run) > 0 && !forms(run).iter().any(is_word)
        })
    }
}

/// A run in lower case, as it is and without each ending that it may have.
fn forms(run: &str) -> Vec<String> {
    let run = run.to_lowercase();
    let mut forms = vec![run.clone()];
    forms.extend(particles::without_endings(&run).into_iter().map(str::to_owned));
    forms
}

fn near(form: &str) -> Value {
    json!({ "text": form, "term": {
        "field": "words",
        "analyzer": "keyword",
        "suggest_mode": "always",
        "max_edits": 2,
        "prefix_length": 0,
        "min_word_length": 1,
        "accuracy": 0.0,
        "size": NAMED,
        "shard_size": NAMED,
    } })
}

fn nth_key(nth: usize) -> String {
    format!("n{nth}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer as OpenSearch gives it: which words are known, which forms are there, what is near.
    fn found<'t>(text: &'t str, known: &[&str], there: &[&str], named: &[&str]) -> Found<'t> {
        let lookup = Lookup::of(text).unwrap();
        let counts = |all: &[&str], some: &[&str]| -> Map<String, Value> {
            let count = |word: &&str| u64::from(some.contains(word));
            let keyed = all.iter().enumerate();
            keyed.map(|(nth, word)| (nth_key(nth), json!({ "doc_count": count(word) }))).collect()
        };
        let forms: Vec<&str> = lookup.forms.iter().map(String::as_str).collect();
        let options: Vec<Value> =
            named.iter().map(|word| json!({ "text": word, "freq": 1 })).collect();
        let suggest: Map<String, Value> = (0..forms.len())
            .map(|nth| (nth_key(nth), json!([{ "options": options.clone() }])))
            .collect();
        let answer = json!({
            "aggregations": {
                "known": { "buckets": counts(&lookup.words, known) },
                "there": { "buckets": counts(&forms, there) },
            },
            "suggest": suggest,
        });
        lookup.read(&answer).unwrap()
    }

    #[test]
    fn letters_decide_which_of_the_named_words_is_meant() {
        let found = found("뷴석기에서", &[], &[], &["분석기", "계산기", "보석"]);
        assert_eq!(found.mend("뷴석기에서").unwrap()[0].words, ["분석기"]);
    }

    #[test]
    fn what_is_known_is_asked_for_as_it_is() {
        let mended = found("형테소 분석기", &["분석기"], &[], &["형태소"]).mended(false);
        let query = mended.unwrap().query.to_string();
        assert!(query.contains("\"형태소\"") && query.contains("\"분석기\""), "{query}");
        assert!(!query.contains("형테소"), "{query}");
    }

    #[test]
    fn where_one_word_is_near_to_nothing_nothing_is_guessed() {
        assert!(found("형테소 zzzzzzz", &[], &[], &["형태소"]).mended(false).is_none());
        assert!(found("형태소 분석", &["형태소", "분석"], &[], &[]).mended(false).is_none());
    }

    #[test]
    fn a_word_that_was_found_in_pieces_is_mended_only_when_all_else_failed() {
        let torn = found("형테소", &["형테소"], &[], &["형태소"]);
        assert!(torn.mended(false).is_none() && torn.mended(true).is_some());
        let whole = found("형태소", &["형태소"], &["형태소"], &["형태수"]);
        assert!(whole.mended(true).is_none());
    }

    #[test]
    fn short_words_and_long_queries_are_not_looked_up() {
        assert!(Lookup::of("cat 솜 2026").is_none());
        assert!(Lookup::of(&"형태소 ".repeat(WORDS + 1)).is_none());
    }
}
