//! Two texts where one was expected: both are shown, and the author chooses.

use yew::prelude::*;

use crate::state::draft::{DraftAction, Text};
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(super) struct ConflictProps {
    pub(super) theirs: Text,
    pub(super) dispatch: Callback<DraftAction>,
}

#[component]
pub(super) fn Conflict(props: &ConflictProps) -> Html {
    let strings = use_strings();
    let Text { title, markdown, .. } = &props.theirs;
    html! {
        <section class="notice conflict" role="alert" data-testid="conflict" aria-labelledby="conflict-heading">
            <h2 id="conflict-heading">{ strings.conflict }</h2>
            <p>{ strings.conflict_explained }</p>
            <details>
                <summary>{ strings.their_text }</summary>
                <p class="their-title">{ if title.is_empty() { strings.untitled } else { title } }</p>
                <pre tabindex="0">{ markdown }</pre>
            </details>
            <p class="actions">
                <button
                    type="button"
                    class="primary"
                    data-testid="keep-mine"
                    onclick={props.dispatch.reform(|_| DraftAction::KeepMine)}
                >
                    { strings.keep_mine }
                </button>
                <button
                    type="button"
                    data-testid="take-theirs"
                    onclick={props.dispatch.reform(|_| DraftAction::TakeTheirs)}
                >
                    { strings.take_theirs }
                </button>
            </p>
        </section>
    }
}
