//! The blog's name, where to go, and the reader's switches.

use cynic::MutationBuilder;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::icon::{Icon, word_or_icon};
use crate::components::theme::ThemeToggle;
use crate::components::to::To;
use crate::graphql::client::ask;
use crate::graphql::mutations::SignOut;
use crate::route::Route;
use crate::state::session::{Session, Visit, use_visit};
use crate::strings::{Language, use_strings};

#[derive(Properties, PartialEq)]
pub(crate) struct HeaderProps {
    pub(crate) set_language: Callback<Language>,
}

#[component]
pub(crate) fn Header(props: &HeaderProps) -> Html {
    let strings = use_strings();
    let visit = use_visit();
    let other = strings.language.other();
    let switch_language = props.set_language.reform(move |_: MouseEvent| other);
    html! {
        <header class="site-header">
            <div class="site-header-inner">
                <To route={Route::Home} class="site-name">{ &visit.title }</To>
                <nav aria-label={strings.site_navigation}>
                    // On a phone, the blog's name is the way there.
                    <To route={Route::Home} class="nav-home">{ strings.home }</To>
                    if visit.searched {
                        <To route={Route::Search}>{ word_or_icon(strings.search, Icon::Search) }</To>
                    }
                    if visit.session.writes() {
                        <To route={Route::Studio}>{ strings.studio }</To>
                    }
                    if visit.session.viewer().is_some() {
                        // On an author's phone there is no room; the studio leads there too.
                        <To
                            route={Route::Account}
                            class={classes!(visit.session.writes().then_some("nav-home"))}
                            testid="account-link"
                        >
                            { strings.account }
                        </To>
                    }
                    <SessionLink {visit} />
                </nav>
                <div class="switches">
                    <button
                        type="button"
                        class="quiet"
                        lang={other.tag()}
                        data-testid="language-toggle"
                        onclick={switch_language}
                    >
                        <span class="word">{ strings.other_language }</span>
                        <span class="sign" aria-hidden="true">{ strings.other_language_short }</span>
                    </button>
                    <ThemeToggle />
                </div>
            </div>
        </header>
    }
}

#[derive(Properties, PartialEq)]
struct SessionLinkProps {
    visit: Visit,
}

/// Sign in, or sign out; nothing while it is not known which.
#[component]
fn SessionLink(props: &SessionLinkProps) -> Html {
    let strings = use_strings();
    let navigator = use_navigator();
    match &props.visit.session {
        Session::Asking | Session::Unreachable => html! {},
        Session::Guest => html! { <To route={Route::SignIn}>{ strings.sign_in }</To> },
        Session::SignedIn(_) => {
            let change = props.visit.change.clone();
            let onclick = Callback::from(move |_: MouseEvent| {
                let (change, navigator) = (change.clone(), navigator.clone());
                spawn_local(async move {
                    // A sign-out that did not arrive leaves the reader signed in, and says so by
                    // leaving the button.
                    if ask(SignOut::build(())).await.is_ok() {
                        change.emit(Session::Guest);
                        if let Some(navigator) = navigator {
                            navigator.push(&Route::Home);
                        }
                    }
                });
            });
            html! {
                <button type="button" class="quiet" data-testid="sign-out" {onclick}>
                    { strings.sign_out }
                </button>
            }
        }
    }
}
