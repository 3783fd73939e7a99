//! What was meant by a word that is half typed or mistyped: looked up in the vocabulary.

use std::ops::Range;

use korean::letters::{self, SLIP};
use korean::near::Near;
use korean::{Analyzer, Term, particles};
use tantivy::{Searcher, TantivyError};

use crate::question::{Question, Way, Word, telling};
use crate::schema::Fields;
use crate::vocabulary::{self, Found};

/// Completions of a word that are asked for, those of most posts first.
const COMPLETIONS: usize = 32;
/// Words that are asked for in place of a mistyped one.
const GUESSES: usize = 8;
/// A completion is worth less than the word itself.
const COMPLETION: f32 = 0.6;
/// Longer words without blanks are not taken apart to find where a slip is.
const LONGEST_JOINED: usize = 14;

/// Guesses by the words that the index has.
pub(crate) struct Guess<'a> {
    pub(crate) searcher: &'a Searcher,
    pub(crate) fields: &'a Fields,
    pub(crate) analyzer: &'a Analyzer,
}

/// A word of the query as it was set apart, with the terms in it.
struct Typed<'a> {
    text: &'a str,
    terms: Vec<Term>,
}

impl Guess<'_> {
    /// The query by words, the last of them also by all words that it begins.
    pub(crate) fn completed(&self, text: &str) -> Result<Option<Question>, TantivyError> {
        let mut typed = self.typed(text);
        let unfinished = if text.ends_with(char::is_whitespace) { None } else { typed.pop() };
        let mut words = exact(&typed);
        if let Some(last) = unfinished {
            words.extend(self.completions(&last)?);
        }
        Ok(Question::words(words))
    }

    /// The query with its mistyped words mended: those that are nowhere in the index, or with `torn`
    /// those that the dictionary tore apart. `None` when there is none of them, or nothing near.
    pub(crate) fn forgiven(
        &self,
        text: &str,
        as_you_type: bool,
        torn: bool,
    ) -> Result<Option<Question>, TantivyError> {
        let typed = self.typed(text);
        let unfinished = as_you_type && !text.ends_with(char::is_whitespace);
        let known = typed.iter().map(|word| self.known(&word.terms));
        let known = known.collect::<Result<Vec<bool>, _>>()?;
        // Where no word is torn, nothing else would be asked than without `torn`.
        if torn && !typed.iter().zip(&known).any(|(word, known)| *known && torn_apart(word)) {
            return Ok(None);
        }
        let (mut words, mut mended) = (Vec::new(), false);
        for (nth, (word, known)) in typed.iter().zip(known).enumerate() {
            let begins = unfinished && nth + 1 == typed.len();
            let suspicious = !known || (torn && torn_apart(word));
            if !suspicious {
                words.extend(exact(std::slice::from_ref(word)));
                continue;
            }
            match self.mend(word.text, begins)? {
                Some(mending) => {
                    mended = true;
                    words.extend(mending);
                }
                None => return Ok(None),
            }
        }
        Ok(if mended { Question::words(words) } else { None })
    }

    fn typed<'t>(&self, text: &'t str) -> Vec<Typed<'t>> {
        let mut terms = telling(self.analyzer, text).into_iter().peekable();
        blanks_apart(text)
            .filter_map(|range| {
                let mut own = Vec::new();
                while let Some(term) = terms.next_if(|term| term.range.start < range.end) {
                    own.push(term);
                }
                let text = &text[range];
                text.contains(char::is_alphanumeric).then_some(Typed { text, terms: own })
            })
            .collect()
    }

    fn known(&self, terms: &[Term]) -> Result<bool, TantivyError> {
        let fields = [self.fields.title, self.fields.body, self.fields.tags, self.fields.author];
        for term in terms {
            let mut found = false;
            for field in fields {
                let term = tantivy::Term::from_field_text(field, &term.text);
                found = found || self.searcher.doc_freq(&term)? > 0;
            }
            if !found {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn near(&self, word: &str, budget: u8, begins: bool) -> Result<Vec<Found>, TantivyError> {
        match Near::new(word, budget, begins) {
            Some(near) => vocabulary::find(self.searcher, self.fields.words, &near),
            None => Ok(Vec::new()),
        }
    }

    fn completions(&self, last: &Typed<'_>) -> Result<Vec<Word>, TantivyError> {
        let runs: Vec<&str> = runs(last.text).collect();
        let whole = exact(std::slice::from_ref(last));
        // With a particle behind it the word before is whole: "Rust로".
        let (&[run], true) = (runs.as_slice(), last.text.ends_with(char::is_alphanumeric)) else {
            return Ok(whole);
        };
        let terms: Vec<String> = last.terms.iter().map(|term| term.text.clone()).collect();
        let mut ways = Vec::new();
        if !terms.is_empty() {
            ways.push(Way { terms, worth: 1.0 });
        } else if run.is_ascii() {
            // It only holds sentences together.
            return Ok(whole);
        }
        let found = self.near(run, 0, true)?;
        for Found { terms, .. } in most_posts_first(found).into_iter().take(COMPLETIONS) {
            if ways.iter().all(|way| way.terms != terms) {
                ways.push(Way { terms, worth: COMPLETION });
            }
        }
        let only_itself = ways.len() == whole.len().min(1);
        Ok(if only_itself { whole } else { vec![Word(ways)] })
    }

    /// The words that a mistyped one may be meant for; `None` where nothing is near.
    fn mend(&self, word: &str, begins: bool) -> Result<Option<Vec<Word>>, TantivyError> {
        let runs: Vec<&str> = runs(word).collect();
        let mut words = Vec::new();
        for (nth, run) in runs.iter().enumerate() {
            let last = nth + 1 == runs.len();
            if nth > 0 && last && particles::begins_ending(run) {
                continue;
            }
            match self.mend_run(run, begins && last)? {
                Some(mended) => words.extend(mended),
                None => return Ok(None),
            }
        }
        Ok(if words.is_empty() { None } else { Some(words) })
    }

    fn mend_run(&self, run: &str, begins: bool) -> Result<Option<Vec<Word>>, TantivyError> {
        let mut found = self.near(run, letters::forgiven(run), begins)?;
        for stem in particles::without_endings(run) {
            found.extend(self.near(stem, letters::forgiven(stem), false)?);
        }
        if let Some(word) = nearest(found) {
            return Ok(Some(vec![word]));
        }
        self.mend_joined(run)
    }

    /// Two words that were written as one, one of them mistyped.
    fn mend_joined(&self, run: &str) -> Result<Option<Vec<Word>>, TantivyError> {
        let places: Vec<usize> = run.char_indices().map(|(at, _)| at).collect();
        let n = places.len();
        if !run.chars().all(hangul) || !(4..=LONGEST_JOINED).contains(&n) {
            return Ok(None);
        }
        for at in &places[2..=n - 2] {
            let (left, right) = run.split_at(*at);
            let mut ends = vec![right];
            ends.extend(particles::without_endings(right));
            let slips = |word: &str| letters::forgiven(word);
            let first = nearest(self.near(left, 0, false)?);
            for end in ends {
                let second = nearest(self.near(end, 0, false)?);
                let both = match (&first, second) {
                    (Some(first), Some(second)) => Some((first.clone(), second)),
                    (Some(first), None) => {
                        nearest(self.near(end, slips(end), false)?).map(|end| (first.clone(), end))
                    }
                    (None, Some(second)) => {
                        nearest(self.near(left, slips(left), false)?).map(|left| (left, second))
                    }
                    (None, None) => None,
                };
                if let Some((first, second)) = both {
                    return Ok(Some(vec![first, second]));
                }
            }
        }
        Ok(None)
    }
}

fn exact(typed: &[Typed<'_>]) -> Vec<Word> {
    typed.iter().flat_map(|word| &word.terms).map(|term| Word::exact(&term.text)).collect()
}

/// The words that cost least, any of them.
fn nearest(found: Vec<Found>) -> Option<Word> {
    let least = found.iter().map(|word| word.cost).min()?;
    let found = found.into_iter().filter(|word| word.cost == least).collect();
    let worth = 1.0 - 0.1 * f32::from(least);
    let ways = most_posts_first(found)
        .into_iter()
        .take(GUESSES)
        .map(|Found { terms, .. }| Way { terms, worth })
        .collect();
    Some(Word(ways))
}

fn most_posts_first(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|word| std::cmp::Reverse(word.documents));
    found
}

/// Whether the dictionary knows the word only in small pieces: so it does with words that are none.
fn torn_apart(word: &Typed<'_>) -> bool {
    let hangul = word.text.chars().filter(|c| hangul(*c)).count();
    let small = word.terms.iter().any(|term| term.text.chars().count() == 1);
    hangul >= 3 && small && letters::forgiven(word.text) >= SLIP
}

fn hangul(c: char) -> bool {
    matches!(c, '가'..='힣')
}

/// Ranges between blanks.
fn blanks_apart(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

/// Runs of Hangul and runs of other letters and digits, without the signs between them.
fn runs(word: &str) -> impl Iterator<Item = &str> {
    word.split(|c: char| !c.is_alphanumeric()).flat_map(|part| {
        let mut rest = part;
        std::iter::from_fn(move || {
            let first = hangul_letter(rest.chars().next()?);
            let end = rest.find(|c| hangul_letter(c) != first).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            rest = behind;
            Some(run)
        })
    })
}

/// Syllables, and letters that are not yet one.
fn hangul_letter(c: char) -> bool {
    hangul(c) || matches!(c, 'ㄱ'..='ㅣ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_falls_into_runs_of_one_script() {
        let all = |word| runs(word).collect::<Vec<_>>();
        assert_eq!(all("Kubernets에서"), ["Kubernets", "에서"]);
        assert_eq!(all("async/await,"), ["async", "await"]);
        assert_eq!(all("형태ㅅ"), ["형태ㅅ"]);
        assert!(all("+!").is_empty());
    }

    #[test]
    fn words_are_what_blanks_set_apart() {
        let text = " 형태소  분석기 ";
        assert_eq!(
            blanks_apart(text).map(|range| &text[range]).collect::<Vec<_>>(),
            ["형태소", "분석기"]
        );
    }
}
