//! Takes the draft to the server, and keeps it in the browser until the server has it.

use cynic::MutationBuilder;
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::EditedPost;
use crate::graphql::mutations::{Changed, UpdatePost, UpdatePostInput, UpdatePostVariables};
use crate::state::draft::{Draft, DraftAction, Kept, Text};

fn name(id: &cynic::Id) -> String {
    format!("deepdive.draft.{}", id.inner())
}

/// What this browser still holds of a post.
pub(super) fn kept(id: &cynic::Id) -> Option<Kept> {
    serde_json::from_str(&browser::remembered(&name(id))?).ok()
}

/// Writes each change into the browser's storage at once. False when the browser refuses.
#[hook]
pub(super) fn use_keeping(id: &cynic::Id, draft: &Draft) -> bool {
    let fine = use_state_eq(|| true);
    let (name, setter) = (name(id), fine.setter());
    use_effect_with(draft.kept(), move |kept| match kept {
        Some(kept) => {
            let stored =
                serde_json::to_string(kept).is_ok_and(|text| browser::remember(&name, &text));
            setter.set(stored);
        }
        None => {
            browser::forget(&name);
            setter.set(true);
        }
    });
    *fine
}

/// Saves when the draft says it is due; at once when `hurry`, and when the page is left.
#[hook]
pub(super) fn use_autosave(
    id: &cynic::Id,
    draft: &UseReducerHandle<Draft>,
    hurry: bool,
    on_saved: Callback<EditedPost>,
) {
    // The timer fires later than the render that set it: it must see the text of that moment.
    let latest = use_mut_ref(|| draft.clone());
    *latest.borrow_mut() = draft.clone();

    let due = draft.save_in_ms().map(|ms| if hurry { 0 } else { ms });
    {
        let (id, latest) = (id.clone(), latest.clone());
        use_effect_with(due, move |due| {
            let timer = due.map(|ms| {
                Timeout::new(ms, move || {
                    let draft = latest.borrow().clone();
                    spawn_local(save(id, draft, on_saved));
                })
            });
            move || drop(timer)
        });
    }
    let id = id.clone();
    use_effect_with((), move |()| {
        move || {
            let draft = latest.borrow().clone();
            if draft.save_in_ms().is_some() {
                // Nobody hears the answer; if it does not arrive, the browser still has the text.
                spawn_local(async move {
                    let _ = send(&id, draft.text.clone(), draft.revision()).await;
                });
            }
        }
    });
}

async fn save(id: cynic::Id, draft: UseReducerHandle<Draft>, on_saved: Callback<EditedPost>) {
    draft.dispatch(DraftAction::SaveStarted(draft.text.clone()));
    let action = match send(&id, draft.text.clone(), draft.revision()).await {
        Ok(Changed::Done(post)) => {
            let saved = saved(&post);
            on_saved.emit(post);
            saved
        }
        Ok(Changed::Stale(post)) => DraftAction::stale(&post),
        Ok(Changed::Refused(refusal)) if refusal.signed_out() => DraftAction::SignedOut,
        Ok(Changed::Refused(refusal)) => DraftAction::Refused(refusal),
        Err(Failure::SignedOut) => DraftAction::SignedOut,
        Err(_) => DraftAction::Unreachable,
    };
    draft.dispatch(action);
}

/// The action for a change that was made.
pub(super) fn saved(post: &EditedPost) -> DraftAction {
    match &post.working_copy {
        Some(copy) => DraftAction::Saved { revision: copy.revision },
        // Only the author sees a working copy: whoever is signed in now is somebody else.
        None => DraftAction::SignedOut,
    }
}

async fn send(id: &cynic::Id, text: Text, expected_revision: i32) -> Result<Changed, Failure> {
    let input = UpdatePostInput {
        id: id.clone(),
        expected_revision,
        tags: Some(text.tag_list()),
        title: Some(text.title),
        markdown: Some(text.markdown),
        category: Some(text.category),
        visibility: Some(text.visibility),
        idempotency_key: browser::random_key(),
    };
    Ok(ask(UpdatePost::build(UpdatePostVariables { input })).await?.update_post.into())
}
