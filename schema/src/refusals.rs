//! Refusals: what a mutation answers when it changes nothing. A type each, all of the interface
//! `UserError`, and one place where the domain's refusals become them.

use async_graphql::{Interface, SimpleObject};
use domain::actions::Refusal;

use crate::scalars::DateTime;
use crate::types::enums::ErrorCode;
use crate::types::post::Post;
use crate::viewer::Barred;

/// Why nothing was changed. Every refusal of a mutation implements it.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "For programs."),
    field(name = "message", ty = "&String", desc = "For people; do not parse it."),
    field(
        name = "path",
        ty = "&Option<Vec<String>>",
        desc = "The part of the input that is wrong, such as `[\"input\", \"title\"]`; of INCOMPLETE, \
                the part of the working copy that is missing."
    )
)]
pub enum UserError {
    /// Wrong input.
    InvalidInput(InvalidInputError),
    /// Nothing there.
    NotFound(NotFoundError),
    /// No right.
    NotAllowed(NotAllowedError),
    /// Changed meanwhile.
    StaleRevision(StaleRevisionError),
    /// To be restored first.
    PostDeleted(PostDeletedError),
    /// Somebody else's slug.
    SlugTaken(SlugTakenError),
    /// A key of another request.
    IdempotencyKeyReused(IdempotencyKeyReusedError),
    /// Wrong address or password.
    InvalidCredentials(InvalidCredentialsError),
    /// Too often.
    TooManyAttempts(TooManyAttemptsError),
    /// Nothing to try again.
    NotRetryable(NotRetryableError),
    /// Nothing to confirm.
    NotHeld(NotHeldError),
}

