//! A picture of the article as large as the window.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::strings::use_strings;

/// The picture that is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shown {
    pub(crate) src: String,
    pub(crate) srcset: String,
    pub(crate) alt: String,
}

#[derive(Properties, PartialEq)]
pub(crate) struct LightboxProps {
    pub(crate) shown: Option<Shown>,
    pub(crate) on_close: Callback<()>,
}

/// A true dialog: the browser keeps the focus in it, closes it by Escape, and gives the focus back.
#[component]
pub(crate) fn Lightbox(props: &LightboxProps) -> Html {
    let strings = use_strings();
    let dialog = use_node_ref();
    use_effect_with((props.shown.is_some(), dialog.clone()), |(open, dialog)| {
        if let Some(dialog) = dialog.cast::<HtmlDialogElement>().filter(|_| *open) {
            // Refused only to a dialog that is open already.
            let _ = dialog.show_modal();
        }
    });
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |event: MouseEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            // A click on the picture is no wish to leave it.
            let picture =
                target.is_some_and(|target| target.tag_name().eq_ignore_ascii_case("img"));
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>().filter(|_| !picture) {
                dialog.close();
            }
        })
    };
    html! {
        <dialog
            ref={dialog}
            class="lightbox"
            data-testid="lightbox"
            aria-label={strings.picture}
            lang={strings.language.tag()}
            onclick={close}
            onclose={props.on_close.reform(|_: Event| ())}
        >
            if let Some(shown) = &props.shown {
                <button type="button" data-testid="lightbox-close" aria-label={strings.close}>
                    { icon(Icon::Close) }
                </button>
                <img
                    src={shown.src.clone()}
                    srcset={(!shown.srcset.is_empty()).then(|| shown.srcset.clone())}
                    sizes="100vw"
                    alt={shown.alt.clone()}
                />
            }
        </dialog>
    }
}
