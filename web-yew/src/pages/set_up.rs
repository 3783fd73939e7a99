//! The first account, through the link that the first start printed.

use cynic::MutationBuilder;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::field::Field;
use crate::components::page::use_title;
use crate::graphql::client::ask;
use crate::graphql::mutations::{CreateOwner, CreateOwnerInput, CreateOwnerVariables};
use crate::graphql::refusal::Refusal;
use crate::route::{Route, SetUpQuery};
use crate::state::session::{Session, use_visit};
use crate::strings::use_strings;

/// Why there is no account yet.
#[derive(Clone, PartialEq)]
enum Problem {
    Refused(Refusal),
    Failed(String),
}

#[component]
pub(crate) fn SetUpPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.set_up.into()));
    let visit = use_visit();
    let navigator = use_navigator();
    let setup_token = use_location()
        .and_then(|location| location.query::<SetUpQuery>().ok())
        .unwrap_or_default()
        .token;
    let email = use_state_eq(String::new);
    let nickname = use_state_eq(String::new);
    let password = use_state_eq(String::new);
    let problem = use_state_eq(|| None::<Problem>);
    let busy = use_state_eq(|| false);

    let onsubmit = {
        let (email, nickname, password) = (email.clone(), nickname.clone(), password.clone());
        let (problem, busy, setup_token) = (problem.clone(), busy.clone(), setup_token.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            busy.set(true);
            problem.set(None);
            let input = CreateOwnerInput {
                setup_token: setup_token.clone(),
                email: email.trim().to_owned(),
                password: (*password).clone(),
                nickname: nickname.trim().to_owned(),
            };
            let (problem, busy) = (problem.clone(), busy.clone());
            let (change, navigator) = (visit.change.clone(), navigator.clone());
            spawn_local(async move {
                let answered = match ask(CreateOwner::build(CreateOwnerVariables { input })).await {
                    Ok(answer) => answer.create_owner.into_result().map_err(Problem::Refused),
                    Err(failure) => Err(Problem::Failed(strings.failure(&failure))),
                };
                busy.set(false);
                match answered {
                    Ok(success) => {
                        change.emit(Session::SignedIn(success.viewer));
                        if let Some(navigator) = navigator {
                            // The link works once; going back to it would lead nowhere.
                            navigator.replace(&Route::Studio);
                        }
                    }
                    Err(reason) => problem.set(Some(reason)),
                }
            });
        })
    };
    let about = |field: &str| match &*problem {
        Some(Problem::Refused(refusal)) if refusal.field.as_deref() == Some(field) => {
            Some(AttrValue::from(strings.refusal(refusal)))
        }
        _ => None,
    };
    let elsewhere = match &*problem {
        Some(Problem::Refused(refusal)) => {
            let shown = ["email", "nickname", "password"];
            let here = refusal.field.as_deref().is_some_and(|field| shown.contains(&field));
            (!here).then(|| strings.refusal(refusal))
        }
        Some(Problem::Failed(reason)) => Some(reason.clone()),
        None => None,
    };
    let set = |state: &UseStateHandle<String>| {
        let setter = state.setter();
        Callback::from(move |value| setter.set(value))
    };
    html! {
        <div class="column narrow">
            <h1>{ strings.set_up }</h1>
            if setup_token.is_empty() {
                <p class="notice" role="alert">{ strings.set_up_no_token }</p>
            } else {
                <p class="lede">{ strings.set_up_intro }</p>
                <form class="form" {onsubmit}>
                    <Field
                        id="setup-email"
                        label={strings.email}
                        kind="email"
                        autocomplete="username"
                        value={(*email).clone()}
                        problem={about("email")}
                        on_input={set(&email)}
                    />
                    <Field
                        id="setup-nickname"
                        label={strings.nickname}
                        autocomplete="nickname"
                        value={(*nickname).clone()}
                        problem={about("nickname")}
                        on_input={set(&nickname)}
                    />
                    <Field
                        id="setup-password"
                        label={strings.password}
                        kind="password"
                        autocomplete="new-password"
                        hint={strings.password_hint}
                        value={(*password).clone()}
                        problem={about("password")}
                        on_input={set(&password)}
                    />
                    if let Some(reason) = elsewhere {
                        <p class="problem" role="alert" data-testid="setup-problem">{ reason }</p>
                    }
                    <button type="submit" class="primary" data-testid="setup-submit" disabled={*busy}>
                        { if *busy { strings.working } else { strings.create_account } }
                    </button>
                </form>
            }
        </div>
    }
}
