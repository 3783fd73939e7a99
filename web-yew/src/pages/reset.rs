//! A new password, through the link of a mail.

use cynic::MutationBuilder;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::entry::use_typed;
use crate::components::field::Field;
use crate::components::page::use_title;
use crate::components::sent::use_sent;
use crate::components::to::To;
use crate::graphql::client::ask;
use crate::graphql::mutations::{ResetPassword, ResetPasswordInput, ResetPasswordVariables};
use crate::route::{Route, SetUpQuery};
use crate::state::session::{Session, use_visit};
use crate::strings::use_strings;

#[component]
pub(crate) fn ResetPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.reset_title.into()));
    let token = use_location()
        .and_then(|location| location.query::<SetUpQuery>().ok())
        .unwrap_or_default()
        .token;
    let (password, on_password) = use_typed();
    let without_token = token.is_empty();
    // Whoever was signed in here is not any more.
    let done = use_visit().change.reform(|_: bool| Session::Guest);
    let sent = {
        let password = password.clone();
        use_sent(done, move || {
            let input = ResetPasswordInput { token: token.clone(), password: password.to_string() };
            async move {
                let answer = ask(ResetPassword::build(ResetPasswordVariables { input })).await?;
                Ok(answer.reset_password.into_result().map(|success| success.password_set))
            }
        })
    };
    let body = if without_token {
        html! { <p class="notice" role="alert">{ strings.link_without_token }</p> }
    } else if sent.done().is_some() {
        html! {
            <div class="notice" role="status" data-testid="reset-done">
                <p>{ strings.reset_done }</p>
                <p><To route={Route::SignIn}>{ strings.sign_in }</To></p>
            </div>
        }
    } else {
        let field = html! {
            <Field
                id="reset-password"
                label={strings.new_password}
                kind="password"
                autocomplete="new-password"
                hint={strings.password_hint}
                value={password}
                problem={sent.about("password")}
                on_input={on_password}
            />
        };
        html! {
            <>
                <p class="lede">{ strings.reset_intro }</p>
                { sent.form("reset", &["password"], field, strings.set_password, None) }
            </>
        }
    };
    html! {
        <div class="column narrow">
            <h1>{ strings.reset_title }</h1>
            { body }
        </div>
    }
}
