//! The GraphQL type `Site`.

use async_graphql::{Context, Object, Result};
use domain::ports::Accounts;

use crate::loaders::Loaders;
use crate::parts::Parts;
use crate::request::or_fault;

/// What this blog is.
pub struct Site;

/// What this blog is.
#[Object]
impl Site {
    /// What the blog is called.
    async fn title<'ctx>(&self, context: &Context<'ctx>) -> &'ctx str {
        &Parts::of(context).site_title
    }

    /// Whether readers may sign up.
    async fn sign_up_open(&self, context: &Context<'_>) -> bool {
        Parts::of(context).sign_up_open
    }

    /// Whether posts can be searched. Where not, `search` is refused with `NOT_SET_UP`, and the pipeline SEARCH of
    /// every post ends as SKIPPED.
    async fn search_available(&self, context: &Context<'_>) -> bool {
        Parts::of(context).search.is_some()
    }

    /// False until the owner's account is made through the set-up link.
    async fn set_up(&self, context: &Context<'_>) -> Result<bool> {
        or_fault(context, Loaders::of(context).blog().has_owner().await)
    }
}
