//! What everybody may read, newest first.

use cynic::QueryBuilder;
use yew::prelude::*;

use crate::components::notice::list_end;
use crate::components::page::{use_paged, use_title};
use crate::components::post_card::card;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::PostCard;
use crate::graphql::queries::{Feed, Page};
use crate::state::paged::{Chunk, Paged};
use crate::state::session::{Visit, use_visit};
use crate::strings::{Strings, use_strings};

const PAGE: i32 = 12;

#[component]
pub(crate) fn HomePage() -> Html {
    use_title(None);
    let (feed, more) = use_paged((), |(), after| page(after));
    feed_view(use_strings(), &use_visit(), &feed, &more)
}

async fn page(after: Option<String>) -> Result<Chunk<PostCard>, Failure> {
    let posts = ask(Feed::build(Page { first: PAGE, after })).await?.posts;
    Ok(Chunk { items: posts.nodes, page_info: posts.page_info, total: None })
}

/// The list as it stands.
pub(crate) fn feed_view(
    strings: &Strings,
    visit: &Visit,
    feed: &Paged<PostCard>,
    more: &Callback<()>,
) -> Html {
    html! {
        <div class="column wide">
            <h1 class="masthead">{ &visit.title }</h1>
            if feed.empty() {
                <p class="empty">
                    { if visit.set_up { strings.no_posts } else { strings.set_up_first } }
                </p>
            }
            <div class="cards">
                for (index, post) in feed.items.iter().enumerate() {
                    { card(strings, post, index == 0) }
                }
            </div>
            { list_end(strings, feed.loading, feed.failure.as_ref(), feed.next().is_some(), more) }
        </div>
    }
}
