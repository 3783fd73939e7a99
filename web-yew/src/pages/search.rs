//! Finds posts by words, while they are typed.

use cynic::QueryBuilder;
use gloo_timers::callback::Timeout;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::field::typed;
use crate::components::notice::list_end;
use crate::components::page::{use_paged, use_title};
use crate::components::tag_list::tag_list;
use crate::components::to::{To, go};
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::PageInfo;
use crate::graphql::queries::{Search, SearchHit, SearchVariables, TextPiece};
use crate::route::{Route, SearchQuery};
use crate::state::paged::{Chunk, Paged};
use crate::state::session::use_visit;
use crate::strings::{Strings, use_strings};

const PAGE: i32 = 10;
/// A pause in typing that long is taken for a question.
const PAUSE_MS: u32 = 300;

#[component]
pub(crate) fn SearchPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.search.into()));
    let navigator = use_navigator();
    let searched = use_visit().searched;
    let asked = use_location()
        .filter(|_| searched)
        .and_then(|location| location.query::<SearchQuery>().ok())
        .unwrap_or_default()
        .q;
    let (hits, more) = use_paged(question(&asked), page);

    let text = use_state_eq(|| asked.clone());
    let pause = use_mut_ref(|| None::<Timeout>);
    let ask_for = Callback::from(move |q: String| {
        if let Some(navigator) = &navigator {
            go(navigator, &Route::Search, SearchQuery { q }, true);
        }
    });
    let oninput = {
        let (text, pause, ask_for) = (text.clone(), pause.clone(), ask_for.clone());
        Callback::from(move |event: InputEvent| {
            let now = typed(&event);
            text.set(now.clone());
            let ask_for = ask_for.clone();
            pause.replace(Some(Timeout::new(PAUSE_MS, move || ask_for.emit(now))));
        })
    };
    let onsubmit = {
        let text = text.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            pause.take();
            ask_for.emit((*text).clone());
        })
    };
    if !searched {
        return html! {
            <div class="column">
                <h1>{ strings.search }</h1>
                <p class="lede" data-testid="no-search">{ strings.no_search }</p>
            </div>
        };
    }
    html! {
        <div class="column">
            <h1>{ strings.search }</h1>
            <form role="search" class="search-form" {onsubmit}>
                <label for="search-input">{ strings.search_label }</label>
                <input
                    id="search-input"
                    type="search"
                    name="q"
                    data-testid="search-input"
                    value={(*text).clone()}
                    autocomplete="off"
                    enterkeyhint="search"
                    aria-describedby="search-hint"
                    {oninput}
                />
                <button type="submit" class="primary">{ strings.search }</button>
            </form>
            <p id="search-hint" class="hint">{ strings.search_hint }</p>
            if !asked.trim().is_empty() {
                { hits_view(strings, &hits, &more) }
            }
        </div>
    }
}

/// A hit, and whether it only has words like those that were asked for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shown {
    pub(crate) hit: SearchHit,
    pub(crate) similar: bool,
}

/// The text without blanks before it; one behind it says that the last word is whole.
fn question(asked: &str) -> String {
    if asked.trim().is_empty() { String::new() } else { asked.trim_start().to_owned() }
}

async fn page(query: String, after: Option<String>) -> Result<Chunk<Shown>, Failure> {
    if query.is_empty() {
        let page_info = PageInfo { has_next_page: false, end_cursor: None };
        return Ok(Chunk { items: Vec::new(), page_info, total: None });
    }
    let hits = ask(Search::build(SearchVariables { query, first: PAGE, after })).await?.search;
    let shown = |hit| Shown { hit, similar: hits.similar };
    Ok(Chunk {
        items: hits.nodes.into_iter().map(shown).collect(),
        page_info: hits.page_info,
        total: Some(hits.total_count),
    })
}

pub(crate) fn hits_view(strings: &Strings, hits: &Paged<Shown>, more: &Callback<()>) -> Html {
    let told = match hits.total {
        _ if hits.loading => String::new(),
        Some(0) => strings.nothing_found.to_owned(),
        Some(n) => strings.found(n),
        None => String::new(),
    };
    let similar = !hits.loading && hits.items.first().is_some_and(|shown| shown.similar);
    html! {
        <>
            <p class="found" role="status" data-testid="search-found">
                { told }
                if similar {
                    <span data-testid="search-similar">{ " " }{ strings.similar_found }</span>
                }
            </p>
            <ol class="hits">
                for Shown { hit, .. } in &hits.items {
                    <li key={hit.post.id.inner().to_owned()} data-testid="search-hit">
                        <h2>{ hit_title(hit) }</h2>
                        <p class="excerpt">{ pieces(&hit.excerpt) }</p>
                        <p class="meta">
                            <span>{ &hit.post.author.nickname }</span>
                            if let Some(published_at) = &hit.post.published_at {
                                <time datetime={published_at.0.clone()}>
                                    { strings.day(&published_at.0) }
                                </time>
                            }
                        </p>
                        { tag_list(strings, &hit.post.tags) }
                    </li>
                }
            </ol>
            { list_end(strings, hits.loading, hits.failure.as_ref(), hits.next().is_some(), more) }
        </>
    }
}

fn hit_title(hit: &SearchHit) -> Html {
    match &hit.post.slug {
        Some(slug) => {
            let route = Route::Post { slug: slug.clone() };
            html! { <To {route}>{ pieces(&hit.title) }</To> }
        }
        None => pieces(&hit.title),
    }
}

/// A text with what matched in it marked.
fn pieces(pieces: &[TextPiece]) -> Html {
    pieces
        .iter()
        .map(|piece| match piece.matched {
            true => html! { <mark>{ &piece.text }</mark> },
            false => html! { { &piece.text } },
        })
        .collect()
}
