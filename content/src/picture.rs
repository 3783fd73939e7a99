//! Uploaded images: empty places in the stored article, filled when it is read.

use std::collections::HashMap;

use domain::AssetId;
use domain::ports::Picture;

use crate::escape::push_attribute;

/// How wide the article's column is: what browsers choose a variant by.
const SIZES: &str = "(min-width: 800px) 760px, 100vw";

/// Width of the variant for browsers that ignore `srcset`.
const ORDINARY_WIDTH: u32 = 1_200;

/// How every placeholder begins. Text is escaped and cannot look like this.
const PLACEHOLDER: &str = "<img data-asset=\"";

/// Appends the place of an uploaded image.
pub(crate) fn push_placeholder(html: &mut String, asset: &AssetId, alt: &str, title: Option<&str>) {
    html.push_str(PLACEHOLDER);
    html.push_str(asset.as_str());
    html.push_str("\" alt=\"");
    push_attribute(html, alt);
    html.push('"');
    if let Some(title) = title {
        html.push_str(" title=\"");
        push_attribute(html, title);
        html.push('"');
    }
    html.push('>');
}

/// Fills the places of an article that this crate rendered.
///
/// - a picture with variants: a responsive, lazily loaded image;
/// - a picture that is still being made: an empty box of its size, with class `pending`;
/// - no picture: the alternative text.
///
/// The filled element keeps `data-asset`, so that a page can replace it when variants come; filling
/// twice changes nothing more.
pub(crate) fn fill(html: &str, pictures: &HashMap<AssetId, Picture>) -> String {
    let mut filled = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(PLACEHOLDER) {
        filled.push_str(&rest[..at]);
        let inner = &rest[at + PLACEHOLDER.len()..];
        // `>` is escaped in attributes, so the first one ends the element.
        let Some(end) = inner.find('>') else {
            rest = &rest[at..];
            break;
        };
        let (id, attributes) = inner[..end].split_once('"').unwrap_or((&inner[..end], ""));
        let place = Place { id, attributes: attributes.trim_start() };
        match AssetId::parse(id).ok().and_then(|asset| pictures.get(&asset)) {
            Some(picture) => place.push_picture(&mut filled, picture),
            None => filled.push_str(place.alt()),
        }
        rest = &inner[end + 1..];
    }
    filled.push_str(rest);
    filled
}

struct Place<'a> {
    id: &'a str,
    /// `alt` and perhaps `title`, escaped.
    attributes: &'a str,
}

impl Place<'_> {
    fn alt(&self) -> &str {
        let value = self.attributes.strip_prefix("alt=\"").unwrap_or_default();
        value.split('"').next().unwrap_or_default()
    }

    fn push_picture(&self, html: &mut String, picture: &Picture) {
        let Picture { width, height, variants } = picture;
        let ordinary = variants.iter().rev().find(|variant| variant.width <= ORDINARY_WIDTH);
        let Some(source) = ordinary.or(variants.first()) else {
            // An `img` without a source has no box of its own in every browser; an empty drawing has.
            html.push_str(&format!(
                "<svg class=\"pending\" data-asset=\"{}\" width=\"{width}\" height=\"{height}\" \
                 viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\"></svg>",
                self.id,
                self.alt()
            ));
            return;
        };
        html.push_str("<img src=\"");
        push_address(html, &source.url);
        html.push_str("\" srcset=\"");
        for (n, variant) in variants.iter().enumerate() {
            if n > 0 {
                html.push_str(", ");
            }
            push_address(html, &variant.url);
            html.push_str(&format!(" {}w", variant.width));
        }
        html.push_str(&format!(
            "\" sizes=\"{SIZES}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\" \
             decoding=\"async\" data-asset=\"{}\" {}>",
            self.id, self.attributes
        ));
    }
}

/// In `srcset` a blank ends an address.
fn push_address(html: &mut String, url: &str) {
    push_attribute(html, &url.replace(' ', "%20"));
}

#[cfg(test)]
mod tests {
    use domain::ports::PictureVariant;

    use super::*;

    fn placeholder(alt: &str, title: Option<&str>) -> (AssetId, String) {
        let asset = AssetId::from_bits(42);
        let mut html = String::from("<p>");
        push_placeholder(&mut html, &asset, alt, title);
        html.push_str("</p>");
        (asset, html)
    }

    fn picture(widths: &[u32]) -> Picture {
        let variant = |&width: &u32| PictureVariant {
            width,
            height: width / 2,
            url: format!("/media/w{width}.webp?a=1&b=2"),
        };
        Picture { width: 4000, height: 2000, variants: widths.iter().map(variant).collect() }
    }

    #[test]
    fn a_ready_picture_is_responsive_and_reserves_its_place() {
        let (asset, html) = placeholder("a \"b\" <c>", Some("t>"));
        let filled = fill(&html, &HashMap::from([(asset.clone(), picture(&[300, 1200, 2000]))]));
        assert_eq!(
            filled,
            format!(
                "<p><img src=\"/media/w1200.webp?a=1&amp;b=2\" srcset=\"\
                 /media/w300.webp?a=1&amp;b=2 300w, /media/w1200.webp?a=1&amp;b=2 1200w, \
                 /media/w2000.webp?a=1&amp;b=2 2000w\" sizes=\"{SIZES}\" width=\"4000\" \
                 height=\"2000\" loading=\"lazy\" decoding=\"async\" data-asset=\"{asset}\" \
                 alt=\"a &quot;b&quot; &lt;c&gt;\" title=\"t&gt;\"></p>"
            )
        );
        assert_eq!(fill(&filled, &HashMap::new()), filled);
    }

    #[test]
    fn a_picture_in_the_making_keeps_its_box() {
        let (asset, html) = placeholder("alt", None);
        let filled = fill(&html, &HashMap::from([(asset, picture(&[]))]));
        assert!(filled.contains("class=\"pending\""), "{filled}");
        assert!(filled.contains("width=\"4000\" height=\"2000\""), "{filled}");
        assert!(filled.contains("aria-label=\"alt\""), "{filled}");
    }

    #[test]
    fn an_unknown_asset_becomes_its_alternative_text() {
        let (_, html) = placeholder("a <b>", None);
        assert_eq!(fill(&html, &HashMap::new()), "<p>a &lt;b&gt;</p>");
    }
}
