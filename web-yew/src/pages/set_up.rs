//! The first account, through the link that the first start printed.

use cynic::MutationBuilder;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::entry::{use_entry, use_typed};
use crate::components::field::Field;
use crate::components::page::use_title;
use crate::graphql::client::ask;
use crate::graphql::mutations::{CreateOwner, CreateOwnerInput, CreateOwnerVariables};
use crate::route::{Route, SetUpQuery};
use crate::strings::use_strings;

#[component]
pub(crate) fn SetUpPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.set_up.into()));
    let setup_token = use_location()
        .and_then(|location| location.query::<SetUpQuery>().ok())
        .unwrap_or_default()
        .token;
    let (email, on_email) = use_typed();
    let (nickname, on_nickname) = use_typed();
    let (password, on_password) = use_typed();
    let without_token = setup_token.is_empty();
    let entry = {
        let (email, nickname, password) = (email.clone(), nickname.clone(), password.clone());
        use_entry(Route::Studio, move || {
            let input = CreateOwnerInput {
                setup_token: setup_token.clone(),
                email: email.trim().to_owned(),
                password: password.to_string(),
                nickname: nickname.trim().to_owned(),
            };
            async move {
                let answer = ask(CreateOwner::build(CreateOwnerVariables { input })).await?;
                Ok(answer.create_owner.into_result().map(|success| success.viewer))
            }
        })
    };
    if without_token {
        return html! {
            <div class="column narrow">
                <h1>{ strings.set_up }</h1>
                <p class="notice" role="alert">{ strings.set_up_no_token }</p>
            </div>
        };
    }
    let fields = html! {
        <>
            <Field
                id="setup-email"
                label={strings.email}
                kind="email"
                autocomplete="username"
                value={email}
                problem={entry.about("email")}
                on_input={on_email}
            />
            <Field
                id="setup-nickname"
                label={strings.nickname}
                autocomplete="nickname"
                value={nickname}
                problem={entry.about("nickname")}
                on_input={on_nickname}
            />
            <Field
                id="setup-password"
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
    let named = ["email", "nickname", "password"];
    html! {
        <div class="column narrow">
            <h1>{ strings.set_up }</h1>
            <p class="lede">{ strings.set_up_intro }</p>
            { entry.form("setup", &named, fields, strings.create_account) }
        </div>
    }
}
