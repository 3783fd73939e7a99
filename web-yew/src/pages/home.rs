//! What everybody may read, newest first.

use cynic::QueryBuilder;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::notice::list_end;
use crate::components::page::{use_paged, use_title};
use crate::components::post_card::card;
use crate::components::to::go;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::{Category, PageInfo, PostCard};
use crate::graphql::queries::{Feed, FeedVariables, PostCards, TagPage as TagQuery, TagVariables};
use crate::route::{HomeQuery, Route};
use crate::state::paged::{Chunk, Paged};
use crate::state::session::{Visit, use_visit};
use crate::strings::{Strings, use_strings};
use crate::takeover::use_takeover;

const PAGE: i32 = 12;

#[component]
pub(crate) fn HomePage() -> Html {
    use_title(None);
    let asked = use_location().and_then(|location| location.query::<HomeQuery>().ok());
    let asked = asked.unwrap_or_default().category;
    let category = Category::ALL.into_iter().find(|category| name(*category) == asked);
    let (feed, more) = use_paged(Listed::Feed(category), page);
    use_takeover(!feed.loading && feed.failure.is_none());
    let navigator = use_navigator();
    let choose = Callback::from(move |category: Option<Category>| {
        if let Some(navigator) = &navigator {
            let category = category.map_or_else(String::new, |category| name(category).to_owned());
            go(navigator, &Route::Home, HomeQuery { category }, false);
        }
    });
    let (strings, visit) = (use_strings(), use_visit());
    feed_view(strings, &visit, category, &choose, &feed, &more)
}

/// As addresses name it.
fn name(category: Category) -> &'static str {
    match category {
        Category::Post => "post",
        Category::Learning => "learning",
    }
}

/// A list of what everybody may read, newest first.
#[derive(Clone, PartialEq)]
pub(crate) enum Listed {
    Feed(Option<Category>),
    Tag(String),
}

/// A page of a list. One question for all lists: each kind of growing list costs kilobytes.
pub(crate) async fn page(list: Listed, after: Option<String>) -> Result<Chunk<PostCard>, Failure> {
    let posts = match list {
        Listed::Feed(category) => {
            Some(ask(Feed::build(FeedVariables { first: PAGE, after, category })).await?.posts)
        }
        Listed::Tag(name) => {
            let tag = ask(TagQuery::build(TagVariables { name, first: PAGE, after })).await?.tag;
            tag.map(|tag| tag.posts)
        }
    };
    let nothing = || {
        let page_info = PageInfo { has_next_page: false, end_cursor: None };
        PostCards { nodes: Vec::new(), page_info }
    };
    let PostCards { nodes, page_info } = posts.unwrap_or_else(nothing);
    Ok(Chunk { items: nodes, page_info, total: None })
}

/// The list as it stands.
pub(crate) fn feed_view(
    strings: &Strings,
    visit: &Visit,
    chosen: Option<Category>,
    choose: &Callback<Option<Category>>,
    feed: &Paged<PostCard>,
    more: &Callback<()>,
) -> Html {
    html! {
        <div class="column wide">
            <h1 class="masthead">{ &visit.title }</h1>
            { tabs(strings, chosen, choose) }
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

/// All posts, or those of one category. True links: the address says which.
fn tabs(strings: &Strings, chosen: Option<Category>, choose: &Callback<Option<Category>>) -> Html {
    let all = [None, Some(Category::Post), Some(Category::Learning)];
    let tab = |category: Option<Category>| {
        let href = category.map_or("/".to_owned(), |c| format!("/?category={}", name(c)));
        let word = category.map_or(strings.category_all, |c| strings.category_list(c));
        let choose = choose.clone();
        let onclick = Callback::from(move |event: MouseEvent| {
            let plain = event.button() == 0
                && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key());
            if plain {
                event.prevent_default();
                choose.emit(category);
            }
        });
        let here = (category == chosen).then_some("page");
        html! { <a {href} aria-current={here} {onclick}>{ word }</a> }
    };
    html! {
        <nav class="tabs" aria-label={strings.category}>
            for category in all {
                { tab(category) }
            }
        </nav>
    }
}
