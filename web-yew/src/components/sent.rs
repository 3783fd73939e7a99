//! A form that changes something and stays where it is.

use std::future::Future;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::graphql::client::Failure;
use crate::graphql::refusal::Refusal;
use crate::strings::{Strings, use_strings};

/// What came of sending, so far.
#[derive(Clone, PartialEq)]
enum State<T> {
    Idle,
    Busy,
    Done(T),
    Refused(Refusal),
    Failed(Failure),
}

/// The form as it stands; what was done last is there until it is sent again.
pub(crate) struct Sent<T> {
    strings: &'static Strings,
    state: State<T>,
    send: Callback<()>,
}

/// Asks when the form is sent, once at a time; `done` hears of each success.
#[hook]
pub(crate) fn use_sent<T, A, F>(done: Callback<T>, asked: A) -> Sent<T>
where
    T: Clone + PartialEq + 'static,
    A: Fn() -> F + 'static,
    F: Future<Output = Result<Result<T, Refusal>, Failure>> + 'static,
{
    let strings = use_strings();
    let state = use_state(|| State::Idle);
    let now = (*state).clone();
    let send = {
        let busy = now == State::Busy;
        Callback::from(move |()| {
            if busy {
                return;
            }
            state.set(State::Busy);
            let (state, done, answer) = (state.setter(), done.clone(), asked());
            spawn_local(async move {
                state.set(match answer.await {
                    Ok(Ok(success)) => {
                        done.emit(success.clone());
                        State::Done(success)
                    }
                    Ok(Err(refusal)) => State::Refused(refusal),
                    Err(failure) => State::Failed(failure),
                });
            });
        })
    };
    Sent { strings, state: now, send }
}

impl<T> Sent<T> {
    /// What was done, if the last sending did it.
    pub(crate) fn done(&self) -> Option<&T> {
        match &self.state {
            State::Done(success) => Some(success),
            _ => None,
        }
    }

    /// Sends by a press, without a form.
    pub(crate) fn press(&self) -> Callback<MouseEvent> {
        self.send.reform(|_| ())
    }

    /// Whether an answer is awaited.
    pub(crate) fn busy(&self) -> bool {
        matches!(self.state, State::Busy)
    }

    /// The refusal that is about a field, by its name in the contract.
    pub(crate) fn about(&self, field: &str) -> Option<AttrValue> {
        match &self.state {
            State::Refused(refusal) if refusal.field.as_deref() == Some(field) => {
                Some(self.strings.refusal(refusal).into())
            }
            _ => None,
        }
    }

    /// Why nothing was done, unless it is about one of the fields.
    pub(crate) fn problem(&self, id: &str, named: &[&str]) -> Html {
        let reason = match &self.state {
            State::Refused(refusal) => {
                let at_field = refusal.field.as_deref().is_some_and(|field| named.contains(&field));
                (!at_field).then(|| self.strings.refusal(refusal))
            }
            State::Failed(failure) => Some(self.strings.failure(failure)),
            _ => None,
        };
        match reason {
            Some(reason) => html! {
                <p class="problem" role="alert" data-testid={format!("{id}-problem")}>{ reason }</p>
            },
            None => html! {},
        }
    }

    /// The form around its fields, with a button that says `submit`, and what is said when it is done.
    pub(crate) fn form(
        &self,
        id: &str,
        named: &[&str],
        fields: Html,
        submit: &str,
        said: Option<&str>,
    ) -> Html {
        let onsubmit = self.send.reform(|event: SubmitEvent| event.prevent_default());
        html! {
            <form class="form" {onsubmit}>
                { fields }
                { self.problem(id, named) }
                <p class="outcome" role="status" data-testid={format!("{id}-outcome")}>
                    { self.done().and(said).unwrap_or_default() }
                </p>
                <button
                    type="submit"
                    class="primary"
                    data-testid={format!("{id}-submit")}
                    disabled={self.busy()}
                >
                    { if self.busy() { self.strings.working } else { submit } }
                </button>
            </form>
        }
    }
}
