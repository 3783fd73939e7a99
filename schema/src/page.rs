//! Pages of lists: arguments, cursors, and what a client learns of the page's place.

use async_graphql::{Context, Result, SimpleObject};
use domain::UserId;
use store::PageRequest;

use crate::error::Code;
use crate::parts::Parts;

/// The greatest page.
pub(crate) const LARGEST_PAGE: u32 = 50;

/// Where a page stands in its list.
#[derive(SimpleObject)]
pub struct PageInfo {
    /// Whether more follow; `after: endCursor` brings them.
    has_next_page: bool,
    /// Whether this is not the first page.
    has_previous_page: bool,
    /// Of the first edge; null on an empty page.
    start_cursor: Option<String>,
    /// Of the last edge; null on an empty page.
    end_cursor: Option<String>,
}

/// A list that is read in pages. Its name is part of every cursor, and so is the viewer when the list
/// depends on them: a cursor of one list is worthless in another.
#[derive(Clone, Debug)]
pub(crate) struct List {
    name: String,
    viewer: Option<UserId>,
}

/// What a client asked for, within bounds.
pub(crate) struct Asked {
    pub first: u32,
    pub after: Option<String>,
}

impl From<Asked> for PageRequest {
    fn from(asked: Asked) -> Self {
        PageRequest { first: asked.first, after: asked.after }
    }
}

impl List {
    pub fn new(name: impl Into<String>) -> Self {
        List { name: name.into(), viewer: None }
    }

    /// A list that depends on who reads it.
    pub fn of_viewer(name: impl Into<String>, viewer: UserId) -> Self {
        List { name: name.into(), viewer: Some(viewer) }
    }

    /// Reads the arguments of a page.
    pub fn asked(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        default: u32,
        after: Option<&str>,
    ) -> Result<Asked> {
        let first = match first.map(u32::try_from) {
            None => default,
            Some(Ok(first)) if (1..=LARGEST_PAGE).contains(&first) => first,
            Some(_) => {
                let message = format!("`first` is 1 to {LARGEST_PAGE}");
                return Err(Code::BadUserInput.error(message));
            }
        };
        let signer = &Parts::of(context).signer;
        let after = after
            .map(|cursor| signer.verify(cursor, &self.name, self.viewer.as_ref()))
            .transpose()
            .map_err(|_| Code::BadCursor.error("`after` is no cursor of this list"))?;
        Ok(Asked { first, after })
    }

    /// The cursor of a position.
    pub fn cursor(&self, context: &Context<'_>, position: &str) -> String {
        Parts::of(context).signer.sign(&self.name, position, self.viewer.as_ref())
    }

    /// What a client learns of a page that begins and ends at these positions.
    pub fn info(&self, context: &Context<'_>, page: Place<'_>) -> PageInfo {
        let cursor = |position: &str| self.cursor(context, position);
        PageInfo {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.start.map(cursor),
            end_cursor: page.end.map(cursor),
        }
    }
}

/// A page's place.
pub(crate) struct Place<'a> {
    pub has_next: bool,
    pub has_previous: bool,
    pub start: Option<&'a str>,
    pub end: Option<&'a str>,
}
