//! What everybody may read, newest first.

use cynic::QueryBuilder;
use yew::prelude::*;

use crate::components::notice::{FailureNotice, Loading};
use crate::components::page::{use_paged, use_title};
use crate::components::post_card::Card;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::PostCard;
use crate::graphql::queries::{Feed, Page};
use crate::state::paged::{Chunk, Paged};
use crate::state::session::use_visit;
use crate::strings::use_strings;

const PAGE: i32 = 12;

#[component]
pub(crate) fn HomePage() -> Html {
    use_title(None);
    let (feed, more) = use_paged((), |(), after| page(after));
    html! { <FeedView feed={(*feed).clone()} {more} /> }
}

async fn page(after: Option<String>) -> Result<Chunk<PostCard>, Failure> {
    let posts = ask(Feed::build(Page { first: PAGE, after })).await?.posts;
    Ok(Chunk { items: posts.nodes, page_info: posts.page_info, total: None })
}

#[derive(Properties, PartialEq)]
pub(crate) struct FeedViewProps {
    pub(crate) feed: Paged<PostCard>,
    pub(crate) more: Callback<()>,
}

/// The list as it stands.
#[component]
pub(crate) fn FeedView(props: &FeedViewProps) -> Html {
    let strings = use_strings();
    let visit = use_visit();
    let feed = &props.feed;
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
                    <Card key={post.id.inner().to_owned()} post={post.clone()} lead={index == 0} />
                }
            </div>
            <More
                loading={feed.loading}
                failure={feed.failure.clone()}
                next={feed.next().is_some()}
                more={&props.more}
            />
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct MoreProps {
    pub(crate) loading: bool,
    pub(crate) failure: Option<Failure>,
    pub(crate) next: bool,
    pub(crate) more: Callback<()>,
}

/// The end of a list: a button for the next page, or why there is none.
#[component]
pub(crate) fn More(props: &MoreProps) -> Html {
    let strings = use_strings();
    html! {
        <div class="more">
            if props.loading {
                <Loading />
            } else if let Some(failure) = &props.failure {
                <FailureNotice failure={failure.clone()} on_retry={props.more.clone()} />
            } else if props.next {
                <button type="button" data-testid="load-more" onclick={props.more.reform(|_| ())}>
                    { strings.load_more }
                </button>
            }
        </div>
    }
}
