//! A form that makes the reader somebody: signing in, and the first account.

use std::future::Future;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::graphql::client::Failure;
use crate::graphql::fragments::Viewer;
use crate::graphql::refusal::Refusal;
use crate::route::Route;
use crate::state::session::{Session, use_visit};
use crate::strings::{Strings, use_strings};

/// Why the reader is not let in yet.
#[derive(Clone, PartialEq)]
enum Problem {
    Refused(Refusal),
    Failed(Failure),
}

/// The form as it stands.
pub(crate) struct Entry {
    strings: &'static Strings,
    busy: bool,
    problem: Option<Problem>,
    onsubmit: Callback<SubmitEvent>,
}

/// Asks when the form is sent, once at a time. Who is let in goes on to `next`, and does not come back
/// here by the browser's button.
#[hook]
pub(crate) fn use_entry<A, F>(next: Route, asked: A) -> Entry
where
    A: Fn() -> F + 'static,
    F: Future<Output = Result<Result<Viewer, Refusal>, Failure>> + 'static,
{
    let strings = use_strings();
    let change = use_visit().change;
    let navigator = use_navigator();
    let problem = use_state_eq(|| None::<Problem>);
    let busy = use_state_eq(|| false);
    let onsubmit = {
        let (problem, busy) = (problem.clone(), busy.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if *busy {
                return;
            }
            busy.set(true);
            problem.set(None);
            let (problem, busy) = (problem.clone(), busy.clone());
            let (change, navigator, next) = (change.clone(), navigator.clone(), next.clone());
            let answer = asked();
            spawn_local(async move {
                let answered = answer.await;
                busy.set(false);
                match answered {
                    Ok(Ok(viewer)) => {
                        let session = Session::SignedIn(viewer);
                        // The studio is nothing to readers.
                        let studio = next == Route::Studio && !session.writes();
                        change.emit(session);
                        if let Some(navigator) = navigator {
                            navigator.replace(if studio { &Route::Home } else { &next });
                        }
                    }
                    Ok(Err(refusal)) => problem.set(Some(Problem::Refused(refusal))),
                    Err(failure) => problem.set(Some(Problem::Failed(failure))),
                }
            });
        })
    };
    Entry { strings, busy: *busy, problem: (*problem).clone(), onsubmit }
}

impl Entry {
    /// The refusal that is about a field, by its name in the contract.
    pub(crate) fn about(&self, field: &str) -> Option<AttrValue> {
        match &self.problem {
            Some(Problem::Refused(refusal)) if refusal.field.as_deref() == Some(field) => {
                Some(self.strings.refusal(refusal).into())
            }
            _ => None,
        }
    }

    /// The form around its fields; what concerns none of `named` is told above the button, which says
    /// `submit`. Test ids begin with `id`.
    pub(crate) fn form(&self, id: &str, named: &[&str], fields: Html, submit: &str) -> Html {
        let elsewhere = match &self.problem {
            Some(Problem::Refused(refusal)) => {
                let at_field = refusal.field.as_deref().is_some_and(|field| named.contains(&field));
                (!at_field).then(|| self.strings.refusal(refusal))
            }
            Some(Problem::Failed(failure)) => Some(self.strings.failure(failure)),
            None => None,
        };
        html! {
            <form class="form" onsubmit={&self.onsubmit}>
                { fields }
                if let Some(reason) = elsewhere {
                    <p class="problem" role="alert" data-testid={format!("{id}-problem")}>{ reason }</p>
                }
                <button
                    type="submit"
                    class="primary"
                    data-testid={format!("{id}-submit")}
                    disabled={self.busy}
                >
                    { if self.busy { self.strings.working } else { submit } }
                </button>
            </form>
        }
    }
}

/// What is typed into a field, and the callback that takes it.
#[hook]
pub(crate) fn use_typed() -> (AttrValue, Callback<String>) {
    let typed = use_state_eq(AttrValue::default);
    let setter = typed.setter();
    ((*typed).clone(), Callback::from(move |value: String| setter.set(value.into())))
}
