//! Addresses, paths and names of files: what a person would say of them.

use crate::scan::Place;

/// An address of the web, by its host.
pub(crate) fn url(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let rest = place.rest;
    let behind =
        ["https://", "http://", "www."].iter().find_map(|start| rest.strip_prefix(start))?;
    let whole = token(behind);
    let host = whole.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let length = rest.len() - behind.len() + whole.len();
    Some((length, dotted(place, host)))
}

/// A path, by its last name: `/usr/local/bin/deepdive`, `src/main.rs`.
pub(crate) fn path(place: &Place<'_>) -> Option<(usize, String)> {
    if place.before.ends_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let whole = token(place.rest);
    let last = whole.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let rooted = ["/", "~/", "./", "../"].iter().any(|start| whole.starts_with(start));
    let slashes = whole.matches('/').count();
    let file = last.rsplit_once('.').is_some_and(|(name, ending)| {
        !name.is_empty() && ending.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    let is_path = slashes > 1 || (slashes > 0 && (rooted || file));
    let named = last.chars().any(|c| c.is_ascii_alphabetic());
    (is_path && named).then(|| (whole.len(), dotted(place, last)))
}

/// A name with dots: `main.rs`, `docs.rs`, `Node.js`.
pub(crate) fn name(place: &Place<'_>) -> Option<(usize, String)> {
    if !place.begins() {
        return None;
    }
    let whole = token(place.rest);
    let (first, last) = (whole.split('.').next()?, whole.rsplit('.').next()?);
    let plain = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    let letters = |part: &str| part.chars().any(|c| c.is_ascii_alphabetic());
    let name = whole.contains('.')
        && whole.split('.').all(plain)
        && letters(first)
        && letters(last)
        && whole.split('.').any(|part| part.len() > 1);
    name.then(|| (whole.len(), dotted(place, whole)))
}

/// A name with each dot as a word, its parts as words.
fn dotted(place: &Place<'_>, name: &str) -> String {
    let dot = place.say(" dot ", " 닷 ");
    let parts: Vec<String> = name
        .split('.')
        .filter(|part| !part.is_empty())
        .map(|part| part.replace(['_', '-'], " "))
        .collect();
    parts.join(dot)
}

/// Up to a blank or a mark that does not belong to an address; Korean behind it is a particle.
fn token(text: &str) -> &str {
    let end = text
        .find(|c: char| {
            !c.is_ascii()
                || c.is_whitespace()
                || matches!(c, ')' | ']' | '>' | '"' | '\'' | '<' | ',' | ';' | '(' | '`')
        })
        .unwrap_or(text.len());
    text[..end].trim_end_matches(['.', '!', '?', ':'])
}
