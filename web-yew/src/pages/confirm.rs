//! The end of signing up, through the link of a mail.

use cynic::MutationBuilder;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::entry::{use_entry, use_typed};
use crate::components::field::Field;
use crate::components::page::use_title;
use crate::graphql::client::ask;
use crate::graphql::mutations::{ConfirmSignUp, ConfirmSignUpInput, ConfirmSignUpVariables};
use crate::route::{Route, SetUpQuery};
use crate::strings::use_strings;

#[component]
pub(crate) fn ConfirmPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.confirm.into()));
    let token = use_location()
        .and_then(|location| location.query::<SetUpQuery>().ok())
        .unwrap_or_default()
        .token;
    let (nickname, on_nickname) = use_typed();
    let (password, on_password) = use_typed();
    let without_token = token.is_empty();
    let entry = {
        let (nickname, password) = (nickname.clone(), password.clone());
        use_entry(Route::Account, move || {
            let (password, nickname) = (password.to_string(), nickname.trim().to_owned());
            let input = ConfirmSignUpInput { token: token.clone(), password, nickname };
            async move {
                let answer = ask(ConfirmSignUp::build(ConfirmSignUpVariables { input })).await?;
                Ok(answer.confirm_sign_up.into_result().map(|success| success.viewer))
            }
        })
    };
    if without_token {
        return html! {
            <div class="column narrow">
                <h1>{ strings.confirm }</h1>
                <p class="notice" role="alert">{ strings.link_without_token }</p>
            </div>
        };
    }
    let fields = html! {
        <>
            <Field
                id="confirm-nickname"
                label={strings.nickname}
                autocomplete="nickname"
                value={nickname}
                problem={entry.about("nickname")}
                on_input={on_nickname}
            />
            <Field
                id="confirm-password"
                label={strings.password}
                kind="password"
                autocomplete="new-password"
                hint={strings.password_hint}
                value={password}
                problem={entry.about("password")}
                on_input={on_password}
            />
        </>
    };
    html! {
        <div class="column narrow">
            <h1>{ strings.confirm }</h1>
            <p class="lede">{ strings.confirm_intro }</p>
            { entry.form("confirm", &["nickname", "password"], fields, strings.create_account) }
        </div>
    }
}
