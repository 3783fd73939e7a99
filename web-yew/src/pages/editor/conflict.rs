//! Two texts where one was expected: both are shown, and the author chooses.

use yew::prelude::*;

use crate::state::draft::{DraftAction, Text};
use crate::strings::Strings;

/// The choice.
pub(super) fn conflict(strings: &Strings, theirs: &Text, dispatch: &Callback<DraftAction>) -> Html {
    let Text { title, markdown, .. } = theirs;
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
                    onclick={dispatch.reform(|_| DraftAction::KeepMine)}
                >
                    { strings.keep_mine }
                </button>
                <button
                    type="button"
                    data-testid="take-theirs"
                    onclick={dispatch.reform(|_| DraftAction::TakeTheirs)}
                >
                    { strings.take_theirs }
                </button>
            </p>
        </section>
    }
}
