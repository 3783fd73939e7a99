//! A post in a list.

use yew::prelude::*;

use crate::components::picture::responsive;
use crate::components::tag_list::tag_list;
use crate::components::to::To;
use crate::graphql::fragments::{Language, PostCard};
use crate::route::Route;
use crate::strings::Strings;

/// `lead`: the first of the page, larger, its picture wanted at once.
pub(crate) fn card(strings: &Strings, post: &PostCard, lead: bool) -> Html {
    let title = if post.title.is_empty() { strings.untitled } else { &post.title };
    // A listed post is published and has a slug; without one there is nowhere to go.
    let heading = match &post.slug {
        Some(slug) => {
            html! { <To route={Route::Post { slug: slug.clone() }}>{ title.to_owned() }</To> }
        }
        None => html! { { title.to_owned() } },
    };
    let sizes =
        if lead { "(min-width: 60rem) 56rem, 92vw" } else { "(min-width: 40rem) 14rem, 92vw" };
    html! {
        <article
            key={post.id.inner().to_owned()}
            class={classes!("card", lead.then_some("card-lead"))}
        >
            if let Some(picture) = post.cover.as_ref().filter(|cover| !cover.variants.is_empty()) {
                <div class="card-cover">{ responsive(picture, sizes, lead) }</div>
            }
            <div class="card-text" lang={article_language(post.language)}>
                <h2>{ heading }</h2>
                <p class="excerpt">{ &post.excerpt }</p>
                <p class="meta">
                    <span>{ &post.author.nickname }</span>
                    if let Some(published_at) = &post.published_at {
                        <time datetime={published_at.0.clone()}>{ strings.day(&published_at.0) }</time>
                    }
                </p>
                { tag_list(strings, &post.tags) }
            </div>
        </article>
    }
}

/// The attribute `lang` of a text.
pub(crate) fn article_language(language: Language) -> &'static str {
    match language {
        Language::Korean => "ko",
        Language::English => "en",
    }
}
