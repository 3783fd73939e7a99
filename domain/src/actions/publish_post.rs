//! Publishing: the one transaction that makes a post public and starts its pipelines.

use crate::actions::create_post::made_before;
use crate::actions::named_images::{named_images, take_up};
use crate::actions::refusal::{Attempt, deciding, replayed};
use crate::actions::set_due::{announce, head, set_due, stage_id, stage_ids, tidy_later};
use crate::actions::update_post::editable;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::asset::Asset;
use crate::event::EventKind;
use crate::ports::{
    ApplyError, Change, Clock, ContentRenderer, IdSource, Loaded, PortError, Posts, Step, Wanted,
};
use crate::post::{
    ASSETS, Article, FORMER_SLUGS, NEW_USES, Post, PostStatus, Published, REVISIONS, Revision,
};
use crate::stage::StageKind;
use crate::text::Rendered;
use crate::{AssetId, PostId, Slug, Timestamp, UserId};

/// What publishing needs of the world.
pub struct PublishPost<'a> {
    /// Where posts are kept.
    pub posts: &'a dyn Posts,
    /// Makes the article.
    pub renderer: &'a dyn ContentRenderer,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

/// How many numbered slugs are tried before chance decides.
const NUMBERED_SLUGS: u32 = 8;

impl PublishPost<'_> {
    /// Makes the working copy the published revision, and sets its pipelines due.
    ///
    /// Atomic: the state, the article, the list rows, the stages and the event appear together or not
    /// at all. Idempotent: publishing what is already public changes nothing. Waits for no pipeline.
    /// One batch and one transaction.
    ///
    /// # Errors
    /// `Refused` with `NotFound` (also for a post of another author), `Deleted`, `Stale` when
    /// `expected` is not the present revision, `Incomplete` before there are title and body, `Invalid` when it shows an
    /// image that is not the author's, `SlugTaken`, `KeyReused`.
    #[tracing::instrument(name = "post.publish", skip_all, fields(post.id = %id))]
    pub async fn run(
        &self,
        author: &UserId,
        id: &PostId,
        expected: Revision,
        key: Option<IdempotencyKey>,
    ) -> Result<Post, ActionError> {
        let mut slugs_taken = 0;
        deciding!({
            let wanted = Wanted {
                post: Some(id.clone()),
                body: true,
                stages: stage_ids(id).into_iter().chain([stage_id(id, StageKind::Tidy)]).collect(),
                head: Some(author.clone()),
                idempotency: key.as_ref().map(|key| (author.clone(), key.key.clone())),
                ..Wanted::default()
            };
            let loaded = self.posts.load(&wanted).await?;
            if let Some(id) = replayed(loaded.done.as_ref(), key.as_ref())? {
                return made_before(self.posts, &id).await;
            }
            let before = editable(loaded.post.clone(), author)?;
            if before.draft.revision != expected {
                return Err(Refusal::Stale { current: Box::new(before) }.into());
            }
            if !before.differs_from_published() {
                return Ok(before);
            }
            let body = complete(&before, &loaded)?;
            let rendered = self.renderer.render(&body);
            let others = self.check_assets(&before, &rendered, author).await?;

            let now = self.clock.now();
            let slug = self.slug(&before, slugs_taken);
            let mut after = published(&before, &rendered, slug, self.renderer.version(), now);
            let assets = take_up(&mut after, others);
            if let Some(image) = unknown_image(&after, &rendered) {
                let message = format!(
                    "at most {NEW_USES} images of other posts can be taken up at once; save the post \
                     again for asset:{image}"
                );
                return Err(Refusal::invalid("markdown", message).into());
            }
            let named = named_images(&body);
            let article = Article { html: rendered.html, headings: rendered.headings };
            let mut change = Change {
                publication: Some((id.clone(), expected, body, article)),
                stages: set_due(&loaded, &after, &Post::STAGES, expected, now),
                assets,
                remember: key.as_ref().map(|key| (key.remember(author, id.as_str()), now)),
                ..Change::default()
            };
            announce(
                &mut change,
                EventKind::PostPublished,
                author,
                id,
                head(&loaded)?,
                now,
                self.ids,
            );
            tidy_later(&mut change, &loaded, &after, &named, now);
            let chosen = before.draft.slug.is_some();
            change.post = Some(Step { before: Some(before), after: after.clone() });
            match self.posts.apply(change).await {
                Ok(()) => Ok(after),
                Err(ApplyError::SlugTaken(_)) if !chosen => {
                    slugs_taken += 1;
                    Err(Attempt::Again)
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    /// The author's, or the one it had, or one made of the title: numbered when that is taken, and
    /// with chance when many are.
    fn slug(&self, post: &Post, taken: u32) -> Slug {
        let had = post.published.as_ref().map(|published| published.slug.clone());
        if let Some(slug) = post.draft.slug.clone().or(had) {
            return slug;
        }
        let title = Slug::of_title(&post.draft.title);
        match taken {
            0..NUMBERED_SLUGS => title.numbered(taken + 1),
            _ => title.numbered(1000 + (self.ids.secret() % 9_000_000) as u32),
        }
    }

    /// Every image of the article must be one of the author's. Those uploaded for this post, and those
    /// of other posts that a save took up, are known from its own row; others cost one batch, and are
    /// returned.
    async fn check_assets(
        &self,
        post: &Post,
        rendered: &Rendered,
        author: &UserId,
    ) -> Result<Vec<Asset>, Attempt> {
        if rendered.assets.len() > ASSETS {
            let message = format!(
                "a post shows at most {ASSETS} images, this shows {}",
                rendered.assets.len()
            );
            return Err(Refusal::invalid("markdown", message).into());
        }
        let known = |asset: &AssetId| post.uploads.contains(asset) || post.uses.contains(asset);
        let others: Vec<_> =
            rendered.assets.iter().filter(|asset| !known(asset)).cloned().collect();
        if others.is_empty() {
            return Ok(vec![]);
        }
        let loaded =
            self.posts.load(&Wanted { assets: others.clone(), ..Wanted::default() }).await?;
        let own = |id: &&AssetId| {
            loaded
                .assets
                .iter()
                .any(|asset| asset.id == **id && asset.author == *author && !asset.leaving)
        };
        match others.iter().find(|id| !own(id)) {
            None => Ok(loaded.assets),
            Some(id) => {
                let message = format!("there is no image asset:{id}, or it is not yours");
                Err(Refusal::invalid("markdown", message).into())
            }
        }
    }
}

fn complete(post: &Post, loaded: &Loaded) -> Result<String, Attempt> {
    if post.draft.title.is_empty() {
        return Err(Refusal::Incomplete { missing: "title" }.into());
    }
    let body = loaded.body.clone().ok_or(PortError::Corrupt {
        table: "working copy",
        field: "body",
        id: post.id.to_string(),
    })?;
    if body.trim().is_empty() {
        return Err(Refusal::Incomplete { missing: "markdown" }.into());
    }
    Ok(body)
}

fn published(
    before: &Post,
    rendered: &Rendered,
    slug: Slug,
    renderer: u32,
    now: Timestamp,
) -> Post {
    let draft = &before.draft;
    let (former_slugs, revisions) = (former_slugs(before, &slug), revisions(before));
    Post {
        former_slugs,
        revisions,
        version: before.version + 1,
        status: PostStatus::Published,
        published_at: before.published_at.or(Some(now)),
        published: Some(Published {
            revision: draft.revision,
            title: draft.title.clone(),
            tags: draft.tags.clone(),
            category: draft.category,
            slug,
            content: draft.content.clone(),
            excerpt: rendered.excerpt.clone(),
            language: rendered.language,
            assets: rendered.assets.clone(),
            updated_at: now,
            renderer,
        }),
        ..before.clone()
    }
}

/// The slugs that lead on: those that did, and the one that readers know until now.
fn former_slugs(before: &Post, present: &Slug) -> Vec<Slug> {
    let until_now = before.published.iter().map(|published| &published.slug);
    let former = before.former_slugs.iter().chain(until_now).filter(|slug| *slug != present);
    last(former.cloned(), FORMER_SLUGS)
}

/// The revisions that are kept when the working copy is published.
fn revisions(before: &Post) -> Vec<Revision> {
    let until_now = before.published.iter().map(|published| published.revision);
    let draft = before.draft.revision;
    let earlier = before.revisions.iter().copied().chain(until_now).filter(|kept| *kept != draft);
    last(earlier.chain([draft]), REVISIONS)
}

/// The last `most` of them, each once, where it stood first.
fn last<T: PartialEq>(all: impl Iterator<Item = T>, most: usize) -> Vec<T> {
    let mut kept: Vec<T> = vec![];
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept.drain(..kept.len().saturating_sub(most));
    kept
}

/// An image of the article that the post has not taken up.
fn unknown_image<'a>(post: &Post, rendered: &'a Rendered) -> Option<&'a AssetId> {
    rendered.assets.iter().find(|asset| !post.uploads.contains(asset) && !post.uses.contains(asset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::tests::published;

    fn slug(text: &str) -> Slug {
        Slug::of_title(text)
    }

    #[test]
    fn a_former_slug_leads_on_until_it_is_the_present_one_again() {
        let mut post = published(1);
        post.former_slugs = former_slugs(&post, &slug("b"));
        assert_eq!(post.former_slugs, [slug("title")]);
        post.published.as_mut().unwrap().slug = slug("b");
        post.former_slugs = former_slugs(&post, &slug("title"));
        assert_eq!(post.former_slugs, [slug("b")]);
    }

    #[test]
    fn the_last_fifty_revisions_are_kept_the_present_one_among_them() {
        let mut post = published(1);
        for revision in 2..=60 {
            post.draft.revision = Revision(revision);
            post.revisions = revisions(&post);
            post.published.as_mut().unwrap().revision = Revision(revision);
        }
        assert_eq!(post.revisions, (11..=60).map(Revision).collect::<Vec<_>>());
        // Unpublished and published again: the same revision, once.
        assert_eq!(revisions(&post), post.revisions);
    }
}
