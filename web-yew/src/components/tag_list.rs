//! The tags of a post.

use yew::prelude::*;

use crate::strings::Strings;

/// Nothing for a post without tags.
pub(crate) fn tag_list(strings: &Strings, tags: &[String]) -> Html {
    if tags.is_empty() {
        return html! {};
    }
    html! {
        <ul class="tags" aria-label={strings.tags}>
            for tag in tags {
                <li>{ tag }</li>
            }
        </ul>
    }
}
