//! What comes of a mutation: its success, or one of the refusals in its union.

use async_graphql::{Context, Result};
use domain::actions::{ActionError, Refusal};

use crate::error::{Code, fault};
use crate::loaders::Loaders;
use crate::refusals::Refused;
use crate::request::request_id;
use crate::viewer::Barred;

/// The union of one mutation.
pub(crate) trait Outcome: Sized {
    /// The refusal as a member of the union, if it is one.
    fn refused(refused: Refused) -> Option<Self>;
}

/// Declares a mutation's union: `outcome! { /// Doc. Name = Success | Refusal | ... }`.
macro_rules! outcome {
    ($(#[$doc:meta])* $name:ident = $success:ident $(| $refusal:ident($error:ident))*) => {
        $(#[$doc])*
        #[derive(async_graphql::Union)]
        pub enum $name {
            /// It is done.
            Done($success),
            $(
                /// Nothing was changed.
                $refusal($crate::refusals::$error),
            )*
        }

        impl $crate::mutations::outcome::Outcome for $name {
            fn refused(refused: $crate::refusals::Refused) -> Option<Self> {
                #[allow(unreachable_patterns)]
                match refused {
                    $($crate::refusals::Refused::$refusal(error) => Some($name::$refusal(error)),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use outcome;

/// Why a mutation did not do what it was asked.
pub(crate) enum Failure {
    /// An answer.
    Refused(Refused),
    /// A fault.
    Error(async_graphql::Error),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Failure::Refused(refused)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(refusal.into())
    }
}

impl From<Barred> for Failure {
    fn from(barred: Barred) -> Self {
        Failure::Refused(barred.into())
    }
}

impl From<async_graphql::Error> for Failure {
    fn from(error: async_graphql::Error) -> Self {
        Failure::Error(error)
    }
}

/// What an action answered, its fault logged and hidden. What was read before is forgotten: the action
/// may have changed it.
pub(crate) async fn acted<T>(
    context: &Context<'_>,
    answer: Result<T, impl Into<ActionError>>,
) -> Result<T, Failure> {
    Loaders::of(context).forget().await;
    match answer.map_err(Into::into) {
        Ok(done) => Ok(done),
        Err(ActionError::Refused(refusal)) => Err(refusal.into()),
        Err(ActionError::Port(error)) => Err(Failure::Error(fault(request_id(context), &error))),
    }
}

/// Shapes the answer.
pub(crate) fn answer<O: Outcome>(
    context: &Context<'_>,
    result: Result<O, Failure>,
) -> async_graphql::Result<O> {
    match result {
        Ok(done) => Ok(done),
        Err(Failure::Error(error)) => Err(error),
        Err(Failure::Refused(refused)) => O::refused(refused).ok_or_else(|| {
            let (request, field) = (request_id(context), context.item.node.name.node.as_str());
            tracing::error!(
                request.id = request,
                field,
                "a refusal that the mutation does not know"
            );
            Code::Internal.error("something went wrong; it was logged")
        }),
    }
}
