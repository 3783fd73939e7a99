//! What everybody may read with one tag, newest first.

use cynic::QueryBuilder;
use yew::prelude::*;

use crate::components::notice::list_end;
use crate::components::page::{use_paged, use_title};
use crate::components::post_card::card;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::{PageInfo, PostCard};
use crate::graphql::queries::{TagPage as TagQuery, TagVariables};
use crate::state::paged::{Chunk, Paged};
use crate::strings::{Strings, use_strings};
use crate::takeover::use_takeover;

const PAGE: i32 = 12;

/// A post in the tag's list, and the tag as it is written.
type Tagged = (String, PostCard);

#[derive(Properties, PartialEq)]
pub(crate) struct TagPageProps {
    pub(crate) tag: String,
}

#[component]
pub(crate) fn TagPage(props: &TagPageProps) -> Html {
    let (posts, more) = use_paged(props.tag.clone(), page);
    let name = posts.items.first().map_or(&props.tag, |(name, _)| name);
    use_title(Some(format!("#{name}").into()));
    use_takeover(!posts.loading && posts.failure.is_none());
    tag_view(use_strings(), name, &posts, &more)
}

async fn page(name: String, after: Option<String>) -> Result<Chunk<Tagged>, Failure> {
    let tag = ask(TagQuery::build(TagVariables { name, first: PAGE, after })).await?.tag;
    let Some(tag) = tag else {
        let page_info = PageInfo { has_next_page: false, end_cursor: None };
        return Ok(Chunk { items: Vec::new(), page_info, total: Some(0) });
    };
    let items = tag.posts.nodes.into_iter().map(|post| (tag.name.clone(), post)).collect();
    Ok(Chunk { items, page_info: tag.posts.page_info, total: Some(tag.post_count) })
}

/// The list as it stands.
pub(crate) fn tag_view(
    strings: &Strings,
    name: &str,
    posts: &Paged<Tagged>,
    more: &Callback<()>,
) -> Html {
    html! {
        <div class="column wide">
            <h1 class="masthead" data-testid="tag-title">{ format!("#{name}") }</h1>
            if posts.empty() {
                <p class="empty">{ strings.no_tagged_posts }</p>
            }
            <div class="cards">
                for (index, (_, post)) in posts.items.iter().enumerate() {
                    { card(strings, post, index == 0) }
                }
            </div>
            { list_end(strings, posts.loading, posts.failure.as_ref(), posts.next().is_some(), more) }
        </div>
    }
}
