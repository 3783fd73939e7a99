//! One post, to be read.

use std::rc::Rc;

use cynic::QueryBuilder;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::browser;
use crate::components::article_text::ArticleText;
use crate::components::audio_player::AudioPlayer;
use crate::components::contents::{Contents, ReadingProgress, worth_a_table};
use crate::components::copying::CopyLink;
use crate::components::notice::{failure_notice, loading};
use crate::components::page::{Answer, use_answer, use_title};
use crate::components::post_card::article_language;
use crate::components::tag_list::tag_list;
use crate::components::to::To;
use crate::graphql::client::{Failure, ask};
use crate::graphql::queries::{Article, Neighbour, PostBy, PostPage as PostQuery, PostVariables};
use crate::pages::not_found::NotFoundPage;
use crate::route::Route;
use crate::state::session::use_visit;
use crate::strings::{Strings, use_strings};
use crate::takeover::{self, use_takeover};

#[derive(Properties, PartialEq)]
pub(crate) struct PostPageProps {
    pub(crate) slug: String,
}

#[component]
pub(crate) fn PostPage(props: &PostPageProps) -> Html {
    let strings = use_strings();
    let (answer, again) = use_answer(props.slug.clone(), article);
    use_present_address(&props.slug, &answer);
    use_takeover(matches!(answer, Answer::Here(_)));
    match answer {
        Answer::Asking => html! { <div class="column">{ loading(strings) }</div> },
        Answer::Failed(failure) => {
            html! { <div class="column">{ failure_notice(strings, &failure, &again) }</div> }
        }
        Answer::Here(post) => match &*post {
            None => html! { <NotFoundPage /> },
            Some(article) => {
                let untitled = article.title.is_empty();
                let title =
                    if untitled { strings.untitled.to_owned() } else { article.title.clone() };
                html! { <ArticleView article={Rc::new(article.clone())} {title} /> }
            }
        },
    }
}

/// A former slug led here: the address becomes the present one, without a further step to go back.
#[hook]
fn use_present_address(slug: &str, answer: &Answer<Option<Article>>) {
    let navigator = use_navigator();
    let present = match answer {
        Answer::Here(post) => (**post).as_ref().and_then(|article| article.slug.clone()),
        Answer::Asking | Answer::Failed(_) => None,
    };
    let elsewhere = present.filter(|present| present != slug);
    use_effect_with(elsewhere, move |elsewhere| {
        if let (Some(slug), Some(navigator)) = (elsewhere.clone(), navigator) {
            navigator.replace(&Route::Post { slug });
        }
    });
}

async fn article(slug: String) -> Result<Option<Article>, Failure> {
    Ok(ask(PostQuery::build(PostVariables { by: PostBy::Slug(slug) })).await?.post)
}

#[derive(Properties, PartialEq)]
pub(crate) struct ArticleViewProps {
    pub(crate) article: Rc<Article>,
    pub(crate) title: AttrValue,
}

#[component]
pub(crate) fn ArticleView(props: &ArticleViewProps) -> Html {
    let strings = use_strings();
    let article = &props.article;
    let visit = use_visit();
    let own = visit.session.viewer().is_some_and(|viewer| viewer.user.id == article.author.id);
    use_title(Some(props.title.clone()));
    use_jump_to_anchor();
    let contents = worth_a_table(&article.headings);
    html! {
        <article class="post" lang={article_language(article.language)}>
            <header class="column post-head">
                { tag_list(strings, &article.tags) }
                <h1 data-testid="post-title">{ &props.title }</h1>
                <div class="post-line">
                    <p class="meta">
                        <span>{ &article.author.nickname }</span>
                        if let Some(published_at) = &article.published_at {
                            <time datetime={published_at.0.clone()}>
                                { strings.day(&published_at.0) }
                            </time>
                        }
                        if own {
                            <To
                                route={Route::Editor { id: article.id.inner().to_owned() }}
                                testid="edit-post"
                            >
                                { strings.edit_post }
                            </To>
                        }
                    </p>
                    <CopyLink />
                </div>
            </header>
            <div class="column">
                if let Some(summary) = &article.summary {
                    <section class="summary" aria-labelledby="summary-heading">
                        <h2 id="summary-heading">{ strings.summary }</h2>
                        <ol data-testid="post-summary">
                            for sentence in &summary.sentences {
                                <li>{ sentence }</li>
                            }
                        </ol>
                    </section>
                }
            </div>
            if let Some(speech) = &article.speech {
                // Not in a column of its own height: it stays in sight as long as the article does.
                <div class="column listen-place">
                    <AudioPlayer speech={speech.clone()} title={props.title.clone()} />
                </div>
            }
            <div class="post-body">
                if !contents.is_empty() {
                    <div class="column contents-place">
                        <Contents headings={contents} />
                    </div>
                }
                <ArticleText article={article.clone()} />
            </div>
            { neighbours(strings, article) }
            <ReadingProgress />
        </article>
    }
}

/// The posts that were published before and after this one.
fn neighbours(strings: &Strings, article: &Article) -> Html {
    let both = [
        ("previous", strings.previous_post, &article.previous),
        ("next", strings.next_post, &article.next),
    ];
    if both.iter().all(|(.., beside)| beside.is_none()) {
        return html! {};
    }
    html! {
        <nav class="column neighbours" aria-label={strings.neighbours}>
            for (class, word, beside) in both {
                if let Some(Neighbour { slug: Some(slug), title, language }) = beside {
                    <To
                        route={Route::Post { slug: slug.clone() }}
                        class={classes!("neighbour", class)}
                        testid={format!("post-{class}")}
                    >
                        <span>{ word }</span>
                        <strong lang={article_language(*language)}>{ title }</strong>
                    </To>
                }
            }
        </nav>
    }
}

/// The browser looked for the address's anchor before the article was here.
#[hook]
fn use_jump_to_anchor() {
    let hash = use_location().map(|location| location.hash().to_owned());
    use_effect_with((), move |()| {
        // In the page that the server wrote, the browser found it by itself.
        if takeover::pending() {
            return;
        }
        if let Some(anchor) = hash.as_deref().and_then(|hash| hash.strip_prefix('#')) {
            let anchor = decoded(anchor);
            browser::scroll_to(&anchor);
        }
    });
}

/// Anchors are Korean too, and percent-encoded in an address.
fn decoded(anchor: &str) -> String {
    js_sys::decode_uri_component(anchor).map_or_else(|_| anchor.to_owned(), String::from)
}
