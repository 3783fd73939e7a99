//! For addresses that lead nowhere.

use yew::prelude::*;

use crate::components::page::use_title;
use crate::components::to::To;
use crate::route::Route;
use crate::strings::use_strings;

#[component]
pub(crate) fn NotFoundPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.not_found.into()));
    html! {
        <div class="column narrow">
            <h1>{ strings.not_found }</h1>
            <p>{ strings.not_found_explained }</p>
            <p><To route={Route::Home} class="button">{ strings.go_home }</To></p>
        </div>
    }
}
