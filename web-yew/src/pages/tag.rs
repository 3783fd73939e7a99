//! What everybody may read with one tag, newest first.

use yew::prelude::*;

use crate::components::notice::list_end;
use crate::components::page::{use_paged, use_title};
use crate::components::post_card::card;
use crate::graphql::fragments::PostCard;
use crate::pages::home::{Listed, page};
use crate::state::paged::Paged;
use crate::strings::{Strings, use_strings};
use crate::takeover::use_takeover;

#[derive(Properties, PartialEq)]
pub(crate) struct TagPageProps {
    pub(crate) tag: String,
}

#[component]
pub(crate) fn TagPage(props: &TagPageProps) -> Html {
    let (posts, more) = use_paged(Listed::Tag(props.tag.clone()), page);
    let name = as_written(&props.tag, &posts.items);
    use_title(Some(format!("#{name}").into()));
    use_takeover(!posts.loading && posts.failure.is_none());
    tag_view(use_strings(), name, &posts, &more)
}

/// The tag as its newest post writes it; the address has it in lower case.
fn as_written<'a>(tag: &'a str, posts: &'a [PostCard]) -> &'a str {
    let tags = posts.first().into_iter().flat_map(|post| &post.tags);
    tags.map(String::as_str).find(|written| written.to_lowercase() == tag).unwrap_or(tag)
}

/// The list as it stands.
pub(crate) fn tag_view(
    strings: &Strings,
    name: &str,
    posts: &Paged<PostCard>,
    more: &Callback<()>,
) -> Html {
    html! {
        <div class="column wide">
            <h1 class="masthead" data-testid="tag-title">{ format!("#{name}") }</h1>
            if posts.empty() {
                <p class="empty">{ strings.no_tagged_posts }</p>
            }
            <div class="cards">
                for (index, post) in posts.items.iter().enumerate() {
                    { card(strings, post, index == 0) }
                }
            </div>
            { list_end(strings, posts.loading, posts.failure.as_ref(), posts.next().is_some(), more) }
        </div>
    }
}
