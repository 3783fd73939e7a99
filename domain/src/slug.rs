//! Slugs and tags: names that people see in addresses and lists.

use unicode_normalization::UnicodeNormalization;

/// The readable part of a post's address: lower-case letters (Hangul kept), digits and single
/// hyphens, 1 to 80 characters, NFC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Slug(String);

/// A text that is no slug.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a slug has 1 to 80 letters, digits and single hyphens between them")]
pub struct NotASlug;

const SLUG_CHARS: usize = 80;

impl Slug {
    /// Makes a slug of a title: what is no letter or digit becomes a hyphen. `post` when nothing is
    /// left.
    pub fn of_title(title: &str) -> Self {
        let mut slug = String::new();
        for c in title.nfc().flat_map(char::to_lowercase) {
            if c.is_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug: String = slug.chars().take(SLUG_CHARS - 8).collect();
        let slug = slug.trim_matches('-');
        Self(if slug.is_empty() { "post".to_owned() } else { slug.to_owned() })
    }

    /// Reads a slug that a person gave.
    ///
    /// # Errors
    /// [`NotASlug`] - for any other character, doubled or outer hyphens, or a wrong length.
    pub fn parse(text: &str) -> Result<Self, NotASlug> {
        let slug: String = text.nfc().collect();
        let lower = slug.chars().flat_map(char::to_lowercase).eq(slug.chars());
        let chars = slug.chars().count();
        let words =
            slug.split('-').all(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric));
        if lower && words && (1..=SLUG_CHARS).contains(&chars) {
            Ok(Self(slug))
        } else {
            Err(NotASlug)
        }
    }

    /// The slug to try when `self` was taken `n - 1` times: `title`, `title-2`, `title-3`.
    #[must_use]
    pub fn numbered(&self, n: u32) -> Self {
        if n <= 1 { self.clone() } else { Self(format!("{}-{n}", self.0)) }
    }

    /// As it stands in an address, before percent-encoding.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tag: shown as typed, the same as every other that differs only in case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Tag(String);

/// A text that is no tag.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tag has 1 to 30 characters, without line breaks, `#` or control characters")]
pub struct NotATag;

impl Tag {
    /// Reads a tag: NFC, trimmed, inner white space folded.
    ///
    /// # Errors
    /// [`NotATag`] - when empty, too long or with characters that have no place in one.
    pub fn parse(text: &str) -> Result<Self, NotATag> {
        let tag: String =
            text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let ok = (1..=30).contains(&tag.chars().count())
            && !tag.chars().any(|c| c.is_control() || c == '#');
        if ok { Ok(Self(tag)) } else { Err(NotATag) }
    }

    /// As shown.
    pub fn display(&self) -> &str {
        &self.0
    }

    /// What makes two tags the same.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Keeps the first of those that are the same.
    pub fn without_doubles(tags: Vec<Tag>) -> Vec<Tag> {
        let mut seen = std::collections::HashSet::new();
        tags.into_iter().filter(|tag| seen.insert(tag.key())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_of_a_korean_title_keeps_its_hangul() {
        assert_eq!(Slug::of_title("러스트와 웹어셈블리: 1부!").as_str(), "러스트와-웹어셈블리-1부");
        assert_eq!(Slug::of_title("?!").as_str(), "post");
        assert!(Slug::parse(Slug::of_title(&"가 나".repeat(90)).as_str()).is_ok());
    }

    #[test]
    fn a_given_slug_is_refused_rather_than_changed() {
        for bad in ["", "-a", "a--b", "A", "a/b", "a b", "..", &"a".repeat(81)] {
            assert_eq!(Slug::parse(bad), Err(NotASlug), "{bad}");
        }
        assert_eq!(
            Slug::parse("단일-테이블").map(|slug| slug.numbered(3).0),
            Ok("단일-테이블-3".into())
        );
    }

    #[test]
    fn tags_that_differ_in_case_are_one() {
        let tags = ["Rust", "rust ", "  웹   개발"].map(|tag| Tag::parse(tag).unwrap());
        let tags = Tag::without_doubles(tags.into());
        assert_eq!(tags.iter().map(Tag::display).collect::<Vec<_>>(), ["Rust", "웹 개발"]);
    }
}
