//! From the page that the server wrote to the live one.
//!
//! The server's page stays and is read until the live one has the same to show; then they change
//! places in one step, so that nothing flashes and nothing moves. Where the server cannot be asked
//! anything more, its page simply stays.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element};
use yew::prelude::*;

use crate::browser;
use crate::state::session::{Session, use_visit};

/// What the server filled, and later the live page.
const SHOWN: &str = "app";
/// The live page while it is not shown.
const WAITING: &str = "live";

/// The element for the live page: the empty one of the shell, or one that waits beside what the server
/// wrote.
pub(crate) fn root(document: &Document) -> Option<Element> {
    let served = document.get_element_by_id(SHOWN)?;
    if served.child_element_count() == 0 {
        return Some(served);
    }
    let live = document.create_element("div").ok()?;
    live.set_id(WAITING);
    live.set_attribute("hidden", "").ok()?;
    served.after_with_node_1(&live).ok()?;
    Some(live)
}

fn waiting() -> Option<Element> {
    browser::document()?.get_element_by_id(WAITING)
}

/// Whether the server's page is still the one that is shown.
pub(crate) fn pending() -> bool {
    waiting().is_some()
}

/// Shows the live page; nothing more when it is shown already.
pub(crate) fn take_over() {
    let (Some(document), Some(live)) = (browser::document(), waiting()) else { return };
    if let Some(served) = document.get_element_by_id(SHOWN) {
        served.remove();
    }
    live.set_id(SHOWN);
    // Fails for malformed names only, and ours is a constant.
    let _ = live.remove_attribute("hidden");
}

/// Takes over as soon as a page has what the server's shows, and it is known who reads.
#[hook]
pub(crate) fn use_takeover(ready: bool) {
    let known = use_visit().session != Session::Asking;
    use_effect_with(ready && known, |now| {
        if *now {
            take_over();
        }
    });
}

/// For another page than the one that the server wrote: shows the live one at once, and takes away what
/// the head says of the old one.
pub(crate) fn leave() {
    take_over();
    let Some(document) = browser::document() else { return };
    let Ok(said) = document.query_selector_all("head [data-served]") else { return };
    for index in 0..said.length() {
        if let Some(element) = said.item(index).and_then(|node| node.dyn_into::<Element>().ok()) {
            element.remove();
        }
    }
}
