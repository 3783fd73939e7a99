//! The port through which Markdown becomes an article.

use std::collections::HashMap;

use crate::AssetId;
use crate::text::Rendered;

/// One size of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureVariant {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Where it is served.
    pub url: String,
}

/// An uploaded image as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels of the upright original; reserves the place before anything is loaded.
    pub width: u32,
    /// Pixels of the upright original.
    pub height: u32,
    /// Narrowest first. Empty while none is made yet.
    pub variants: Vec<PictureVariant>,
}

/// Turns Markdown into sanitised HTML, numbered sentences and plain text.
///
/// Pure and deterministic: equal Markdown gives equal output for one `version`.
pub trait ContentRenderer: Send + Sync {
    /// Changes whenever output for the same Markdown may change; stored beside what was rendered.
    fn version(&self) -> u32;

    /// Renders any text whatsoever in bounded time; never fails, never passes script through.
    fn render(&self, markdown: &str) -> Rendered;

    /// Fills the placeholders of uploaded images with responsive pictures (`srcset`, `sizes`, width
    /// and height, lazy loading). A placeholder without a picture becomes its alternative text.
    fn fill_images(&self, html: &str, pictures: &HashMap<AssetId, Picture>) -> String;
}
