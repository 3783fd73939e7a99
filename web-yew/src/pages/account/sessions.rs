//! Where a person is signed in.

use cynic::MutationBuilder;
use yew::prelude::*;

use crate::components::sent::use_sent;
use crate::graphql::client::ask;
use crate::graphql::mutations::{
    RevokeOtherSessions, RevokeSession, RevokeSessionInput, RevokeSessionVariables,
};
use crate::graphql::queries::Session;
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(super) struct SessionsProps {
    pub(super) sessions: Vec<Session>,
    pub(super) changed: Callback<()>,
}

#[component]
pub(super) fn Sessions(props: &SessionsProps) -> Html {
    let strings = use_strings();
    let done = props.changed.reform(|_: i32| ());
    let others = use_sent(done, || async {
        let answer = ask(RevokeOtherSessions::build(())).await?;
        Ok(answer.revoke_other_sessions.into_result().map(|success| success.revoked))
    });
    html! {
        <section aria-labelledby="account-sessions">
            <h2 id="account-sessions">{ strings.sessions }</h2>
            <ul class="keys" data-testid="sessions">
                for session in &props.sessions {
                    <SessionRow
                        key={session.id.inner()}
                        session={session.clone()}
                        changed={&props.changed}
                    />
                }
            </ul>
            { others.problem("other-sessions", &[]) }
            if props.sessions.len() > 1 {
                <button
                    type="button"
                    data-testid="end-other-sessions"
                    disabled={others.busy()}
                    onclick={others.press()}
                >
                    { strings.end_other_sessions }
                </button>
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct SessionRowProps {
    session: Session,
    changed: Callback<()>,
}

#[component]
fn SessionRow(props: &SessionRowProps) -> Html {
    let strings = use_strings();
    let session = &props.session;
    let end = {
        let id = session.id.clone();
        use_sent(props.changed.reform(|_: cynic::Id| ()), move || {
            let input = RevokeSessionInput { id: id.clone() };
            async move {
                let answer = ask(RevokeSession::build(RevokeSessionVariables { input })).await?;
                Ok(answer.revoke_session.into_result().map(|success| success.revoked_id))
            }
        })
    };
    let client = session.client.as_deref().unwrap_or(strings.unknown_program);
    html! {
        <li class="key-row">
            <div class="key-text">
                <p class="key-name">{ client }</p>
                <p class="meta">
                    if session.current {
                        <strong>{ strings.this_session }</strong>
                    }
                    <span>{ strings.signed_in_on(&session.created_at.0) }</span>
                    <span>{ strings.last_used(&session.last_used_at.0) }</span>
                </p>
                { end.problem("session", &[]) }
            </div>
            if !session.current {
                <button
                    type="button"
                    class="small"
                    aria-label={format!("{}: {client}", strings.end_session)}
                    disabled={end.busy()}
                    onclick={end.press()}
                >
                    { strings.end_session }
                </button>
            }
        </li>
    }
}
