//! The frame around all pages: contexts, header, footer, and where the focus goes.

use std::rc::Rc;

use cynic::QueryBuilder;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::backstage::{self, Backstage};
use crate::browser;
use crate::components::header::Header;
use crate::graphql::client::ask;
use crate::graphql::queries::{Site, Welcome};
use crate::pages::home::HomePage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::post::PostPage;
use crate::pages::search::SearchPage;
use crate::pages::tag::TagPage;
use crate::route::Route;
use crate::socket::{Link, Socket};
use crate::state::session::{Session, Visit};
use crate::strings::{Language, use_strings};
use crate::takeover;

/// The id of the landmark that each page fills.
const MAIN: &str = "main";

/// The whole client.
#[component]
pub(crate) fn App() -> Html {
    html! {
        <BrowserRouter>
            <Contexts />
        </BrowserRouter>
    }
}

#[component]
fn Contexts() -> Html {
    let language = use_state_eq(Language::of_reader);
    let set_language = {
        let language = language.setter();
        Callback::from(move |chosen: Language| {
            chosen.remember();
            language.set(chosen);
        })
    };
    use_effect_with(*language, |language| browser::set_root_attribute("lang", language.tag()));

    let link = use_state_eq(Link::default);
    let socket = use_memo((), |()| {
        let link = link.setter();
        Socket::new(Callback::from(move |now| link.set(now)))
    });
    use_effect_with(socket.clone(), |socket| {
        let watching = socket.watch_the_page();
        move || drop(watching)
    });

    let visit = use_visit_state((*socket).clone());
    // Whoever is signed in goes there next.
    use_effect_with(visit.session.viewer().is_some(), |signed_in| {
        if *signed_in {
            backstage::load(Callback::noop());
        }
    });
    html! {
        <ContextProvider<Language> context={*language}>
            <ContextProvider<Visit> context={visit}>
                <ContextProvider<Socket> context={(*socket).clone()}>
                    <ContextProvider<Link> context={*link}>
                        <Shell {set_language} />
                    </ContextProvider<Link>>
                </ContextProvider<Socket>>
            </ContextProvider<Visit>>
        </ContextProvider<Language>>
    }
}

/// Asks once who reads; signing in and out change it afterwards.
#[hook]
fn use_visit_state(socket: Socket) -> Visit {
    let session = use_state_eq(Session::default);
    let site = use_state_eq(unasked);
    let tries = use_state_eq(|| 0u32);
    {
        let (session, site) = (session.setter(), site.setter());
        use_effect_with(*tries, move |_| {
            spawn_local(async move {
                match ask(Welcome::build(())).await {
                    Ok(welcome) => {
                        site.set(Rc::new(welcome.site));
                        session.set(welcome.viewer.map_or(Session::Guest, Session::SignedIn));
                    }
                    Err(_) => session.set(Session::Unreachable),
                }
            });
        });
    }
    let change = {
        let (session, site_setter) = (session.setter(), site.setter());
        let known = (*site).clone();
        Callback::from(move |changed: Session| {
            if matches!(changed, Session::SignedIn(_)) {
                site_setter.set(Rc::new(Site { set_up: true, ..(*known).clone() }));
                socket.wake();
            }
            session.set(changed);
        })
    };
    let ask_again = {
        let session = session.setter();
        let (now, tries_setter) = (*tries, tries.setter());
        Callback::from(move |()| {
            session.set(Session::Asking);
            tries_setter.set(now + 1);
        })
    };
    let (session, known) = ((*session).clone(), (*site).clone());
    // The callback is new at each render; the context changes only when what it says does.
    let visit = use_memo((session, known, *tries), move |(session, known, _)| Visit {
        session: session.clone(),
        title: known.title.clone().into(),
        set_up: known.set_up,
        sign_up_open: known.sign_up_open,
        searched: known.search_available,
        change,
        ask_again,
    });
    Rc::unwrap_or_clone(visit)
}

/// The blog as long as nobody has said what it is; that there is no search is said in the page.
fn unasked() -> Rc<Site> {
    Rc::new(Site {
        title: "Deepdive".to_owned(),
        set_up: true,
        sign_up_open: false,
        search_available: browser::find("meta[name='deepdive:search']").is_none(),
    })
}

#[derive(Properties, PartialEq)]
struct ShellProps {
    set_language: Callback<Language>,
}

#[component]
fn Shell(props: &ShellProps) -> Html {
    let strings = use_strings();
    use_focus_on_main();
    let to_main = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        browser::focus(MAIN);
    });
    html! {
        <>
            <a class="skip-link" href="#main" onclick={to_main}>{ strings.skip_to_content }</a>
            <Header set_language={&props.set_language} />
            <main id={MAIN} tabindex="-1">
                <Switch<Route> render={page} />
            </main>
            <footer class="site-footer">
                <p>{ strings.footer }</p>
            </footer>
        </>
    }
}

/// A new page starts at its top, with the focus on it; the first one does as the browser likes.
#[hook]
fn use_focus_on_main() {
    let path = use_location().map(|location| location.path().to_owned());
    let first = use_mut_ref(|| true);
    use_effect_with(path, move |_| {
        if !first.replace(false) {
            takeover::leave();
            browser::focus(MAIN);
            browser::scroll_to_top();
        }
    });
}

fn page(route: Route) -> Html {
    match route {
        Route::Home => html! { <HomePage /> },
        Route::Post { slug } => html! { <PostPage key={slug.as_str()} slug={slug.clone()} /> },
        Route::Tag { tag } => html! { <TagPage key={tag.as_str()} tag={tag.clone()} /> },
        Route::Search => html! { <SearchPage /> },
        Route::NotFound => html! { <NotFoundPage /> },
        backstage => html! { <Backstage route={backstage} /> },
    }
}
