//! Puts a rendering into the page, and keeps the pictures that are there already.
//!
//! Each rendering names the pictures of a draft by addresses that are signed anew. To a browser these
//! are other pictures: it would load all of them again with every pause in typing, and show holes
//! meanwhile. So a picture that differs by nothing but its signature is moved into the new text as it
//! is, drawn.

use std::collections::HashMap;

use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::browser;

/// The contract promises an address for ten minutes. A picture is not kept longer than half of that:
/// a window that is made wider may load another size of it by the same signature.
const KEPT_FOR_MS: f64 = 5.0 * 60.0 * 1000.0;

/// The attributes of a picture that hold addresses.
const ADDRESSES: [&str; 2] = ["src", "srcset"];

/// When each picture came into the page, by its signed address.
#[derive(Default)]
pub(super) struct Arrivals(HashMap<String, f64>);

impl Arrivals {
    /// Replaces what `page` shows by `html`, which the server sanitised.
    pub(super) fn draw(&mut self, page: &Element, html: &str) {
        let document = browser::document();
        let Some(text) = document.and_then(|document| document.create_element("div").ok()) else {
            return;
        };
        text.set_inner_html(html);
        let now = js_sys::Date::now();
        let mut there = pictures(page);
        for picture in pictures(&text) {
            let alike = there.iter().position(|drawn| {
                same_but_signed(drawn, &picture) && self.arrived(drawn) > now - KEPT_FOR_MS
            });
            let Some(drawn) = alike.map(|index| there.swap_remove(index)) else { continue };
            if let Some(parent) = picture.parent_node() {
                // Refused only if the one were no child of the other's parent.
                let _ = parent.replace_child(&drawn, &picture);
            }
        }
        page.set_inner_html("");
        while let Some(node) = text.first_child() {
            if page.append_child(&node).is_err() {
                break;
            }
        }
        let before = std::mem::take(&mut self.0);
        self.0 = pictures(page)
            .iter()
            .filter_map(|picture| picture.get_attribute("src"))
            .map(|src| {
                let arrived = before.get(&src).copied().unwrap_or(now);
                (src, arrived)
            })
            .collect();
    }

    fn arrived(&self, picture: &Element) -> f64 {
        let src = picture.get_attribute("src");
        src.and_then(|src| self.0.get(&src).copied()).unwrap_or_default()
    }
}

fn pictures(root: &Element) -> Vec<Element> {
    let Ok(found) = root.query_selector_all("img[data-asset]") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
}

/// Whether two pictures are one, in all attributes that they have.
fn same_but_signed(drawn: &Element, picture: &Element) -> bool {
    let attribute = |of: &Element, name: &str| of.get_attribute(name).unwrap_or_default();
    let others = ["data-asset", "alt", "title", "width", "height", "sizes"];
    others.iter().all(|name| attribute(drawn, name) == attribute(picture, name))
        && ADDRESSES
            .iter()
            .all(|name| unsigned(&attribute(drawn, name)) == unsigned(&attribute(picture, name)))
}

/// Addresses without their queries, where signatures are; of a `srcset` each with its width.
fn unsigned(addresses: &str) -> Vec<(&str, &str)> {
    addresses
        .split(", ")
        .map(|candidate| {
            let (address, width) = candidate.split_once(' ').unwrap_or((candidate, ""));
            (address.split('?').next().unwrap_or_default(), width)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_signature_makes_no_other_picture() {
        let set = |signature: &str| {
            format!(
                "/media/a-300.webp?expires=1&signature={signature} 300w, /media/a-768.webp?expires=1&signature={signature} 768w"
            )
        };

        assert_eq!(unsigned(&set("one")), unsigned(&set("another")));
    }

    #[test]
    fn a_new_size_and_a_new_picture_are_told_apart() {
        let one = "/media/a-300.webp?s=1 300w";

        assert_ne!(
            unsigned(one),
            unsigned("/media/a-300.webp?s=1 300w, /media/a-768.webp?s=1 768w")
        );
        assert_ne!(unsigned(one), unsigned("/media/b-300.webp?s=1 300w"));
    }
}
