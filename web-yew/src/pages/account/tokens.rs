//! Access tokens: made, shown once, and revoked.

use cynic::MutationBuilder;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

use crate::browser;
use crate::components::field::Field;
use crate::components::sent::use_sent;
use crate::graphql::client::ask;
use crate::graphql::mutations::{
    CreateAccessToken, CreateAccessTokenInput, CreateAccessTokenVariables, RevokeAccessToken,
    RevokeAccessTokenInput, RevokeAccessTokenVariables,
};
use crate::graphql::queries::{AccessToken, Scope};
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(super) struct TokensProps {
    pub(super) tokens: Vec<AccessToken>,
    pub(super) changed: Callback<()>,
}

#[component]
pub(super) fn Tokens(props: &TokensProps) -> Html {
    let strings = use_strings();
    html! {
        <section aria-labelledby="account-tokens">
            <h2 id="account-tokens">{ strings.access_tokens }</h2>
            <p class="hint">{ strings.access_tokens_intro }</p>
            if props.tokens.is_empty() {
                <p class="hint">{ strings.no_tokens }</p>
            }
            <ul class="keys" data-testid="tokens">
                for token in &props.tokens {
                    <TokenRow key={token.id.inner()} token={token.clone()} changed={&props.changed} />
                }
            </ul>
            <NewToken changed={&props.changed} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct TokenRowProps {
    token: AccessToken,
    changed: Callback<()>,
}

#[component]
fn TokenRow(props: &TokenRowProps) -> Html {
    let strings = use_strings();
    let token = &props.token;
    let revoke = {
        let id = token.id.clone();
        use_sent(props.changed.reform(|_: cynic::Id| ()), move || {
            let input = RevokeAccessTokenInput { id: id.clone() };
            async move {
                let variables = RevokeAccessTokenVariables { input };
                let answer = ask(RevokeAccessToken::build(variables)).await?;
                Ok(answer.revoke_access_token.into_result().map(|success| success.revoked_id))
            }
        })
    };
    let scopes = match token.scopes.contains(&Scope::Write) {
        true => strings.scope_read_write,
        false => strings.scope_read,
    };
    let used = match &token.last_used_at {
        Some(time) => strings.last_used(&time.0),
        None => strings.never_used.to_owned(),
    };
    html! {
        <li class="key-row">
            <div class="key-text">
                <p class="key-name">{ &token.name }</p>
                <p class="meta">
                    <span>{ scopes }</span>
                    <span>{ used }</span>
                    <span>{ strings.ends_on(&token.expires_at.0) }</span>
                </p>
                { revoke.problem("token", &[]) }
            </div>
            <button
                type="button"
                class="small"
                aria-label={format!("{}: {}", strings.revoke, token.name)}
                disabled={revoke.busy()}
                onclick={revoke.press()}
            >
                { strings.revoke }
            </button>
        </li>
    }
}

#[derive(Properties, PartialEq)]
struct NewTokenProps {
    changed: Callback<()>,
}

#[component]
fn NewToken(props: &NewTokenProps) -> Html {
    let strings = use_strings();
    let name = use_state_eq(AttrValue::default);
    let days = use_state_eq(|| AttrValue::Static("90"));
    let writes = use_state_eq(|| false);
    let sent = {
        let (name, days, writes) = ((*name).clone(), (*days).clone(), *writes);
        use_sent(props.changed.reform(|_: Option<String>| ()), move || {
            let scopes = if writes { vec![Scope::Read, Scope::Write] } else { vec![Scope::Read] };
            let input = CreateAccessTokenInput {
                name: name.trim().to_owned(),
                scopes,
                // What is no number is refused as nothing is.
                expires_in_days: Some(days.trim().parse().unwrap_or(0)),
                idempotency_key: browser::random_key(),
            };
            async move {
                let variables = CreateAccessTokenVariables { input };
                let answer = ask(CreateAccessToken::build(variables)).await?;
                Ok(answer.create_access_token.into_result().map(|success| success.token))
            }
        })
    };
    let typed_into = |state: &UseStateHandle<AttrValue>| {
        let state = state.setter();
        Callback::from(move |typed: String| state.set(typed.into()))
    };
    let fields = html! {
        <>
            <Field
                id="token-name"
                label={strings.token_name}
                autocomplete="off"
                value={(*name).clone()}
                problem={sent.about("name")}
                on_input={typed_into(&name)}
            />
            <Field
                id="token-days"
                label={strings.token_days}
                kind="number"
                autocomplete="off"
                value={(*days).clone()}
                problem={sent.about("expiresInDays")}
                on_input={typed_into(&days)}
            />
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="token-writes"
                    checked={*writes}
                    onchange={let now = *writes; let writes = writes.setter(); move |_: Event| writes.set(!now)}
                />
                <span>{ strings.token_writes }</span>
            </label>
        </>
    };
    html! {
        <>
            { sent.form("token", &["name", "expiresInDays"], fields, strings.create_token, None) }
            if let Some(Some(token)) = sent.done() {
                <ShownOnce secret={token.clone()} said={strings.token_made} />
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct ShownOnceProps {
    pub(super) secret: AttrValue,
    pub(super) said: AttrValue,
}

/// A secret, with a button that copies it.
#[component]
pub(super) fn ShownOnce(props: &ShownOnceProps) -> Html {
    let strings = use_strings();
    let copied = use_state_eq(|| false);
    let onclick = {
        let (copied, secret) = (copied.setter(), props.secret.clone());
        Callback::from(move |_: MouseEvent| {
            let (copied, secret) = (copied.clone(), secret.clone());
            let Some(window) = browser::window() else { return };
            // Where the page is not secure there is no clipboard, and the secret stands there to be
            // selected.
            if window.is_secure_context() {
                spawn_local(async move {
                    let written = window.navigator().clipboard().write_text(&secret);
                    copied.set(JsFuture::from(written).await.is_ok());
                });
            }
        })
    };
    html! {
        <div class="notice shown-once" role="status">
            <p>{ &props.said }</p>
            <p><code data-testid="secret">{ &props.secret }</code></p>
            <p>
                <button type="button" data-testid="copy" {onclick}>{ strings.copy }</button>
                if *copied {
                    <span class="outcome">{ strings.copied }</span>
                }
            </p>
        </div>
    }
}
