//! The GraphQL type `Viewer`.

use std::cmp::Reverse;
use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use domain::account::{KeyKind, KeyRecord, Role as RoleRow};
use domain::mail::MailState;
use domain::ports::{Accounts, MailRequests};
use domain::stage::{Stage, StageStatus};
use store::PageRequest;

use crate::loaders::Loaders;
use crate::page::List;
use crate::request::or_fault;
use crate::types::enums::Role;
use crate::types::key::{AccessToken, Session};
use crate::types::mail::WaitingMail;
use crate::types::post::PostConnection;
use crate::types::stage::StageConnection;
use crate::types::usage::PipelineUsage;
use crate::types::user::User;

/// Sessions, tokens and mails that are listed.
const LISTED: usize = 100;

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

    /// Where the viewer is signed in: browsers, most recently used first. At most 100.
    async fn sessions(&self, context: &Context<'_>) -> Result<Vec<Session>> {
        let keys = self.keys(context, KeyKind::Session).await?;
        Ok(keys.into_iter().map(Session).collect())
    }

    /// The viewer's personal access tokens, newest first. At most 100.
    async fn access_tokens(&self, context: &Context<'_>) -> Result<Vec<AccessToken>> {
        let mut keys = self.keys(context, KeyKind::Token).await?;
        keys.sort_by_key(|key| Reverse(key.created_at));
        Ok(keys.into_iter().map(AccessToken).collect())
    }

    /// Mails that nobody has sent yet, because no mail server is set or it did not take them: who runs
    /// the blog passes their links on. Newest first, at most 100; null for everybody else.
    async fn waiting_mails(&self, context: &Context<'_>) -> Result<Option<Vec<WaitingMail>>> {
        if self.0.role < RoleRow::Admin {
            return Ok(None);
        }
        let requests = Loaders::of(context).blog().requests(1_000).await;
        let mut requests = or_fault(context, requests)?;
        requests.retain(|request| request.state != MailState::Sent);
        requests.sort_by_key(|request| Reverse(request.asked_at));
        requests.truncate(LISTED);
        Ok(Some(requests.into_iter().map(WaitingMail).collect()))
    }

    /// All of the viewer's posts, drafts included, newest begun first.
    async fn posts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<PostConnection> {
        let (list, asked) = self.own(context, "own-posts", first, after)?;
        let page = Loaders::of(context).blog().own_posts(&self.0.id, &asked).await;
        let page = or_fault(context, page)?;
        let previous = asked.after.is_some();
        Ok(PostConnection::own(list, page, previous, Some(&self.0.id)))
    }

    /// The viewer's pipelines that have failed, of all posts and images, the latest first. A page may be
    /// short: what goes on meanwhile is left out.
    async fn failed_stages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<StageConnection> {
        let (list, asked) = self.own(context, "failed-stages", first, after)?;
        let page = Loaders::of(context).blog().failed_stages(&self.0.id, &asked).await;
        let page = or_fault(context, page)?;
        let previous = asked.after.is_some();
        let failed = |stage: &Stage| stage.status == StageStatus::Failed;
        StageConnection::listed(context, list, page, previous, &self.0.id, failed).await
    }

    /// The viewer's pipelines that are held, of all posts, the latest first: what they would use is in
    /// `Stage.hold`, and `confirmStages` lets them go on. A page may be short, as of `failedStages`.
    async fn held_stages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<StageConnection> {
        let (list, asked) = self.own(context, "held-stages", first, after)?;
        let page = Loaders::of(context).blog().held_stages(&self.0.id, &asked).await;
        let page = or_fault(context, page)?;
        let previous = asked.after.is_some();
        let held = |stage: &Stage| stage.held;
        StageConnection::listed(context, list, page, previous, &self.0.id, held).await
    }

    /// What pipelines use and may use, of all authors: for who runs the blog; null for everybody else.
    async fn usage(&self) -> Option<PipelineUsage> {
        (self.0.role >= RoleRow::Admin).then_some(PipelineUsage)
    }

    /// The viewer's deleted posts, deleted last first. Each can be restored until its `restorableUntil`,
    /// and is then removed with all that belongs to it.
    async fn deleted_posts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<PostConnection> {
        let (list, asked) = self.own(context, "deleted-posts", first, after)?;
        let page = Loaders::of(context).blog().deleted_posts(&self.0.id, &asked).await;
        let page = or_fault(context, page)?;
        let previous = asked.after.is_some();
        Ok(PostConnection::own(list, page, previous, Some(&self.0.id)))
    }
}

impl Viewer {
    /// A list of the viewer's own, and the page of it that is asked for.
    fn own(
        &self,
        context: &Context<'_>,
        name: &str,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<(List, PageRequest)> {
        let list = List::of_viewer(name, self.0.id.clone());
        let asked = list.asked(context, first, 20, after.as_deref())?;
        Ok((list, asked.into()))
    }

    /// The keys of a kind, most recently used first.
    async fn keys(&self, context: &Context<'_>, kind: KeyKind) -> Result<Vec<KeyRecord>> {
        let keys = Loaders::of(context).blog().keys_of(&self.0.id, kind).await;
        let mut keys = or_fault(context, keys)?;
        keys.sort_by_key(|key| Reverse(key.last_used_at.unwrap_or(key.created_at)));
        keys.truncate(LISTED);
        Ok(keys)
    }
}