macro_rules! refusal {
    ($(#[$doc:meta])* $name:ident $({ $($(#[$field_doc:meta])* $field:ident: $ty:ty),+ $(,)? })?) => {
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// For programs.
            code: ErrorCode,
            /// For people; do not parse it.
            message: String,
            /// The part of the input that is wrong, such as `["input", "title"]`.
            path: Option<Vec<String>>,
            $($($(#[$field_doc])* $field: $ty,)+)?
        }
    };
}

refusal! {
    /// A part of the input is wrong, or something is missing before it can be done.
    InvalidInputError
}
refusal! {
    /// There is no such thing, or it is not yours: nobody can tell which.
    NotFoundError
}
refusal! {
    /// Whoever asks may not do this: a guest, a role or key without the right, a blog that has its
    /// owner or takes no readers, or a link that is not valid any more.
    NotAllowedError
}
refusal! {
    /// The post changed since it was read.
    StaleRevisionError {
        /// As it is now.
        post: Post,
    }
}
refusal! {
    /// The post is deleted: it can be restored, and nothing else.
    PostDeletedError {
        /// As it is.
        post: Post,
    }
}
refusal! {
    /// Another post has the slug.
    SlugTakenError {
        /// The one that is taken.
        slug: String,
    }
}
refusal! {
    /// The idempotency key was used for another request.
    IdempotencyKeyReusedError
}
refusal! {
    /// Wrong address or password: nobody can tell which.
    InvalidCredentialsError
}
refusal! {
    /// Too many tries.
    TooManyAttemptsError {
        /// When the next one is possible.
        retry_at: DateTime,
    }
}
refusal! {
    /// The stage has not failed, or cannot succeed: there is nothing to try again.
    NotRetryableError
}

refusal! {
    /// No stage is held: there is nothing to confirm.
    NotHeldError
}

/// Any refusal, before it becomes a member of one mutation's union.
pub(crate) enum Refused {
    InvalidInput(InvalidInputError),
    NotFound(NotFoundError),
    NotAllowed(NotAllowedError),
    StaleRevision(StaleRevisionError),
    PostDeleted(PostDeletedError),
    SlugTaken(SlugTakenError),
    IdempotencyKeyReused(IdempotencyKeyReusedError),
    InvalidCredentials(InvalidCredentialsError),
    TooManyAttempts(TooManyAttemptsError),
    NotRetryable(NotRetryableError),
    NotHeld(NotHeldError),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        let path = None;
        match refusal {
            Refusal::Invalid { field, .. } => {
                let path = Some(vec!["input".to_owned(), field.to_owned()]);
                let code = ErrorCode::InvalidInput;
                Refused::InvalidInput(InvalidInputError { code, message, path })
            }
            Refusal::Incomplete { missing } => {
                let path = Some(vec![missing.to_owned()]);
                let code = ErrorCode::Incomplete;
                Refused::InvalidInput(InvalidInputError { code, message, path })
            }
            Refusal::NotFound => Refused::not_found(),
            Refusal::Stale { current } => {
                let code = ErrorCode::StaleRevision;
                let author = current.author.clone();
                // Only its author is told of a stale revision, and authors see their posts.
                match Post::seen(*current, Some(&author)) {
                    Some(post) => {
                        Refused::StaleRevision(StaleRevisionError { code, message, path, post })
                    }
                    None => Refused::not_found(),
                }
            }
            Refusal::Deleted { post } => {
                let code = ErrorCode::PostDeleted;
                let author = post.author.clone();
                // As above.
                match Post::seen(*post, Some(&author)) {
                    Some(post) => {
                        Refused::PostDeleted(PostDeletedError { code, message, path, post })
                    }
                    None => Refused::not_found(),
                }
            }
            Refusal::SlugTaken(slug) => {
                let (code, slug) = (ErrorCode::SlugTaken, slug.as_str().to_owned());
                let path = Some(vec!["input".to_owned(), "slug".to_owned()]);
                Refused::SlugTaken(SlugTakenError { code, message, path, slug })
            }
            Refusal::KeyReused => {
                let code = ErrorCode::IdempotencyKeyReused;
                let path = Some(vec!["input".to_owned(), "idempotencyKey".to_owned()]);
                let error = IdempotencyKeyReusedError { code, message, path };
                Refused::IdempotencyKeyReused(error)
            }
            Refusal::NotRetryable => {
                let code = ErrorCode::NotRetryable;
                Refused::NotRetryable(NotRetryableError { code, message, path })
            }
            Refusal::NotHeld => {
                let code = ErrorCode::NotHeld;
                Refused::NotHeld(NotHeldError { code, message, path })
            }
            Refusal::WrongCredentials => {
                let code = ErrorCode::InvalidCredentials;
                Refused::InvalidCredentials(InvalidCredentialsError { code, message, path })
            }
            Refusal::TooManyAttempts { retry_at } => {
                let (code, retry_at) = (ErrorCode::TooManyAttempts, retry_at.into());
                let error = TooManyAttemptsError { code, message, path, retry_at };
                Refused::TooManyAttempts(error)
            }
            Refusal::AlreadySetUp => {
                let code = ErrorCode::AlreadySetUp;
                Refused::NotAllowed(NotAllowedError { code, message, path })
            }
            Refusal::LinkNotValid => {
                let code = ErrorCode::LinkNotValid;
                Refused::NotAllowed(NotAllowedError { code, message, path })
            }
            Refusal::SignUpClosed => {
                let code = ErrorCode::SignUpClosed;
                Refused::NotAllowed(NotAllowedError { code, message, path })
            }
        }
    }
}

impl From<Barred> for Refused {
    fn from(barred: Barred) -> Self {
        let code = match barred {
            Barred::Guest => ErrorCode::Unauthenticated,
            Barred::Role => ErrorCode::Forbidden,
        };
        Refused::not_allowed(code, barred.message())
    }
}

impl Refused {
    pub(crate) fn not_found() -> Self {
        let message = Refusal::NotFound.to_string();
        Refused::NotFound(NotFoundError { code: ErrorCode::NotFound, message, path: None })
    }

    pub(crate) fn not_allowed(code: ErrorCode, message: &str) -> Self {
        Refused::NotAllowed(NotAllowedError { code, message: message.to_owned(), path: None })
    }
}
