//! Who asks, for the resolvers: the only place where they learn it.

use async_graphql::parser::types::OperationType;
use async_graphql::{Context, Result};
use domain::UserId;
use domain::account::{Identity, Role};

use crate::error::Code;

/// Whose eyes a request is executed for, in the request's data. Without it: for the [`Identity`] in
/// the request's data, or for a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerAccess {
    /// For one person, who is in the request's data.
    One,
    /// For many at once (a frame that is rendered once for a class of subscribers). The viewer is
    /// beyond reach, except from fields that carry the mark, and a document that selects one of those
    /// is never rendered so: reaching for the viewer is an error, never data.
    Shared,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer<'a>(Option<&'a Identity>);

/// Why somebody may not do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barred {
    /// Nobody is signed in.
    Guest,
    /// The role or the scope does not allow it.
    Role,
}

impl Barred {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Barred::Guest => "sign in first",
            Barred::Role => "your role, or the key that you use, does not allow this",
        }
    }

    pub(crate) fn error(self) -> async_graphql::Error {
        let code = match self {
            Barred::Guest => Code::Unauthenticated,
            Barred::Role => Code::Forbidden,
        };
        code.error(self.message())
    }
}

impl<'a> Viewer<'a> {
    /// Who asks, as far as the key allows: one without the scope to read sees what guests see.
    ///
    /// # Errors
    /// In a render that is shared.
    pub(crate) fn of(context: &Context<'a>) -> Result<Self> {
        if context.data_opt::<ViewerAccess>() == Some(&ViewerAccess::Shared) {
            let field = context.item.node.name.node.as_str();
            tracing::error!(field, "an unmarked field reached for the viewer in a shared render");
            return Err(Code::Internal.error("something went wrong; it was logged"));
        }
        let changes = context.query_env.operation.node.ty == OperationType::Mutation;
        let identity = context.data_opt::<Identity>();
        Ok(Viewer(identity.filter(|identity| changes || identity.reads())))
    }

    /// The person, if it is one.
    pub(crate) fn id(&self) -> Option<&'a UserId> {
        self.0.map(|identity| &identity.user)
    }

    /// The key with which the person came.
    pub(crate) fn signed_in(&self) -> Result<&'a Identity, Barred> {
        self.0.ok_or(Barred::Guest)
    }

    /// Somebody who may look at an author's tools.
    pub(crate) fn author(&self) -> Result<&'a Identity, Barred> {
        let identity = self.signed_in()?;
        if identity.role >= Role::Author { Ok(identity) } else { Err(Barred::Role) }
    }

    /// Somebody who may change posts.
    pub(crate) fn writer(&self) -> Result<&'a Identity, Barred> {
        let identity = self.signed_in()?;
        if identity.writes() { Ok(identity) } else { Err(Barred::Role) }
    }
}
