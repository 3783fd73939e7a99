//! The browser's corners that Yew does not cover.
//!
//! On the host, where tests render views to strings, there is no browser: every function then
//! answers as a browser would that remembers nothing.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Storage, Window};

/// The window; `None` on the host.
pub(crate) fn window() -> Option<Window> {
    if cfg!(target_arch = "wasm32") { web_sys::window() } else { None }
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// What this browser keeps under a name; `None` also when storage is forbidden.
pub(crate) fn remembered(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Keeps a value across visits; false when the browser refuses (full, or private mode).
pub(crate) fn remember(name: &str, value: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(name, value).is_ok())
}

pub(crate) fn forget(name: &str) {
    if let Some(storage) = storage() {
        // A storage that cannot be written has nothing to forget.
        let _ = storage.remove_item(name);
    }
}

/// The reader's language as the browser says it, such as `ko-KR`.
pub(crate) fn preferred_language() -> Option<String> {
    window()?.navigator().language()
}

pub(crate) fn prefers_dark() -> bool {
    window()
        .and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok()?)
        .is_some_and(|query| query.matches())
}

pub(crate) fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Sets an attribute of the root element, such as `lang`.
pub(crate) fn set_root_attribute(name: &str, value: &str) {
    if let Some(root) = document().and_then(|document| document.document_element()) {
        // Fails for malformed names only, and ours are constants.
        let _ = root.set_attribute(name, value);
    }
}

/// Moves the focus, for keyboards and screen readers.
pub(crate) fn focus(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) =
        element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Brings an element into view; false when there is none of that id.
pub(crate) fn scroll_to(id: &str) -> bool {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = &element {
        element.scroll_into_view();
    }
    element.is_some()
}

pub(crate) fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// From 0 to 1.
pub(crate) fn luck() -> f64 {
    if cfg!(target_arch = "wasm32") { js_sys::Math::random() } else { 0.5 }
}

/// 128 random bits as text, for idempotency keys; `None` when the browser has no randomness.
pub(crate) fn random_key() -> Option<String> {
    let mut bytes = [0u8; 16];
    window()?.crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(hex(&bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A point in time on the reader's calendar and clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moment {
    pub(crate) year: u32,
    /// 1 to 12.
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
}

impl Moment {
    /// Reads RFC 3339; in UTC on the host, in the reader's time zone in a browser.
    pub(crate) fn read(time: &str) -> Option<Self> {
        if cfg!(target_arch = "wasm32") {
            let date = js_sys::Date::new(&JsValue::from_str(time));
            if date.get_time().is_nan() {
                return None;
            }
            return Some(Self {
                year: date.get_full_year(),
                month: date.get_month() + 1,
                day: date.get_date(),
                hour: date.get_hours(),
                minute: date.get_minutes(),
            });
        }
        let number = |range: std::ops::Range<usize>| time.get(range)?.parse().ok();
        Some(Self {
            year: number(0..4)?,
            month: number(5..7)?,
            day: number(8..10)?,
            hour: number(11..13)?,
            minute: number(14..16)?,
        })
    }
}

/// Whole days until a time, a begun one counted as one; `None` on the host, which has no clock here.
pub(crate) fn days_until(time: &str) -> Option<u32> {
    const DAY_MS: f64 = 24.0 * 3600.0 * 1000.0;
    if !cfg!(target_arch = "wasm32") {
        return None;
    }
    let left = js_sys::Date::new(&JsValue::from_str(time)).get_time() - js_sys::Date::now();
    // Not a number is no time at all.
    (!left.is_nan()).then(|| (left / DAY_MS).ceil().max(0.0) as u32)
}

/// A listener on a target of the browser, gone when dropped.
pub(crate) struct Listener {
    target: web_sys::EventTarget,
    event: &'static str,
    closure: Closure<dyn Fn(web_sys::Event)>,
}

impl Listener {
    /// `None` when the browser refuses.
    pub(crate) fn on(
        target: web_sys::EventTarget,
        event: &'static str,
        told: impl Fn(web_sys::Event) + 'static,
    ) -> Option<Self> {
        let closure = Closure::<dyn Fn(web_sys::Event)>::new(told);
        target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()).ok()?;
        Some(Self { target, event, closure })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.closure.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, function);
    }
}
