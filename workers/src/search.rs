//! Search: puts a post into the index, or takes it out, as its state now says.

use std::sync::Arc;

use domain::PostId;
use domain::account::User;
use domain::ports::{ContentRenderer, Posts, SearchDocument, SearchIndex};
use domain::post::{ContentHash, Post};
use domain::stage::{Made, Stage, StageResult};
use store::{Blog, Entity, EntityKey};

use crate::job::{JobError, Reporter, Worked, Worker};
use crate::speech::{fingerprint, published};

/// The ports that the index's worker needs.
pub struct Search {
    /// Posts and their authors.
    pub blog: Blog,
    /// Makes plain text.
    pub renderer: Arc<dyn ContentRenderer>,
    /// The index.
    pub index: Arc<dyn SearchIndex>,
}

#[async_trait::async_trait]
impl Worker for Search {
    /// Never skips: a change of visibility is a change of the entry. What the post's row says now
    /// counts, not what it said when the stage was set due; a later change sets it due again, with a
    /// higher version.
    async fn run(&self, stage: &Stage, _: &Reporter) -> Result<Worked, JobError> {
        let (post, body) = published(&self.blog, stage).await?;
        let findable = post.listed();
        if findable {
            let document = self.document(&post, &body, stage.run).await?;
            self.index.put(&document).await?;
        } else {
            self.index.remove(&post.id, stage.run).await?;
        }
        let state = if findable { "findable" } else { "hidden" };
        let content = ContentHash::of(&body);
        let input = fingerprint(&[&content.0, &self.index.generation(), state]);
        Ok(Worked::Made(Made { content, input, result: StageResult::Search { findable } }))
    }
}

/// In the place of [`Search`] on a blog that has no index: there is nothing to make, and nobody waits for it.
pub struct NoSearch;

#[async_trait::async_trait]
impl Worker for NoSearch {
    async fn run(&self, _: &Stage, _: &Reporter) -> Result<Worked, JobError> {
        Ok(Worked::Unchanged)
    }
}

impl Search {
    /// A listed post as it is indexed.
    pub(crate) async fn document(
        &self,
        post: &Post,
        body: &str,
        version: u64,
    ) -> Result<SearchDocument, JobError> {
        let key = EntityKey::User(post.author.clone());
        let author = match self.blog.entities(std::slice::from_ref(&key)).await?.remove(&key) {
            Some(Entity::User(User { nickname, .. })) => nickname,
            _ => String::new(),
        };
        let rendered = self.renderer.render(body);
        let live = post.live();
        Ok(SearchDocument {
            post: post.id.clone(),
            version,
            title: live.map(|live| live.title.clone()).unwrap_or_default(),
            body: rendered.plain_text,
            tags: live
                .map(|live| live.tags.iter().map(|tag| tag.display().to_owned()).collect())
                .unwrap_or_default(),
            author,
            language: rendered.language,
            published_at: post.published_at.unwrap_or(post.created_at),
        })
    }

    /// The body of what is published of a post.
    pub(crate) async fn body(&self, post: &Post) -> Result<Option<(PostId, String)>, JobError> {
        let Some(live) = post.live() else { return Ok(None) };
        let body = self.blog.published_body(&post.id, live.revision).await?;
        Ok(body.map(|body| (post.id.clone(), body)))
    }
}
