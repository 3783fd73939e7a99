//! The pages that no reader opens: writing, pipelines, accounts.
//!
//! What only they need is a part of the program of its own, which the bundler cuts off (`xtask/bundler`)
//! and the browser loads when the first of them is opened, or as soon as somebody is signed in.

use std::cell::Cell;

use yew::prelude::*;

use crate::components::notice::{loading, retry_notice};
use crate::components::page::use_title;
use crate::pages::account::AccountPage;
use crate::pages::ask_for_mail::{AskForMailPage, Asked};
use crate::pages::confirm::ConfirmPage;
use crate::pages::deleted::DeletedPage;
use crate::pages::editor::EditorPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::pipelines::PipelinesPage;
use crate::pages::reset::ResetPage;
use crate::pages::set_up::SetUpPage;
use crate::pages::sign_in::SignInPage;
use crate::pages::studio::StudioPage;
use crate::route::Route;
use crate::strings::use_strings;

/// The way into the part: draws the page of a route.
type Draw = fn(Route) -> Html;

/// The part did not come: the browser is offline, or the server has another version by now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct NotLoaded;

fn draw(route: Route) -> Html {
    match route {
        Route::SignIn => html! { <SignInPage /> },
        Route::SetUp => html! { <SetUpPage /> },
        Route::SignUp => html! { <AskForMailPage key="sign-up" asked={Asked::SignUp} /> },
        Route::Forgot => html! { <AskForMailPage key="forgot" asked={Asked::PasswordReset} /> },
        Route::Confirm => html! { <ConfirmPage /> },
        Route::Reset => html! { <ResetPage /> },
        Route::Account => html! { <AccountPage /> },
        Route::Studio => html! { <StudioPage /> },
        Route::Pipelines => html! { <PipelinesPage /> },
        Route::Deleted => html! { <DeletedPage /> },
        Route::Editor { id } => html! { <EditorPage key={id.as_str()} id={id.clone()} /> },
        // Pages of readers, which the frame draws itself.
        Route::Home | Route::Post { .. } | Route::Tag { .. } | Route::Search | Route::NotFound => {
            html! { <NotFoundPage /> }
        }
    }
}

thread_local! {
    static LOADED: Cell<Option<Draw>> = const { Cell::new(None) };
}

/// Loads the part unless it is here, and calls back when that went well or not. A failure is not
/// remembered: the next call tries again.
pub(crate) fn load(done: Callback<Result<(), NotLoaded>>) {
    if LOADED.get().is_some() {
        return done.emit(Ok(()));
    }
    seam::load(move |way_in| {
        LOADED.set(way_in.or(LOADED.get()));
        done.emit(way_in.map(|_| ()).ok_or(NotLoaded));
    });
}

#[derive(Properties, PartialEq)]
pub(crate) struct BackstageProps {
    pub(crate) route: Route,
}

/// The page of a route, once its code is here.
#[component]
pub(crate) fn Backstage(props: &BackstageProps) -> Html {
    let strings = use_strings();
    let loaded = use_state_eq(|| None::<Result<(), NotLoaded>>);
    let tries = use_state_eq(|| 0u32);
    {
        let loaded = loaded.setter();
        use_effect_with(*tries, move |_| {
            load(Callback::from(move |outcome| loaded.set(Some(outcome))));
        });
    }
    if let Some(draw) = LOADED.get() {
        return draw(props.route.clone());
    }
    match *loaded {
        Some(Err(NotLoaded)) => {
            let again = Callback::from(move |()| {
                loaded.set(None);
                tries.set(*tries + 1);
            });
            html! { <NotLoadedPage {again} /> }
        }
        _ => loading(strings),
    }
}

#[derive(Properties, PartialEq)]
struct NotLoadedProps {
    again: Callback<()>,
}

#[component]
fn NotLoadedPage(props: &NotLoadedProps) -> Html {
    let strings = use_strings();
    use_title(Some(strings.part_missing.into()));
    html! {
        <div class="column narrow">
            <h1>{ strings.part_missing }</h1>
            { retry_notice(strings, strings.part_missing_explained, &props.again) }
        </div>
    }
}

/// Where the bundler cuts. It knows the two sides of the cut by their names (of the crate
/// `wasm_split_cli_support`): the part is what is reached by the export alone, calls of the import become
/// calls of the export, and the loader fetches the part before.
#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "functions that are linked in the browser")]
mod seam {
    use std::ffi::c_void;

    use super::Draw;

    type Done = Box<dyn FnOnce(Option<Draw>)>;

    #[link(wasm_import_module = "__wasm_split_placeholder__")]
    #[allow(improper_ctypes, reason = "both sides are compiled together")]
    unsafe extern "C" {
        /// Calls `done` once, with `data`, and whether the part can be called from now on.
        #[link_name = "__wasm_split_load_backstage"]
        safe fn fetch(done: extern "C" fn(*mut c_void, bool), data: *mut c_void);
        /// May be called when the part is there.
        #[link_name = "__wasm_split_00backstage00_import_00000000000000000000000000000001"]
        fn way_in() -> Draw;
    }

    #[unsafe(export_name = "__wasm_split_00backstage00_export_00000000000000000000000000000001")]
    #[allow(improper_ctypes_definitions, reason = "both sides are compiled together")]
    extern "C" fn way_in_of_the_part() -> Draw {
        super::draw
    }

    extern "C" fn fetched(data: *mut c_void, here: bool) {
        // SAFETY: `load` made it by `into_raw`, and the loader calls once for each.
        let done = unsafe { Box::from_raw(data.cast::<Done>()) };
        // SAFETY: the loader says that the part is there.
        done(here.then(|| unsafe { way_in() }));
    }

    pub(super) fn load(done: impl FnOnce(Option<Draw>) + 'static) {
        let done: Done = Box::new(done);
        fetch(fetched, Box::into_raw(Box::new(done)).cast());
    }
}

/// Where there is no browser, the program is one.
#[cfg(not(target_family = "wasm"))]
mod seam {
    pub(super) fn load(done: impl FnOnce(Option<super::Draw>)) {
        done(Some(super::draw));
    }
}
