//! Questions in the language of OpenSearch.

use korean::NormalForm;
use serde_json::{Value, json};

use crate::half_typed;
use crate::typed;

/// A word counts by the best field that it stands in; there the more, the more telling the field.
const FIELDS: [(&str, f32); 4] = [("title", 3.0), ("tags", 2.5), ("author", 1.5), ("body", 1.0)];
/// What it counts in other fields.
const TIE_BREAKER: f32 = 0.2;
/// What a completion counts in the best field; a word that is asked for itself counts more.
const COMPLETION: f32 = 0.5;

/// A question, and the fields that its matches are marked in.
pub(crate) struct Question {
    pub(crate) query: Value,
    pub(crate) title: &'static str,
    pub(crate) body: &'static str,
}

impl Question {
    fn words(query: Value) -> Self {
        Question { query, title: "title", body: "body" }
    }

    /// By words, all of them, each in any field; the last one also by what it may become, where it is
    /// still being typed. `None` for a text without words.
    pub(crate) fn by_words(text: &str, as_you_type: bool) -> Option<Self> {
        let mut words = typed::telling(text);
        let whole = words.join(" ");
        let unfinished = as_you_type && !text.ends_with(char::is_whitespace);
        let last = *words.last()?;
        let Some(pattern) = unfinished.then(|| completable(text, last)).flatten() else {
            return Some(Self::words(ranked(vec![all_words(&whole, "none")], &whole)));
        };
        words.pop();
        let completed = json!({ "dis_max": { "queries": completions(&pattern) } });
        let mut clauses =
            vec![json!({ "bool": { "should": [all_words(last, "none"), completed] } })];
        if !words.is_empty() {
            clauses.push(all_words(&words.join(" "), "all"));
        }
        Some(Self::words(ranked(clauses, &whole)))
    }

    /// By pairs of letters, each run of them as it stands. `None` for a query of fewer than two letters.
    pub(crate) fn by_letters(text: &str) -> Option<Self> {
        let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).count();
        let words = || text.split_whitespace().filter(|word| letters(word) > 0);
        let lone = |word: &str| letters(word) == 1 && !word.is_ascii();
        // A letter that stands alone belongs to its neighbours: "분 석기".
        let runs: Vec<String> = if words().any(lone) {
            vec![text.to_owned()]
        } else {
            words().map(str::to_owned).collect()
        };
        if runs.iter().map(|run| letters(run)).sum::<usize>() < 2 {
            return None;
        }
        let clauses: Vec<Value> = runs
            .iter()
            .map(|run| {
                json!({ "multi_match": {
                    "query": run,
                    "type": "phrase",
                    "fields": ["title.pairs^3", "tags.pairs^3", "body.pairs"],
                    "tie_breaker": TIE_BREAKER,
                } })
            })
            .collect();
        let query = json!({ "bool": { "must": clauses } });
        Some(Question { query, title: "title.pairs", body: "body.pairs" })
    }

    /// By words that are right, and for each that is not by any of those it may be meant for.
    pub(crate) fn by_mended(right: &[&str], mended: &[Guesses]) -> Self {
        let mut clauses: Vec<Value> = mended
            .iter()
            .map(|Guesses { words, worth }| {
                let any: Vec<Value> = words.iter().map(|word| all_words(word, "none")).collect();
                json!({ "dis_max": { "queries": any, "boost": worth } })
            })
            .collect();
        if !right.is_empty() {
            clauses.push(all_words(&right.join(" "), "all"));
        }
        Self::words(json!({ "bool": { "must": clauses } }))
    }
}

/// Words that one may be meant for, and what finding them is worth.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Guesses {
    pub(crate) words: Vec<String>,
    pub(crate) worth: f32,
}

/// All words of a text, each in any field. `none` says whether a text without words finds `all` or `none`.
pub(crate) fn all_words(text: &str, none: &str) -> Value {
    json!({ "multi_match": {
        "query": text,
        "type": "cross_fields",
        "operator": "and",
        "fields": weighted(&FIELDS),
        "tie_breaker": TIE_BREAKER,
        "zero_terms_query": none,
    } })
}

/// The form in which a text is asked: composed, with compatibility forms folded.
pub(crate) fn normal(text: &str) -> String {
    NormalForm::of(text).text().to_owned()
}

/// Words that stand together as they were asked rank higher.
fn ranked(clauses: Vec<Value>, whole: &str) -> Value {
    let together = json!({ "multi_match": {
        "query": whole, "type": "phrase", "fields": ["title^3", "body"], "tie_breaker": TIE_BREAKER,
    } });
    json!({ "bool": { "must": clauses, "should": [together] } })
}

/// A pattern of what the last word may become. With a particle behind it the word before is whole:
/// "Rust로"; and what only holds sentences together stands for itself.
fn completable(text: &str, last: &str) -> Option<String> {
    let runs = typed::runs(last);
    let (&[run], true) = (runs.as_slice(), text.ends_with(char::is_alphanumeric)) else {
        return None;
    };
    if typed::says_nothing(run) || !text.ends_with(run) {
        return None;
    }
    half_typed::pattern(run)
}

fn completions(pattern: &str) -> Vec<Value> {
    FIELDS
        .iter()
        .map(|(field, weight)| {
            json!({ "regexp": { *field: {
                "value": pattern,
                "flags": "NONE",
                "boost": COMPLETION * weight,
            } } })
        })
        .collect()
}

fn weighted(fields: &[(&str, f32)]) -> Vec<String> {
    fields.iter().map(|(field, weight)| format!("{field}^{weight}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_that_is_being_typed_is_completed() {
        let completed = |text: &str, as_you_type| {
            let question = Question::by_words(text, as_you_type).unwrap();
            question.query.to_string().contains("regexp")
        };
        assert!(completed("형태소 분", true));
        assert!(!completed("형태소 분", false));
        assert!(!completed("형태소 분석 ", true));
        assert!(!completed("Rust로", true));
        assert!(!completed("rust the", true));
        assert!(Question::by_words(" !? ", true).is_none());
    }

    #[test]
    fn a_letter_alone_is_asked_for_with_its_neighbours() {
        let runs = |text: &str| {
            let question = Question::by_letters(text).unwrap();
            question.query["bool"]["must"].as_array().unwrap().len()
        };
        assert_eq!(runs("분 석기"), 1);
        assert_eq!(runs("형태소 분석"), 2);
        assert!(Question::by_letters("분").is_none() && Question::by_letters("?!").is_none());
    }
}
