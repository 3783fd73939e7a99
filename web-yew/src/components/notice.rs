//! What went wrong, and what to do about it.

use yew::prelude::*;

use crate::graphql::client::Failure;
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(crate) struct FailureNoticeProps {
    pub(crate) failure: Failure,
    #[prop_or_default]
    pub(crate) on_retry: Option<Callback<()>>,
}

/// A failed question, with a button to ask it again.
#[component]
pub(crate) fn FailureNotice(props: &FailureNoticeProps) -> Html {
    let strings = use_strings();
    html! {
        <div class="notice" role="alert">
            <p>{ strings.failure(&props.failure) }</p>
            if let Some(on_retry) = &props.on_retry {
                <button type="button" onclick={on_retry.reform(|_| ())}>{ strings.try_again }</button>
            }
        </div>
    }
}

/// Says that something is on its way.
#[component]
pub(crate) fn Loading() -> Html {
    let strings = use_strings();
    html! { <p class="loading" role="status">{ strings.loading }</p> }
}
