//! Markdown to an article: sanitised HTML, numbered sentences for speech, plain text for the search.
//!
//! The HTML is written here, element by element, from the syntax tree: what this crate does not write
//! cannot be in it. Raw HTML of the author is shown as text. There is no inline style and no script, so
//! the strictest content security policy fits. The style sheet for highlighted code is
//! `content/highlight.css`.
//!
//! Start at [`MarkdownRenderer`]; `article.rs` holds the walk over the blocks, `flatten.rs` and
//! `inline.rs` the insides of paragraphs, `sentence.rs` the rules about where sentences end.
//!
//! Whoever changes what any Markdown becomes also raises `VERSION`: stored articles are made again.

mod address;
mod anchor;
mod article;
mod block;
mod escape;
mod flatten;
mod highlight;
mod inline;
mod markdown;
mod picture;
mod sentence;
mod spoken;

use std::collections::HashMap;

use domain::AssetId;
use domain::ports::{ContentRenderer, Picture};
use domain::text::Rendered;

/// Raised with every change of the output.
const VERSION: u32 = 1;

/// Renders GitHub-flavoured Markdown: tables, strikethrough, bare links, task lists, footnotes, alerts,
/// emphasis beside Korean particles.
///
/// Images are `![alt](asset:ID)` for uploaded ones, or https addresses; at most 50 a post are shown.
/// Headings get readable ids; sentences get `<span data-s="N">`, and code blocks and tables carry the
/// number of the word that is spoken in their place.
#[derive(Clone, Copy, Debug, Default)]
pub struct MarkdownRenderer;

impl ContentRenderer for MarkdownRenderer {
    fn version(&self) -> u32 {
        VERSION
    }

    fn render(&self, markdown: &str) -> Rendered {
        article::render(markdown)
    }

    fn fill_images(&self, html: &str, pictures: &HashMap<AssetId, Picture>) -> String {
        picture::fill(html, pictures)
    }
}
