//! What every page does: name itself, ask for its data, and grow its lists.

use std::future::Future;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::graphql::client::Failure;
use crate::state::paged::{Chunk, Paged, PagedAction};
use crate::state::session::use_visit;

/// Names the document after the page and the blog.
#[hook]
pub(crate) fn use_title(page: Option<AttrValue>) {
    let site = use_visit().title;
    use_effect_with((page, site), |(page, site)| match page {
        Some(page) => browser::set_title(&format!("{page} · {site}")),
        None => browser::set_title(site),
    });
}

/// The answer to a question.
#[derive(PartialEq, Debug)]
pub(crate) enum Answer<T> {
    Asking,
    Here(Rc<T>),
    Failed(Failure),
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Asking => Self::Asking,
            Self::Here(data) => Self::Here(data.clone()),
            Self::Failed(failure) => Self::Failed(failure.clone()),
        }
    }
}

/// Asks once for each key; asks again when the callback is called. An answer that comes after
/// its question changed is dropped.
#[hook]
pub(crate) fn use_answer<K, T, F>(key: K, question: fn(K) -> F) -> (Answer<T>, Callback<()>)
where
    K: Clone + PartialEq + 'static,
    T: PartialEq + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let answer = use_state(|| Answer::Asking);
    let tries = use_state(|| 0u32);
    {
        let answer = answer.setter();
        use_effect_with((key, *tries), move |(key, _)| {
            answer.set(Answer::Asking);
            let wanted = Rc::new(());
            let still = Rc::downgrade(&wanted);
            let asked = question(key.clone());
            spawn_local(async move {
                let answered = asked.await;
                if still.upgrade().is_some() {
                    answer.set(match answered {
                        Ok(data) => Answer::Here(Rc::new(data)),
                        Err(failure) => Answer::Failed(failure),
                    });
                }
            });
            move || drop(wanted)
        });
    }
    let again = Callback::from(move |()| tries.set(*tries + 1));
    ((*answer).clone(), again)
}

/// A list that grows by its callback; a new key starts it anew.
#[hook]
pub(crate) fn use_paged<K, T, F>(
    key: K,
    question: fn(K, Option<String>) -> F,
) -> (UseReducerHandle<Paged<T>>, Callback<()>)
where
    K: Clone + PartialEq + 'static,
    T: Clone + PartialEq + 'static,
    F: Future<Output = Result<Chunk<T>, Failure>> + 'static,
{
    let paged = use_reducer(Paged::default);
    let generations = use_mut_ref(|| 0u32);
    let ask_page = {
        let dispatcher = paged.dispatcher();
        move |key: K, after: Option<String>, generation: u32| {
            let dispatcher = dispatcher.clone();
            let first = after.is_none();
            let asked = question(key, after);
            spawn_local(async move {
                dispatcher.dispatch(match asked.await {
                    Ok(chunk) => PagedAction::Arrived { generation, first, chunk },
                    Err(failure) => PagedAction::Failed { generation, failure },
                });
            });
        }
    };
    {
        let (dispatcher, ask_page) = (paged.dispatcher(), ask_page.clone());
        use_effect_with(key.clone(), move |key| {
            let generation = {
                let mut last = generations.borrow_mut();
                *last += 1;
                *last
            };
            dispatcher.dispatch(PagedAction::Restarted { generation });
            ask_page(key.clone(), None, generation);
        });
    }
    let more = {
        let paged = paged.clone();
        Callback::from(move |()| {
            // The button of a page that is on its way does nothing more.
            if !paged.loading {
                let (after, generation) = (paged.next().cloned(), paged.generation());
                paged.dispatch(PagedAction::Asked);
                ask_page(key.clone(), after, generation);
            }
        })
    };
    (paged, more)
}
