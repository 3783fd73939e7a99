//! The GraphQL type `Viewer`.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use crate::loaders::Loaders;
use crate::page::List;
use crate::request::or_fault;
use crate::types::enums::Role;
use crate::types::post::PostConnection;
use crate::types::stage::StageConnection;
use crate::types::user::User;

/// Who asks, and what only they may know of themselves.
pub struct Viewer(Arc<domain::account::User>);

impl From<domain::account::User> for Viewer {
    fn from(user: domain::account::User) -> Self {
        Viewer(Arc::new(user))
    }
}

/// Who asks, and what only they may know of themselves.
#[Object]
impl Viewer {
    /// As everybody sees them.
    async fn user(&self) -> User {
        User(self.0.clone())
    }

    /// The address of the account, in lower case.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// What they may do.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// All of the viewer's posts, drafts included, newest begun first.
    async fn posts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<PostConnection> {
        let author = &self.0.id;
        let list = List::of_viewer("own-posts", author.clone());
        let asked = list.asked(context, first, 20, after.as_deref())?;
        let previous = asked.after.is_some();
        let page = Loaders::of(context).blog().own_posts(author, &asked.into()).await;
        Ok(PostConnection::own(list, or_fault(context, page)?, previous, Some(author)))
    }

    /// The viewer's pipelines that have failed, of all posts and images, the latest first. A page may be
    /// short: what goes on meanwhile is left out.
    async fn failed_stages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<StageConnection> {
        let author = &self.0.id;
        let list = List::of_viewer("failed-stages", author.clone());
        let asked = list.asked(context, first, 20, after.as_deref())?;
        let previous = asked.after.is_some();
        let page = Loaders::of(context).blog().failed_stages(author, &asked.into()).await;
        StageConnection::failed(context, list, or_fault(context, page)?, previous, author).await
    }
}
