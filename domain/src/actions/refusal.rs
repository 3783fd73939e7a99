//! What an action answers when it does not act.

use crate::ports::{ApplyError, PortError, Remembered};
use crate::post::Post;
use crate::{Slug, Timestamp, UserId};

/// An answer for the person who asked, not a fault. Nothing was changed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none, or it may not be seen: nobody can tell which.
    #[error("there is no such thing, or it is not yours")]
    NotFound,
    /// A part of the input is wrong.
    #[error("{message}")]
    Invalid {
        /// The name of the field, in camel case as in the schema.
        field: &'static str,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// A post cannot be published yet.
    #[error("a post needs a {missing} before it can be published")]
    Incomplete {
        /// `title` or `markdown`.
        missing: &'static str,
    },
    /// It changed since it was read.
    #[error("the post changed meanwhile: revision {} is the present one", .current.draft.revision.0)]
    Stale {
        /// As it is now.
        current: Box<Post>,
    },
    /// The post is deleted: it can be restored, and nothing else.
    #[error("the post is deleted; restore it first")]
    Deleted {
        /// As it is.
        post: Box<Post>,
    },
    /// Another post has it.
    #[error("another post has the slug \"{}\"", .0.as_str())]
    SlugTaken(Slug),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The stage has not failed.
    #[error("the stage has not failed, so there is nothing to try again")]
    NotRetryable,
    /// No stage is held.
    #[error("nothing of it is held, so there is nothing to confirm")]
    NotHeld,
    /// Wrong address or password: nobody can tell which.
    #[error("the address or the password is wrong")]
    WrongCredentials,
    /// Too many tries.
    #[error("too many attempts; try again later")]
    TooManyAttempts {
        /// When the next one is possible.
        retry_at: Timestamp,
    },
    /// The blog has an owner, or the set-up link is not the newest.
    #[error("this set-up link is not valid (any more)")]
    AlreadySetUp,
    /// The one-time link is unknown, over, used, or not the newest.
    #[error("this link is not valid (any more)")]
    LinkNotValid,
    /// The owner has not opened the blog for readers.
    #[error("signing up is closed")]
    SignUpClosed,
}

impl Refusal {
    /// A wrong field.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Refusal::Invalid { field, message: message.into() }
    }
}

/// Why an action did not act.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// An answer.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A fault.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A client's name for one request, so that it may be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// 1 to 100 characters.
    pub key: String,
    /// Hash of the whole request, mutation's name and input.
    pub request: String,
}

impl IdempotencyKey {
    pub(crate) fn remember(&self, viewer: &UserId, id: &str) -> Remembered {
        Remembered {
            viewer: viewer.clone(),
            key: self.key.clone(),
            request: self.request.clone(),
            id: id.to_owned(),
        }
    }
}

/// What was done under the key before, if it was: the id.
pub(crate) fn replayed(
    done: Option<&Remembered>,
    key: Option<&IdempotencyKey>,
) -> Result<Option<String>, Refusal> {
    match (done, key) {
        (Some(done), Some(key)) if done.request == key.request => Ok(Some(done.id.clone())),
        (Some(_), Some(_)) => Err(Refusal::KeyReused),
        _ => Ok(None),
    }
}

/// How often an action decides anew before it gives up.
pub(crate) const DECISIONS: usize = 24;

/// Reads, decides and applies until nothing changed in between.
///
/// The block ends with `Err(Attempt::Again)` when what it read is out of date. The table adapters wait
/// between conflicts; each failed round means that somebody else made progress. (A macro, because the
/// future of a generic function over async closures is not known to be `Send`.)
macro_rules! deciding {
    ($attempt:block) => {
        'decided: {
            for _ in 0..$crate::actions::refusal::DECISIONS {
                let round: Result<_, $crate::actions::refusal::Attempt> = async { $attempt }.await;
                match round {
                    Ok(done) => break 'decided Ok(done),
                    Err($crate::actions::refusal::Attempt::Again) => {}
                    Err($crate::actions::refusal::Attempt::Refused(refusal)) => {
                        break 'decided Err(ActionError::from(refusal));
                    }
                    Err($crate::actions::refusal::Attempt::Port(error)) => {
                        break 'decided Err(ActionError::from(error));
                    }
                }
            }
            Err(ActionError::from($crate::ports::PortError::Conflict))
        }
    };
}
pub(crate) use deciding;

/// Why a round did not end the action.
#[derive(Debug)]
pub(crate) enum Attempt {
    Again,
    Refused(Refusal),
    Port(PortError),
}

impl From<Refusal> for Attempt {
    fn from(refusal: Refusal) -> Self {
        Attempt::Refused(refusal)
    }
}

impl From<ActionError> for Attempt {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Refused(refusal) => Attempt::Refused(refusal),
            ActionError::Port(error) => Attempt::Port(error),
        }
    }
}

impl From<PortError> for Attempt {
    fn from(error: PortError) -> Self {
        Attempt::Port(error)
    }
}

impl From<ApplyError> for Attempt {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Changed => Attempt::Again,
            ApplyError::SlugTaken(slug) => Attempt::Refused(Refusal::SlugTaken(slug)),
            ApplyError::Port(error) => Attempt::Port(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::actions::{
        AcceptUpload, ClaimStage, ConfirmStages, CreatePost, DeletePost, FinishStage, PublishPost,
        ReserveBudget, RestorePost, RestoreRevision,
    };

    /// Resolvers and runners move these futures between threads. Compiled, never called.
    #[allow(dead_code)]
    fn the_futures_of_actions_can_be_moved_between_threads(
        (create, publish): (&CreatePost<'_>, &PublishPost<'_>),
        (claim, finish, accept): (&ClaimStage<'_>, &FinishStage<'_>, &AcceptUpload<'_>),
        (delete, restore, revise): (&DeletePost<'_>, &RestorePost<'_>, &RestoreRevision<'_>),
        (confirm, reserve): (&ConfirmStages<'_>, &ReserveBudget<'_>),
        (stage, user): (&crate::stage::Stage, &crate::UserId),
        (post, asset): (&crate::PostId, &crate::AssetId),
    ) {
        fn send<T: Send>(_: impl FnOnce() -> T) {}

        send(|| create.run(user, crate::actions::PostInput::default(), None));
        send(|| publish.run(user, post, crate::post::Revision(1), None));
        send(|| delete.run(user, post, crate::post::Revision(1), None));
        send(|| restore.run(user, post, crate::post::Revision(1), None));
        send(|| revise.run(user, post, crate::post::Revision(1), crate::post::Revision(1), None));
        send(|| claim.run(&stage.id));
        send(|| finish.run(stage, crate::stage::Outcome::Unchanged, None));
        send(|| accept.run(asset));
        send(|| confirm.run(user, &[], None));
        send(|| reserve.run(stage, 1));
    }
}
