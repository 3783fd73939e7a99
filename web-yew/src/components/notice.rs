//! What went wrong, and what to do about it.
//!
//! These and other small pieces are functions: each component costs about a kilobyte of the
//! compressed program, and only what has state of its own needs to be one.

use yew::prelude::*;

use crate::graphql::client::Failure;
use crate::strings::Strings;

/// A failed question, with a button to ask it again.
pub(crate) fn failure_notice(strings: &Strings, failure: &Failure, retry: &Callback<()>) -> Html {
    retry_notice(strings, &strings.failure(failure), retry)
}

/// What went wrong, with a button to try again.
pub(crate) fn retry_notice(strings: &Strings, what: &str, retry: &Callback<()>) -> Html {
    html! {
        <div class="notice" role="alert">
            <p>{ what }</p>
            <button type="button" onclick={retry.reform(|_| ())}>{ strings.try_again }</button>
        </div>
    }
}

/// Says that something is on its way.
pub(crate) fn loading(strings: &Strings) -> Html {
    html! { <p class="loading" role="status">{ strings.loading }</p> }
}

/// The end of a list: a button for the next page, or why there is none.
pub(crate) fn list_end(
    strings: &Strings,
    busy: bool,
    failure: Option<&Failure>,
    next: bool,
    more: &Callback<()>,
) -> Html {
    html! {
        <div class="more">
            if busy {
                { loading(strings) }
            } else if let Some(failure) = failure {
                { failure_notice(strings, failure, more) }
            } else if next {
                <button type="button" data-testid="load-more" onclick={more.reform(|_| ())}>
                    { strings.load_more }
                </button>
            }
        </div>
    }
}
