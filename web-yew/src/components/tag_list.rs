//! The tags of a post.

use yew::prelude::*;

use crate::components::to::To;
use crate::route::Route;
use crate::strings::Strings;

/// Nothing for a post without tags.
pub(crate) fn tag_list(strings: &Strings, tags: &[String]) -> Html {
    if tags.is_empty() {
        return html! {};
    }
    html! {
        <ul class="tags" aria-label={strings.tags}>
            for tag in tags {
                <li><To route={Route::tag(tag)}>{ tag }</To></li>
            }
        </ul>
    }
}
