//! The way of a post to the deleted ones: asked for twice, since readers lose it at once.

use web_sys::HtmlElement;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::pages::editor::publishing::{Outcome, Publishing, Wish};
use crate::route::Route;
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(super) struct DeletionProps {
    pub(super) publishing: Publishing,
}

/// The button, and the question that it opens. Escape and "keep" lead back to the button.
#[component]
pub(super) fn Deletion(props: &DeletionProps) -> Html {
    let strings = use_strings();
    let navigator = use_navigator();
    let asked = use_state_eq(|| false);
    let (button, keep) = (use_node_ref(), use_node_ref());
    let done = props.publishing.outcome == Some(Outcome::Done(Wish::Delete));
    use_effect_with(done, move |done| {
        if let Some(navigator) = navigator.filter(|_| *done) {
            navigator.push(&Route::Deleted);
        }
    });
    {
        let (button, keep) = (button.clone(), keep.clone());
        let before = use_mut_ref(|| false);
        use_effect_with(*asked, move |asked| {
            let was = before.replace(*asked);
            let focused = if *asked { &keep } else { &button };
            // Not when the page opens: only the answer to a key or click moves the focus.
            if (*asked || was)
                && let Some(element) = focused.cast::<HtmlElement>()
            {
                let _ = element.focus();
            }
        });
    }
    let set = |to: bool| {
        let asked = asked.setter();
        Callback::from(move |_: MouseEvent| asked.set(to))
    };
    let onkeydown = {
        let asked = asked.setter();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                asked.set(false);
            }
        })
    };
    let busy = props.publishing.pending.is_some();
    let deleting = props.publishing.pending == Some(Wish::Delete);
    html! {
        <section class="deletion">
            <button
                ref={button}
                type="button"
                class="small danger"
                data-testid="delete"
                disabled={busy}
                aria-expanded={if *asked { "true" } else { "false" }}
                onclick={set(true)}
            >
                { strings.delete }
            </button>
            if *asked {
                <div
                    class="notice"
                    role="alertdialog"
                    aria-labelledby="delete-sure"
                    aria-describedby="delete-explained"
                    data-testid="delete-question"
                    {onkeydown}
                >
                    <h2 id="delete-sure">{ strings.delete_sure }</h2>
                    <p id="delete-explained">{ strings.delete_explained }</p>
                    <p class="actions">
                        <button
                            type="button"
                            class="danger"
                            data-testid="delete-for-sure"
                            disabled={busy}
                            onclick={props.publishing.wish.reform(|_: MouseEvent| Wish::Delete)}
                        >
                            { if deleting { strings.deleting } else { strings.delete } }
                        </button>
                        <button
                            ref={keep}
                            type="button"
                            data-testid="delete-not"
                            onclick={set(false)}
                        >
                            { strings.delete_keep }
                        </button>
                    </p>
                </div>
            }
        </section>
    }
}
