//! Light or dark: as the system wishes, until the reader chooses.
//!
//! `boot.js` sets the choice of an earlier visit before this program is here.

use yew::prelude::*;

use crate::browser;
use crate::components::icon::{Icon, word_or_icon};
use crate::strings::use_strings;

/// Also in `boot.js`.
const NAME: &str = "deepdive.theme";
const ATTRIBUTE: &str = "data-theme";

/// Switches between light and dark, and remembers it.
#[component]
pub(crate) fn ThemeToggle() -> Html {
    let strings = use_strings();
    let dark = use_state_eq(|| match browser::remembered(NAME).as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => browser::prefers_dark(),
    });
    let onclick = {
        let dark = dark.clone();
        Callback::from(move |_: MouseEvent| {
            let theme = if *dark { "light" } else { "dark" };
            browser::set_root_attribute(ATTRIBUTE, theme);
            browser::remember(NAME, theme);
            dark.set(!*dark);
        })
    };
    let (word, icon) =
        if *dark { (strings.to_light, Icon::Sun) } else { (strings.to_dark, Icon::Moon) };
    html! {
        <button type="button" class="quiet" data-testid="theme-toggle" {onclick}>
            { word_or_icon(word, icon) }
        </button>
    }
}
