//! Publish, unpublish, delete and bring back, as soon as everything is saved.

use cynic::MutationBuilder;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::EditedPost;
use crate::graphql::mutations::{
    Changed, DeletePost, DeletePostInput, DeletePostVariables, PublishPost, PublishPostInput,
    PublishPostVariables, RestoreRevision, RestoreRevisionInput, RestoreRevisionVariables,
    UnpublishPost, UnpublishPostInput, UnpublishPostVariables,
};
use crate::pages::editor::saving::saved;
use crate::state::draft::{Draft, DraftAction, Standing};
use crate::strings::use_strings;

/// What the author pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wish {
    Publish,
    Unpublish,
    Delete,
    /// To make this published revision the working copy.
    BringBack(i32),
}

/// What became of it.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Outcome {
    Done(Wish),
    Problem(AttrValue),
}

/// The state of publishing, and the buttons' callback.
#[derive(Clone, PartialEq)]
pub(super) struct Publishing {
    /// Waits for a save, or is on its way.
    pub(super) pending: Option<Wish>,
    pub(super) outcome: Option<Outcome>,
    pub(super) wish: Callback<Wish>,
}

/// Carries out a wish when the server has all that was typed. The draft is busy meanwhile, since
/// both need the revision.
#[hook]
pub(super) fn use_publishing(
    id: &cynic::Id,
    draft: &UseReducerHandle<Draft>,
    on_changed: Callback<EditedPost>,
) -> Publishing {
    let strings = use_strings();
    let pending = use_state_eq(|| None::<Wish>);
    let sent = use_mut_ref(|| false);
    let outcome = use_state_eq(|| None::<Outcome>);
    {
        let (id, draft) = (id.clone(), draft.clone());
        let (pending, outcome) = (pending.clone(), outcome.setter());
        use_effect_with((*pending, draft.standing()), move |(wish, standing)| {
            let Some(wish) = *wish else { return };
            match standing {
                _ if *sent.borrow() => {}
                Standing::Dirty | Standing::Busy => {}
                Standing::Stuck => {
                    let unsaved = match wish {
                        Wish::Publish | Wish::Unpublish => strings.publish_unsaved,
                        Wish::Delete | Wish::BringBack(_) => strings.change_unsaved,
                    };
                    outcome.set(Some(Outcome::Problem(unsaved.into())));
                    pending.set(None);
                }
                Standing::Clean => {
                    sent.replace(true);
                    draft.dispatch(DraftAction::SaveStarted(draft.text.clone()));
                    spawn_local(async move {
                        let (action, became) = match send(&id, wish, draft.revision()).await {
                            Ok(Changed::Done(post)) => {
                                let saved = match wish {
                                    Wish::BringBack(_) => DraftAction::brought_back(&post),
                                    _ => saved(&post),
                                };
                                on_changed.emit(post);
                                (saved, Outcome::Done(wish))
                            }
                            Ok(Changed::Stale(post)) => {
                                let problem = Outcome::Problem(strings.conflict.into());
                                (DraftAction::stale(&post), problem)
                            }
                            Ok(Changed::Refused(refusal)) if refusal.signed_out() => (
                                DraftAction::SignedOut,
                                Outcome::Problem(strings.signed_out.into()),
                            ),
                            Ok(Changed::Refused(refusal)) => {
                                let problem = Outcome::Problem(strings.refusal(&refusal).into());
                                (DraftAction::Released, problem)
                            }
                            Err(Failure::SignedOut) => (
                                DraftAction::SignedOut,
                                Outcome::Problem(strings.signed_out.into()),
                            ),
                            Err(failure) => {
                                let problem = Outcome::Problem(strings.failure(&failure).into());
                                (DraftAction::Released, problem)
                            }
                        };
                        draft.dispatch(action);
                        outcome.set(Some(became));
                        pending.set(None);
                        sent.replace(false);
                    });
                }
            }
        });
    }
    let wish = {
        let (pending, outcome) = (pending.setter(), outcome.setter());
        Callback::from(move |wish| {
            outcome.set(None);
            pending.set(Some(wish));
        })
    };
    Publishing { pending: *pending, outcome: (*outcome).clone(), wish }
}

async fn send(id: &cynic::Id, wish: Wish, expected_revision: i32) -> Result<Changed, Failure> {
    let (id, idempotency_key) = (id.clone(), browser::random_key());
    Ok(match wish {
        Wish::Publish => {
            let input = PublishPostInput { id, expected_revision, idempotency_key };
            ask(PublishPost::build(PublishPostVariables { input })).await?.publish_post.into()
        }
        Wish::Unpublish => {
            let input = UnpublishPostInput { id, expected_revision, idempotency_key };
            ask(UnpublishPost::build(UnpublishPostVariables { input })).await?.unpublish_post.into()
        }
        Wish::Delete => {
            let input = DeletePostInput { id, expected_revision, idempotency_key };
            ask(DeletePost::build(DeletePostVariables { input })).await?.delete_post.into()
        }
        Wish::BringBack(revision) => {
            let input = RestoreRevisionInput { id, revision, expected_revision, idempotency_key };
            let asked = ask(RestoreRevision::build(RestoreRevisionVariables { input }));
            asked.await?.restore_revision.into()
        }
    })
}
