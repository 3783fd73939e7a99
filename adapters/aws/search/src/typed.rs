//! A query's text as a person set it apart.

use korean::english;

/// Longer queries are cut: the port allows no more.
const LONGEST: usize = 200;

/// As much of a query as is looked at.
pub(crate) fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

/// What blanks set apart and says something; all of it where nothing does: "to be or not to be".
pub(crate) fn telling(text: &str) -> Vec<&str> {
    let (empty, telling): (Vec<&str>, Vec<&str>) = text
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .partition(|word| says_nothing(word));
    if telling.is_empty() { empty } else { telling }
}

/// Whether it only holds sentences together.
pub(crate) fn says_nothing(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    english::stop_word(&word.replace('\u{2019}', "'"))
}

/// Runs of Hangul and runs of other letters and digits, without the signs between them.
pub(crate) fn runs(word: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    for part in word.split(|c: char| !c.is_alphanumeric()) {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| hangul(c) != hangul(first)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            runs.push(run);
            rest = behind;
        }
    }
    runs
}

/// Syllables, and letters that are not yet one.
fn hangul(c: char) -> bool {
    matches!(c, '가'..='힣' | 'ㄱ'..='ㅣ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_falls_into_runs_of_one_script() {
        assert_eq!(runs("Kubernets에서"), ["Kubernets", "에서"]);
        assert_eq!(runs("async/await,"), ["async", "await"]);
        assert_eq!(runs("형태ㅅ"), ["형태ㅅ"]);
        assert!(runs("+!").is_empty());
    }

    #[test]
    fn what_says_nothing_is_not_asked_for_unless_there_is_nothing_else() {
        assert_eq!(telling("How to interview engineers?"), ["interview", "engineers?"]);
        assert_eq!(telling("to be or not"), ["to", "be", "or", "not"]);
        assert!(telling("!!! ???").is_empty());
    }
}
