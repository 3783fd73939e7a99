//! The dialect: which Markdown is read, and how.

use comrak::nodes::{Node, NodeValue};
use comrak::{Arena, Options, parse_document};
use domain::text::Language;

/// Reads a post. The tree lives in the arena.
pub(crate) fn parse<'a>(arena: &'a Arena<'a>, markdown: &str) -> Node<'a> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    // `**강조**를`: a Korean particle follows emphasis without a blank.
    options.extension.cjk_friendly_emphasis = true;
    parse_document(arena, markdown, &options)
}

/// The language of most of the prose; of everything when there is no prose.
pub(crate) fn language(root: Node<'_>) -> Language {
    let mut prose = String::new();
    let mut rest = String::new();
    for node in root.descendants() {
        match &node.data().value {
            NodeValue::Text(text) => prose.push_str(text),
            NodeValue::Code(code) => rest.push_str(&code.literal),
            NodeValue::CodeBlock(code) => rest.push_str(&code.literal),
            _ => {}
        }
    }
    if prose.chars().any(char::is_alphabetic) { Language::of(&prose) } else { Language::of(&rest) }
}
