//! The GraphQL type `User`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::page::List;
use crate::request::or_fault;
use crate::types::post::PostConnection;
use crate::viewer::Viewer;

/// A person with an account, as everybody may see them.
#[derive(Clone)]
pub struct User(pub(crate) Arc<domain::account::User>);

impl From<domain::account::User> for User {
    fn from(user: domain::account::User) -> Self {
        User(Arc::new(user))
    }
}

/// A person with an account, as everybody may see them.
#[Object]
impl User {
    /// For the account's whole life; works with `node(id:)`.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::User(self.0.id.clone()).into()
    }

    /// Shown beside posts; 2 to 20 characters.
    async fn nickname(&self) -> &str {
        &self.0.nickname
    }

    /// A few words about themselves; at most 160 characters.
    async fn bio(&self) -> &str {
        &self.0.bio
    }

    /// What everybody may read of this author, newest first.
    async fn posts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<PostConnection> {
        let author = &self.0.id;
        let list = List::new(format!("posts-of:{author}"));
        let asked = list.asked(context, first, 20, after.as_deref())?;
        let previous = asked.after.is_some();
        let page = Loaders::of(context).blog().posts_of(author, &asked.into()).await;
        let page = or_fault(context, page)?;
        Ok(PostConnection::listed(list, page, previous, Viewer::of(context)?.id()))
    }
}
