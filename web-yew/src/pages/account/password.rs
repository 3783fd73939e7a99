//! Another password.

use cynic::MutationBuilder;
use yew::prelude::*;

use crate::components::field::Field;
use crate::components::sent::use_sent;
use crate::graphql::client::ask;
use crate::graphql::mutations::{ChangePassword, ChangePasswordInput, ChangePasswordVariables};
use crate::graphql::refusal::ErrorCode;
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(super) struct PasswordFormProps {
    /// For the browser's own list of passwords.
    pub(super) email: AttrValue,
    /// Other sessions have ended.
    pub(super) changed: Callback<()>,
}

#[component]
pub(super) fn PasswordForm(props: &PasswordFormProps) -> Html {
    let strings = use_strings();
    let current = use_state_eq(AttrValue::default);
    let new = use_state_eq(AttrValue::default);
    let done = {
        let (current, new, changed) = (current.setter(), new.setter(), props.changed.clone());
        Callback::from(move |_: i32| {
            current.set(AttrValue::default());
            new.set(AttrValue::default());
            changed.emit(());
        })
    };
    let sent = {
        let (current, new) = ((*current).clone(), (*new).clone());
        use_sent(done, move || {
            let input = ChangePasswordInput {
                current_password: current.to_string(),
                new_password: new.to_string(),
            };
            async move {
                let answer = ask(ChangePassword::build(ChangePasswordVariables { input })).await?;
                let result = answer.change_password.into_result();
                Ok(result.map(|success| success.revoked_sessions).map_err(|mut refusal| {
                    // Here it is about one field, and not about the address.
                    if refusal.code == ErrorCode::InvalidCredentials {
                        refusal.field = Some("currentPassword".to_owned());
                    }
                    refusal
                }))
            }
        })
    };
    let on_current = {
        let current = current.setter();
        Callback::from(move |typed: String| current.set(typed.into()))
    };
    let on_new = {
        let new = new.setter();
        Callback::from(move |typed: String| new.set(typed.into()))
    };
    let wrong = sent.about("currentPassword").map(|_| AttrValue::from(strings.refused_password));
    let fields = html! {
        <>
            <input type="hidden" name="username" autocomplete="username" value={&props.email} />
            <Field
                id="account-current-password"
                label={strings.current_password}
                kind="password"
                autocomplete="current-password"
                value={(*current).clone()}
                problem={wrong}
                on_input={on_current}
            />
            <Field
                id="account-new-password"
                label={strings.new_password}
                kind="password"
                autocomplete="new-password"
                hint={strings.password_hint}
                value={(*new).clone()}
                problem={sent.about("newPassword")}
                on_input={on_new}
            />
        </>
    };
    let named = ["currentPassword", "newPassword"];
    let said = Some(strings.password_changed);
    html! {
        <section aria-labelledby="account-password">
            <h2 id="account-password">{ strings.change_password }</h2>
            <p class="hint">{ strings.change_password_hint }</p>
            { sent.form("password", &named, fields, strings.change_password, said) }
        </section>
    }
}
