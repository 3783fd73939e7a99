//! The browser's corners that Yew does not cover.
//!
//! On the host, where tests render views to strings, there is no browser: every function then
//! answers as a browser would that remembers nothing.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, Element, FocusOptions, HtmlDocument, ScrollBehavior, ScrollIntoViewOptions,
    ScrollLogicalPosition, ScrollToOptions, Storage, Window,
};

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

/// As [`focus`], and the page stays where it is.
pub(crate) fn focus_in_place(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(Ok(element)) = element.map(JsCast::dyn_into::<web_sys::HtmlElement>) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
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

/// The first element that a selector names.
pub(crate) fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

/// Scrolls an element to the middle of the window, or to its top when it does not fit; softly where
/// the reader minds no motion.
pub(crate) fn show(element: &Element) {
    let fits = element.get_bounding_client_rect().height() < window_height() / 2.0;
    let options = ScrollIntoViewOptions::new();
    options.set_block(if fits {
        ScrollLogicalPosition::Center
    } else {
        ScrollLogicalPosition::Start
    });
    options.set_behavior(soft());
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Back to the top by the reader's wish.
pub(crate) fn glide_to_top() {
    if let Some(window) = window() {
        let options = ScrollToOptions::new();
        options.set_top(0.0);
        options.set_behavior(soft());
        window.scroll_to_with_scroll_to_options(&options);
    }
}

fn soft() -> ScrollBehavior {
    let still = window()
        .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok()?)
        .is_some_and(|query| query.matches());
    if still { ScrollBehavior::Instant } else { ScrollBehavior::Smooth }
}

/// Pixels; nothing on the host.
pub(crate) fn window_height() -> f64 {
    let height = window().and_then(|window| window.inner_height().ok()?.as_f64());
    height.unwrap_or_default()
}

/// How far the page is scrolled down, in pixels.
pub(crate) fn scrolled() -> f64 {
    window().and_then(|window| window.scroll_y().ok()).unwrap_or_default()
}

/// Whether the reader has marked text, so that a click is the end of that.
pub(crate) fn text_is_selected() -> bool {
    let selection = window().and_then(|window| window.get_selection().ok()?);
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// The address of this page, without the part that was jumped to.
pub(crate) fn address() -> Option<String> {
    let location = window()?.location();
    let (origin, path) = (location.origin().ok()?, location.pathname().ok()?);
    Some(format!("{origin}{path}"))
}

/// Puts a text where the reader can paste it from; whether that worked.
pub(crate) async fn copy(text: &str) -> bool {
    let Some(navigator) = window().map(|window| window.navigator()) else { return false };
    // Absent where the page came over plain http from another machine.
    let clipboard = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"));
    if clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        let written = JsFuture::from(navigator.clipboard().write_text(text)).await;
        if written.is_ok() {
            return true;
        }
    }
    copy_by_command(text).unwrap_or(false)
}

/// The way of older browsers and insecure pages: a field for a moment, marked and copied.
fn copy_by_command(text: &str) -> Option<bool> {
    let document = document()?;
    let field = document.create_element("textarea").ok()?;
    let field = field.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
    field.set_class_name("visually-hidden");
    field.set_value(text);
    let focused = document.active_element();
    document.body()?.append_child(&field).ok()?;
    field.select();
    let done = document.dyn_into::<HtmlDocument>().ok().and_then(|d| d.exec_command("copy").ok());
    field.remove();
    if let Some(Ok(focused)) = focused.map(JsCast::dyn_into::<web_sys::HtmlElement>) {
        let _ = focused.focus();
    }
    done
}

pub(crate) fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// The moment so many milliseconds ago, as the server writes times; the host knows none.
pub(crate) fn ago(ms: f64) -> String {
    if !cfg!(target_arch = "wasm32") {
        return String::new();
    }
    js_sys::Date::new(&JsValue::from_f64(js_sys::Date::now() - ms)).to_iso_string().into()
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
