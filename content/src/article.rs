//! What becomes of a post: the output, and the one way to add each kind of thing to it.

use std::collections::HashSet;

use comrak::Arena;
use domain::AssetId;
use domain::text::{Heading, Language, Rendered};

use crate::anchor::Anchors;
use crate::block;
use crate::highlight::Budget;
use crate::inline::{self, Inside, Numbered};
use crate::markdown;
use crate::sentence::sentences;
use crate::spoken::Script;

/// Images of a post that are shown; the others leave their alternative text.
const MOST_IMAGES: usize = 50;

/// Longest excerpt in characters.
const EXCERPT: usize = 150;

/// An article while it is written.
pub(crate) struct Article {
    pub(crate) html: String,
    pub(crate) language: Language,
    pub(crate) script: Script,
    pub(crate) colours: Budget,
    headings: Vec<Heading>,
    anchors: Anchors,
    plain: String,
    /// The first prose, headings and code apart.
    opening: String,
    assets: Vec<AssetId>,
    shown: HashSet<AssetId>,
    n_images: usize,
}

/// Renders a post.
pub(crate) fn render(source: &str) -> Rendered {
    let arena = Arena::new();
    let root = markdown::parse(&arena, source);
    let mut article = Article {
        html: String::with_capacity(source.len() * 2),
        language: markdown::language(root),
        script: Script::default(),
        colours: Budget::default(),
        headings: Vec::new(),
        anchors: Anchors::default(),
        plain: String::with_capacity(source.len()),
        opening: String::new(),
        assets: Vec::new(),
        shown: HashSet::new(),
        n_images: 0,
    };
    block::write(root, &mut article);
    article.finish()
}

impl Article {
    /// Writes a block's inside as numbered, spoken sentences.
    pub(crate) fn speak(&mut self, inside: &Inside, heading: bool) {
        let found = sentences(&inside.text, &inside.breaks);
        let texts: Vec<&str> = found.iter().map(|range| &inside.text[range.clone()]).collect();
        let first = self.script.push_block(heading, &texts);
        let numbered: Vec<Numbered> = found
            .into_iter()
            .zip(first..)
            .map(|(text, number)| Numbered { text, number })
            .collect();
        inline::write(&mut self.html, inside, &numbered);
        self.push_plain(&inside.plain);
        if !heading && self.opening.len() < EXCERPT * 4 {
            // What is spoken: alternative texts of pictures open no article.
            self.opening.push_str(&inside.text);
            self.opening.push(' ');
        }
    }

    /// Writes a block's inside that is seen but not spoken.
    pub(crate) fn show(&mut self, inside: &Inside) {
        inline::write(&mut self.html, inside, &[]);
        self.push_plain(&inside.plain);
    }

    /// Adds a line to the text for search and summary.
    pub(crate) fn push_plain(&mut self, text: &str) {
        let text = text.trim_end();
        if !text.trim().is_empty() {
            self.plain.push_str(text);
            self.plain.push('\n');
        }
    }

    /// Adds a heading to the contents; returns its anchor.
    pub(crate) fn push_heading(&mut self, level: u8, text: &str) -> String {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let anchor = self.anchors.give(&text);
        self.headings.push(Heading { level, text, anchor: anchor.clone() });
        anchor
    }

    /// Whether one more image may be shown; counts it.
    pub(crate) fn take_image(&mut self) -> bool {
        self.n_images += 1;
        self.n_images <= MOST_IMAGES
    }

    /// Notes an uploaded image that the post shows.
    pub(crate) fn show_asset(&mut self, asset: AssetId) {
        if self.shown.insert(asset.clone()) {
            self.assets.push(asset);
        }
    }

    fn finish(self) -> Rendered {
        let opening = if self.opening.trim().is_empty() { &self.plain } else { &self.opening };
        Rendered {
            excerpt: excerpt(opening),
            html: self.html,
            headings: self.headings,
            sections: self.script.sections,
            plain_text: self.plain.trim().to_owned(),
            assets: self.assets,
            language: self.language,
        }
    }
}

/// The first words, with an ellipsis in place of what follows.
fn excerpt(text: &str) -> String {
    let mut excerpt = String::new();
    let mut n_chars = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count() + usize::from(n_chars > 0);
        // One character stays for the ellipsis.
        if n_chars + length > EXCERPT - 1 {
            if n_chars == 0 {
                excerpt.extend(word.chars().take(EXCERPT - 1));
            }
            excerpt.push('…');
            return excerpt;
        }
        if n_chars > 0 {
            excerpt.push(' ');
        }
        excerpt.push_str(word);
        n_chars += length;
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_at_a_word() {
        assert_eq!(excerpt("  짧은\n 글 "), "짧은 글");
        let long = excerpt(&"낱말 ".repeat(100));
        assert!(long.chars().count() <= EXCERPT);
        assert!(long.ends_with("낱말…"), "{long}");
        assert_eq!(excerpt(&"x".repeat(500)).chars().count(), EXCERPT);
    }
}
