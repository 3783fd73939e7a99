//! The GraphQL type `WorkingCopy`.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use domain::Tag;

use crate::loaders::Loaders;
use crate::request::corrupt;
use crate::scalars::DateTime;
use crate::types::enums::Category;
use crate::types::picture::int;

/// What the author is writing. Saving it publishes nothing.
pub struct WorkingCopy(pub(crate) Arc<domain::post::Post>);

/// What the author is writing. Saving it publishes nothing.
#[Object]
impl WorkingCopy {
    /// Counts up with each saved change; send it back with the next one.
    async fn revision(&self) -> i32 {
        int(self.0.draft.revision.0)
    }

    /// At most 100 characters; may be empty until it is published.
    async fn title(&self) -> &str {
        &self.0.draft.title
    }

    /// The body, at most 200 KB.
    async fn markdown(&self, context: &Context<'_>) -> Result<String> {
        let body = Loaders::of(context).body(self.0.id.clone()).await?;
        body.ok_or_else(|| corrupt(context, "working copy", "body", &self.0.id))
    }

    /// At most 12.
    async fn tags(&self) -> Vec<&str> {
        self.0.draft.tags.iter().map(Tag::display).collect()
    }

    /// Which list it belongs to.
    async fn category(&self) -> Category {
        self.0.draft.category.into()
    }

    /// Given by the author; null when the title shall make it.
    async fn slug(&self) -> Option<&str> {
        self.0.draft.slug.as_ref().map(domain::Slug::as_str)
    }

    /// Last saved.
    async fn saved_at(&self) -> DateTime {
        self.0.draft.saved_at.into()
    }

    /// Whether publishing would change what readers see.
    async fn differs_from_published(&self) -> bool {
        self.0.differs_from_published()
    }
}
