//! Reads rendered HTML as a browser's tokenizer does, and holds it against what an article may be.

use std::collections::BTreeMap;

use content::MarkdownRenderer;
use domain::ports::ContentRenderer;
use domain::text::Rendered;
use html5gum::{Token, Tokenizer};

/// One tag of a page, with its attributes.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
}

pub fn render(markdown: &str) -> Rendered {
    MarkdownRenderer.render(markdown)
}

/// All opening tags; fails when the page is not well-formed or holds what no article may hold.
#[track_caller]
pub fn tags(html: &str) -> Vec<Tag> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for token in Tokenizer::new(html) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let tag = Tag {
                    name: text(&tag.name),
                    attributes: tag
                        .attributes
                        .iter()
                        .map(|(name, value)| (text(name), text(value)))
                        .collect(),
                };
                if !VOID.contains(&tag.name.as_str()) {
                    open.push(tag.name.clone());
                }
                assert_allowed(&tag);
                tags.push(tag);
            }
            Token::EndTag(tag) => {
                let name = text(&tag.name);
                assert_eq!(open.pop().as_deref(), Some(name.as_str()), "tags nest in {html}");
            }
            Token::Comment(_) | Token::Doctype(_) => panic!("a comment or doctype in {html}"),
            Token::Error(error) => panic!("{error:?} in {html}"),
            Token::String(_) => {}
        }
    }
    assert!(open.is_empty(), "{open:?} left open");
    tags
}

/// The text of the page.
pub fn text(html: &str) -> String {
    Tokenizer::new(html)
        .filter_map(|token| match token.unwrap() {
            Token::String(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
            _ => None,
        })
        .collect()
}

const VOID: [&str; 4] = ["br", "hr", "img", "input"];

const ELEMENTS: [&str; 34] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "div",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "span",
    "strong",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

const ATTRIBUTES: [&str; 26] = [
    "alt",
    "aria-hidden",
    "aria-label",
    "checked",
    "class",
    "data-asset",
    "data-s",
    "decoding",
    "disabled",
    "height",
    "href",
    "id",
    "loading",
    "referrerpolicy",
    "rel",
    "role",
    "scope",
    "sizes",
    "src",
    "srcset",
    "start",
    "tabindex",
    "title",
    "type",
    "viewbox",
    "width",
];

#[track_caller]
fn assert_allowed(tag: &Tag) {
    assert!(ELEMENTS.contains(&tag.name.as_str()), "element {tag:?}");
    for (name, value) in &tag.attributes {
        assert!(ATTRIBUTES.contains(&name.as_str()), "attribute {tag:?}");
        if matches!(name.as_str(), "href" | "src" | "srcset") {
            assert_safe_address(value);
        }
    }
}

/// Reads the scheme as the URL standard does: blanks and controls at the ends go, tabs and line breaks
/// go everywhere.
#[track_caller]
fn assert_safe_address(address: &str) {
    let address: String = address
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let Some((scheme, _)) = address.split_once(':') else { return };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if is_scheme {
        let scheme = scheme.to_ascii_lowercase();
        assert!(["http", "https", "mailto", "tel"].contains(&scheme.as_str()), "{address}");
    }
}
