//! The GraphQL types `Heading` and `RenderedMarkdown`.

use async_graphql::SimpleObject;

use crate::types::enums::Language;

/// A heading of an article.
#[derive(SimpleObject)]
pub struct Heading {
    /// 1 to 6.
    level: i32,
    /// Without markup.
    text: String,
    /// The element's id in the page, unique in the article.
    anchor: String,
}

impl From<domain::text::Heading> for Heading {
    fn from(heading: domain::text::Heading) -> Self {
        Heading { level: heading.level.into(), text: heading.text, anchor: heading.anchor }
    }
}

/// What Markdown becomes.
#[derive(SimpleObject)]
pub struct RenderedMarkdown {
    /// Sanitised; with the pictures that are the viewer's.
    pub(crate) html: String,
    /// In document order.
    pub(crate) headings: Vec<Heading>,
    /// Of most of the text.
    pub(crate) language: Language,
    /// The first words, at most 150 characters.
    pub(crate) excerpt: String,
}
