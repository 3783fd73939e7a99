//! Who reads: asked once at the start, changed by signing in and out.

use yew::prelude::*;

use crate::graphql::fragments::{Role, Viewer};

/// Who reads.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) enum Session {
    #[default]
    Asking,
    Guest,
    SignedIn(Viewer),
    /// The first question was not answered.
    Unreachable,
}

impl Session {
    pub(crate) fn viewer(&self) -> Option<&Viewer> {
        match self {
            Self::SignedIn(viewer) => Some(viewer),
            _ => None,
        }
    }

    /// Whether the studio is for this reader.
    pub(crate) fn writes(&self) -> bool {
        self.viewer().is_some_and(|viewer| matches!(viewer.role, Role::Author | Role::Admin))
    }
}

/// The session and the blog's name, for all pages.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Visit {
    pub(crate) session: Session,
    pub(crate) title: AttrValue,
    /// False while the owner's account is missing.
    pub(crate) set_up: bool,
    /// Whether readers may make accounts.
    pub(crate) sign_up_open: bool,
    /// Whether posts can be searched.
    pub(crate) searched: bool,
    pub(crate) change: Callback<Session>,
    /// Asks again who reads, after the first question was not answered.
    pub(crate) ask_again: Callback<()>,
}

#[hook]
pub(crate) fn use_visit() -> Visit {
    use_context::<Visit>().unwrap_or(Visit {
        session: Session::Guest,
        title: "Deepdive".into(),
        set_up: true,
        sign_up_open: false,
        searched: true,
        change: Callback::noop(),
        ask_again: Callback::noop(),
    })
}
