//! The tags of a post.

use yew::prelude::*;

use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(crate) struct TagListProps {
    pub(crate) tags: Vec<String>,
}

#[component]
pub(crate) fn TagList(props: &TagListProps) -> Html {
    let strings = use_strings();
    if props.tags.is_empty() {
        return html! {};
    }
    html! {
        <ul class="tags" aria-label={strings.tags}>
            for tag in &props.tags {
                <li key={tag.clone()}>{ tag }</li>
            }
        </ul>
    }
}
