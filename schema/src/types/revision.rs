//! The GraphQL type `Revision`, and pages of them.

use async_graphql::{Context, Object, Result};
use domain::Tag;
use domain::post::Post;
use store::{Listing, RevisionRow};

use crate::loaders::Loaders;
use crate::page::{List, PageInfo, Place};
use crate::request::or_fault;
use crate::scalars::DateTime;
use crate::types::picture::int;

/// A published revision that is kept. `restoreRevision` brings it back.
pub struct Revision {
    row: RevisionRow,
    /// Whether it was published last.
    latest: bool,
}

/// A published revision that is kept. `restoreRevision` brings it back.
#[Object]
impl Revision {
    /// Its number: that of the working copy that was published.
    async fn revision(&self) -> i32 {
        int(self.row.revision.0)
    }

    /// As it was published. Null of revisions of before titles were kept: of these only the body comes
    /// back.
    async fn title(&self) -> Option<&str> {
        self.row.facts.as_ref().map(|facts| facts.title.as_str())
    }

    /// As they were published. Null where `title` is.
    async fn tags(&self) -> Option<Vec<&str>> {
        self.row.facts.as_ref().map(|facts| facts.tags.iter().map(Tag::display).collect())
    }

    /// When it was published. Null where `title` is.
    async fn published_at(&self) -> Option<DateTime> {
        self.row.facts.as_ref().map(|facts| facts.published_at.into())
    }

    /// Whether it is the one that was published last.
    async fn latest(&self) -> bool {
        self.latest
    }
}

/// A page of a post's published revisions, newest first.
pub struct RevisionConnection {
    list: List,
    revisions: Vec<(String, Revision)>,
    has_next: bool,
    has_previous: bool,
}

impl RevisionConnection {
    /// A page of the revisions of the viewer's own post: the caller knows that it is.
    pub(crate) async fn of(
        context: &Context<'_>,
        post: &Post,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self> {
        let list = List::of_viewer(format!("revisions:{}", post.id), post.author.clone());
        let asked = list.asked(context, first, 20, after.as_deref())?;
        let has_previous = asked.after.is_some();
        let page = Loaders::of(context).blog().revisions(&post.id, &asked.into()).await;
        let Listing { items, has_next } = or_fault(context, page)?;
        let published = post.published.as_ref().map(|published| published.revision);
        let revision = |row: RevisionRow| {
            let latest = Some(row.revision) == published;
            Revision { row, latest }
        };
        let revisions = items.into_iter().map(|(at, row)| (at, revision(row))).collect();
        Ok(RevisionConnection { list, revisions, has_next, has_previous })
    }
}

/// A page of a post's published revisions, newest first.
#[Object]
impl RevisionConnection {
    /// The revisions with their cursors.
    async fn edges(&self) -> Vec<RevisionEdge<'_>> {
        let edge = |(position, node)| RevisionEdge { list: &self.list, position, node };
        self.revisions.iter().map(|(position, node)| edge((position.as_str(), node))).collect()
    }

    /// The revisions alone.
    async fn nodes(&self) -> Vec<&Revision> {
        self.revisions.iter().map(|(_, revision)| revision).collect()
    }

    /// The page's place in the list.
    async fn page_info(&self, context: &Context<'_>) -> PageInfo {
        let place = Place {
            has_next: self.has_next,
            has_previous: self.has_previous,
            start: self.revisions.first().map(|(position, _)| position.as_str()),
            end: self.revisions.last().map(|(position, _)| position.as_str()),
        };
        self.list.info(context, place)
    }
}

/// A revision in a page.
pub struct RevisionEdge<'a> {
    list: &'a List,
    position: &'a str,
    node: &'a Revision,
}

/// A revision in a page.
#[Object]
impl RevisionEdge<'_> {
    /// Where it stands; `after` it, the list goes on. Opaque and signed.
    async fn cursor(&self, context: &Context<'_>) -> String {
        self.list.cursor(context, self.position)
    }

    /// The revision.
    async fn node(&self) -> &Revision {
        self.node
    }
}
