//! Signing in.

use cynic::MutationBuilder;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::entry::{use_entry, use_typed};
use crate::components::field::Field;
use crate::components::page::use_title;
use crate::components::to::To;
use crate::graphql::client::ask;
use crate::graphql::mutations::{SignIn, SignInInput, SignInVariables};
use crate::route::{Route, SignInQuery};
use crate::state::session::use_visit;
use crate::strings::use_strings;

#[component]
pub(crate) fn SignInPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.sign_in.into()));
    let sign_up_open = use_visit().sign_up_open;
    let next = use_location()
        .and_then(|location| location.query::<SignInQuery>().ok())
        .unwrap_or_default()
        .next();
    let (email, on_email) = use_typed();
    let (password, on_password) = use_typed();
    let entry = {
        let (email, password) = (email.clone(), password.clone());
        use_entry(next, move || {
            let (email, password) = (email.trim().to_owned(), password.to_string());
            let input = SignInInput { email, password };
            async move {
                let answer = ask(SignIn::build(SignInVariables { input })).await?;
                Ok(answer.sign_in.into_result().map(|success| success.viewer))
            }
        })
    };
    let fields = html! {
        <>
            <Field
                id="sign-in-email"
                label={strings.email}
                kind="email"
                autocomplete="username"
                value={email}
                on_input={on_email}
            />
            <Field
                id="sign-in-password"
                label={strings.password}
                kind="password"
                autocomplete="current-password"
                value={password}
                on_input={on_password}
            />
        </>
    };
    html! {
        <div class="column narrow">
            <h1>{ strings.sign_in }</h1>
            { entry.form("sign-in", &[], fields, strings.sign_in) }
            <p class="aside">
                <To route={Route::Forgot}>{ strings.forgot }</To>
                if sign_up_open {
                    <To route={Route::SignUp} testid="to-sign-up">{ strings.sign_up }</To>
                }
            </p>
        </div>
    }
}
