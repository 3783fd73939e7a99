//! Signing in.

use cynic::MutationBuilder;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::field::Field;
use crate::components::page::use_title;
use crate::graphql::client::ask;
use crate::graphql::mutations::{SignIn, SignInInput, SignInVariables};
use crate::route::SignInQuery;
use crate::state::session::{Session, use_visit};
use crate::strings::use_strings;

#[component]
pub(crate) fn SignInPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.sign_in.into()));
    let visit = use_visit();
    let navigator = use_navigator();
    let next = use_location()
        .and_then(|location| location.query::<SignInQuery>().ok())
        .unwrap_or_default()
        .next();
    let email = use_state_eq(String::new);
    let password = use_state_eq(String::new);
    let problem = use_state_eq(|| None::<String>);
    let busy = use_state_eq(|| false);

    let onsubmit = {
        let (email, password) = (email.clone(), password.clone());
        let (problem, busy) = (problem.clone(), busy.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            busy.set(true);
            problem.set(None);
            let input =
                SignInInput { email: email.trim().to_owned(), password: (*password).clone() };
            let (problem, busy) = (problem.clone(), busy.clone());
            let (change, navigator, next) = (visit.change.clone(), navigator.clone(), next.clone());
            spawn_local(async move {
                let told = match ask(SignIn::build(SignInVariables { input })).await {
                    Ok(answer) => {
                        answer.sign_in.into_result().map_err(|refusal| strings.refusal(&refusal))
                    }
                    Err(failure) => Err(strings.failure(&failure)),
                };
                busy.set(false);
                match told {
                    Ok(success) => {
                        change.emit(Session::SignedIn(success.viewer));
                        if let Some(navigator) = navigator {
                            navigator.replace(&next);
                        }
                    }
                    Err(reason) => problem.set(Some(reason)),
                }
            });
        })
    };
    let set = |state: &UseStateHandle<String>| {
        let setter = state.setter();
        Callback::from(move |value| setter.set(value))
    };
    html! {
        <div class="column narrow">
            <h1>{ strings.sign_in }</h1>
            <form class="form" {onsubmit}>
                <Field
                    id="sign-in-email"
                    label={strings.email}
                    kind="email"
                    autocomplete="username"
                    value={(*email).clone()}
                    on_input={set(&email)}
                />
                <Field
                    id="sign-in-password"
                    label={strings.password}
                    kind="password"
                    autocomplete="current-password"
                    value={(*password).clone()}
                    on_input={set(&password)}
                />
                if let Some(problem) = &*problem {
                    <p class="problem" role="alert" data-testid="sign-in-problem">{ problem }</p>
                }
                <button type="submit" class="primary" data-testid="sign-in-submit" disabled={*busy}>
                    { if *busy { strings.working } else { strings.sign_in } }
                </button>
            </form>
        </div>
    }
}
