//! Copying an address, and saying that it is done.

use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::components::icon::{Icon, icon};
use crate::strings::use_strings;

/// How long a button says that it is done.
pub(crate) const SAID_FOR_MS: u32 = 2_000;

/// Copies the address of the page.
#[component]
pub(crate) fn CopyLink() -> Html {
    let strings = use_strings();
    let said = use_state_eq(|| None::<bool>);
    let back = use_mut_ref(|| None::<Timeout>);
    let onclick = {
        let said = said.setter();
        Callback::from(move |_: MouseEvent| {
            let (said, back) = (said.clone(), back.clone());
            spawn_local(async move {
                let done = match browser::address() {
                    Some(address) => browser::copy(&address).await,
                    None => false,
                };
                said.set(Some(done));
                *back.borrow_mut() = Some(Timeout::new(SAID_FOR_MS, move || said.set(None)));
            });
        })
    };
    let text = match *said {
        None => strings.copy_link,
        Some(true) => strings.copied,
        Some(false) => strings.not_copied,
    };
    html! {
        <>
            <button
                type="button"
                class="quiet copy-link"
                data-testid="copy-link"
                lang={strings.language.tag()}
                {onclick}
            >
                { icon(Icon::Link) }
                { text }
            </button>
            <span class="visually-hidden" role="status">{ said.map(|_| text) }</span>
        </>
    }
}
