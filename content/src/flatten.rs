//! The inside of a block of the syntax tree, as pieces.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{Node, NodeLink, NodeValue};

use crate::address::{self, ImageSource, Link};
use crate::article::Article;
use crate::escape::{push_attribute, push_text};
use crate::inline::Inside;
use crate::picture;

/// Elements may nest this deep in a paragraph; deeper markup is left out, its text kept.
const DEEPEST: usize = 24;

/// Collects the inside of a block that contains inlines.
pub(crate) fn flatten<'a>(block: Node<'a>, article: &mut Article) -> Inside {
    let mut inside = Inside::default();
    let mut depth = 0_usize;
    let mut edges = block.traverse();
    edges.next(); // the block itself
    while let Some(edge) = edges.next() {
        match edge {
            NodeEdge::Start(node) => {
                let image = match &node.data().value {
                    NodeValue::Image(link) => Some((**link).clone()),
                    value => {
                        start(value, &mut inside, &mut depth);
                        None
                    }
                };
                if let Some(link) = image {
                    let alt = alternative_text(node);
                    push_image(&mut inside, article, &link, &alt);
                    for edge in edges.by_ref() {
                        if matches!(edge, NodeEdge::End(end) if end.same_node(node)) {
                            break;
                        }
                    }
                }
            }
            NodeEdge::End(node) if node.same_node(block) => break,
            NodeEdge::End(node) => end(&node.data().value, &mut inside, &mut depth),
        }
    }
    inside
}

/// The title of an image that stands alone in its paragraph: it becomes a caption.
pub(crate) fn lone_image_title(paragraph: Node<'_>) -> Option<String> {
    let only = paragraph.first_child()?;
    if only.next_sibling().is_some() {
        return None;
    }
    match &only.data().value {
        NodeValue::Image(link) if !link.title.trim().is_empty() => Some(link.title.clone()),
        _ => None,
    }
}

fn start(value: &NodeValue, inside: &mut Inside, depth: &mut usize) {
    match value {
        NodeValue::Text(text) => inside.push_text(text),
        NodeValue::SoftBreak => inside.push_text("\n"),
        NodeValue::LineBreak => inside.push_break(),
        NodeValue::Code(code) => {
            inside.open("<code>".to_owned());
            inside.push_text(&code.literal);
            inside.close("</code>");
        }
        NodeValue::HtmlInline(raw) => push_raw(inside, raw),
        NodeValue::FootnoteReference(reference) => {
            let (note, time) = (reference.ix, reference.ref_num);
            let mark = format!(
                "<sup class=\"footnote-ref\"><a href=\"#fn:{note}\" \
                 id=\"fnref:{note}:{time}\">{note}</a></sup>"
            );
            inside.push_atom(mark, "");
        }
        value => {
            if let Some((open, _)) = element(value) {
                *depth += 1;
                if *depth <= DEEPEST {
                    inside.open(open);
                }
            }
        }
    }
}

fn end(value: &NodeValue, inside: &mut Inside, depth: &mut usize) {
    if let Some((_, close)) = element(value) {
        if *depth <= DEEPEST {
            inside.close(close);
        }
        *depth = depth.saturating_sub(1);
    }
}

fn element(value: &NodeValue) -> Option<(String, &'static str)> {
    Some(match value {
        NodeValue::Emph => ("<em>".to_owned(), "</em>"),
        NodeValue::Strong => ("<strong>".to_owned(), "</strong>"),
        NodeValue::Strikethrough => ("<del>".to_owned(), "</del>"),
        NodeValue::Link(link) => (link_tag(link)?, "</a>"),
        _ => return None,
    })
}

fn link_tag(link: &NodeLink) -> Option<String> {
    let mut tag = String::from("<a href=\"");
    let foreign = match address::link(&link.url)? {
        Link::Own(address) => {
            push_attribute(&mut tag, &address);
            false
        }
        Link::Foreign(address) => {
            push_attribute(&mut tag, &address);
            true
        }
    };
    tag.push('"');
    if !link.title.is_empty() {
        tag.push_str(" title=\"");
        push_attribute(&mut tag, &link.title);
        tag.push('"');
    }
    if foreign {
        tag.push_str(" rel=\"nofollow noopener\"");
    }
    tag.push('>');
    Some(tag)
}

/// Shows the author's tags as text, which is what `Vec<T>` in prose means anyway. A line break is one;
/// comments are not shown.
fn push_raw(inside: &mut Inside, raw: &str) {
    if raw.starts_with("<!--") {
        return;
    }
    if matches!(raw.to_ascii_lowercase().as_str(), "<br>" | "<br/>" | "<br />") {
        return inside.push_break();
    }
    let mut html = String::new();
    push_text(&mut html, raw);
    inside.push_atom(html, raw);
}

fn alternative_text(image: Node<'_>) -> String {
    let mut alt = String::new();
    for node in image.descendants() {
        match &node.data().value {
            NodeValue::Text(text) => alt.push_str(text),
            NodeValue::Code(code) => alt.push_str(&code.literal),
            NodeValue::HtmlInline(raw) => alt.push_str(raw),
            NodeValue::SoftBreak | NodeValue::LineBreak => alt.push(' '),
            _ => {}
        }
    }
    alt
}

fn push_image(inside: &mut Inside, article: &mut Article, link: &NodeLink, alt: &str) {
    let title = Some(link.title.as_str()).filter(|title| !title.trim().is_empty());
    let source = address::image(&link.url).filter(|_| article.take_image());
    let mut html = String::new();
    match source {
        Some(ImageSource::Asset(asset)) => {
            picture::push_placeholder(&mut html, &asset, alt, title);
            article.show_asset(asset);
        }
        Some(ImageSource::Foreign(address)) => {
            html.push_str("<img src=\"");
            push_attribute(&mut html, &address);
            html.push_str("\" alt=\"");
            push_attribute(&mut html, alt);
            if let Some(title) = title {
                html.push_str("\" title=\"");
                push_attribute(&mut html, title);
            }
            html.push_str("\" loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\">");
        }
        None => push_text(&mut html, alt),
    }
    inside.push_atom(html, alt);
}
