//! What everybody may read, by the table.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use domain::account::User;
use domain::asset::Asset;
use domain::ports::{ContentRenderer, Objects, Picture, PictureVariant, PortError, Posts};
use domain::post::{Article as Rendered, Post, Published};
use domain::stage::{StageId, StageKind, StageResult, Subject};
use domain::{AssetId, Slug, Tag, Timestamp, UserId};
use store::{Beside, Blog, Entity, EntityKey, PageRequest, SlugHint, SlugTarget};

use super::{Article, Card, Cover, Listed, Place, Reading, Titled};

/// Table, objects and renderer: what a guest may see is decided by the posts' rows.
pub struct TableReading {
    /// Posts and people.
    pub blog: Blog,
    /// Addresses of images and audio.
    pub objects: Arc<dyn Objects>,
    /// Fills pictures into articles.
    pub renderer: Arc<dyn ContentRenderer>,
    /// What the blog is called.
    pub site_title: String,
}

/// Table calls of one page or feed at most.
const CALLS: u32 = 25;

type Rows = HashMap<EntityKey, Entity>;

#[async_trait]
impl Reading for TableReading {
    fn site_title(&self) -> &str {
        &self.site_title
    }

    async fn article(&self, slug: &Slug) -> Result<Option<Article>, PortError> {
        let blog = self.blog.within(CALLS);
        let key = EntityKey::Slug(slug.clone());
        let mut rows = blog.entities(std::slice::from_ref(&key)).await?;
        let Some(Entity::SlugTarget(SlugTarget { post, hint })) = rows.remove(&key) else {
            return Ok(None);
        };
        // With the hint, one batch brings the post and all that hangs on it.
        let mut keys = vec![EntityKey::Post(post.clone())];
        if let Some(SlugHint { author, revision, assets }) = &hint {
            keys.push(EntityKey::Article(post.clone(), *revision));
            keys.push(EntityKey::User(author.clone()));
            keys.extend(assets.iter().cloned().map(EntityKey::Asset));
        }
        for kind in [StageKind::Summary, StageKind::Speech] {
            keys.push(stage(&post, kind));
        }
        let mut rows = blog.entities(&keys).await?;
        let Some(Entity::Post(post)) = rows.remove(&EntityKey::Post(post)) else {
            return Ok(None);
        };
        if !post.visible_to(None) {
            return Ok(None);
        }
        let Some(live) = post.live() else { return Ok(None) };
        let missing: Vec<EntityKey> =
            hanging_on(&post, live).into_iter().filter(|key| !keys.contains(key)).collect();
        if !missing.is_empty() {
            rows.extend(blog.entities(&missing).await?);
        }
        let Some(mut article) = self.read(&blog, &post, live, &rows).await? else {
            return Ok(None);
        };
        article.summary = match result(&rows, &post, live, StageKind::Summary) {
            Some(StageResult::Summary(summary)) => summary.sentences.clone(),
            _ => vec![],
        };
        if let Some(StageResult::Speech { audio, duration_ms, .. }) =
            result(&rows, &post, live, StageKind::Speech)
        {
            article.speech = Some((self.objects.url(audio, None).await?, *duration_ms));
        }
        if post.listed() {
            article.previous = blog.beside(&post, Beside::Older).await?.and_then(titled);
            article.next = blog.beside(&post, Beside::Newer).await?.and_then(titled);
        }
        Ok(Some(article))
    }

    async fn newest(&self, list: &Listed, posts: u32) -> Result<Vec<Card>, PortError> {
        let blog = self.blog.within(CALLS);
        let request = PageRequest { first: posts, after: None };
        let page = match list {
            Listed::Feed(None) => blog.feed(&request).await?,
            Listed::Feed(Some(category)) => blog.posts_in(*category, &request).await?,
            Listed::Tag(tag) => blog.posts_with(&tag.key(), &request).await?,
        };
        let posts = listed(page.items);
        let mut keys = vec![];
        for (post, live) in seen(&posts) {
            keys.push(EntityKey::User(post.author.clone()));
            keys.extend(live.assets.first().cloned().map(EntityKey::Asset));
        }
        let rows = if keys.is_empty() { Rows::new() } else { blog.entities(&keys).await? };
        let mut cards = vec![];
        for (post, live) in seen(&posts) {
            cards.extend(self.card(post, live, &rows).await?);
        }
        Ok(cards)
    }

    async fn newest_articles(&self, posts: u32) -> Result<Vec<Article>, PortError> {
        let blog = self.blog.within(CALLS);
        let page = blog.feed(&PageRequest { first: posts, after: None }).await?;
        let posts = listed(page.items);
        let keys: Vec<EntityKey> =
            seen(&posts).flat_map(|(post, live)| hanging_on(post, live)).collect();
        let rows = if keys.is_empty() { Rows::new() } else { blog.entities(&keys).await? };
        let mut articles = vec![];
        for (post, live) in seen(&posts) {
            articles.extend(self.read(&blog, post, live, &rows).await?);
        }
        Ok(articles)
    }

    async fn tag(&self, tag: &Tag) -> Result<Option<Tag>, PortError> {
        let key = EntityKey::Tag(tag.key());
        Ok(match self.blog.entities(std::slice::from_ref(&key)).await?.remove(&key) {
            Some(Entity::Tag(counted)) if counted.posts > 0 => Some(counted.tag),
            _ => None,
        })
    }

    async fn tags(&self, tags: u32) -> Result<Vec<Tag>, PortError> {
        let tags = self.blog.popular_tags(tags).await?;
        Ok(tags.into_iter().map(|counted| counted.tag).collect())
    }

    async fn places(
        &self,
        from: Timestamp,
        until: Timestamp,
        posts: u32,
    ) -> Result<Vec<Place>, PortError> {
        let posts = self.blog.published_between(from, until, posts).await?;
        let place = |post: Post| {
            let live = post.published.as_ref().filter(|_| post.listed())?;
            let (slug, updated_at) = (live.slug.clone(), live.updated_at);
            Some(Place { slug, published_at: post.published_at?, updated_at })
        };
        Ok(posts.into_iter().filter_map(place).collect())
    }
}

impl TableReading {
    /// A post with its article; `None` when a row is gone that belongs to it.
    async fn read(
        &self,
        blog: &Blog,
        post: &Post,
        live: &Published,
        rows: &Rows,
    ) -> Result<Option<Article>, PortError> {
        let Some(card) = self.card(post, live, rows).await? else { return Ok(None) };
        let Some(rendered) = self.rendered(blog, post, live, rows).await? else { return Ok(None) };
        let mut pictures = HashMap::new();
        for id in &live.assets {
            if let Some(asset) = own_asset(rows, id, &post.author)
                && let (Some(width), Some(height)) = (asset.width, asset.height)
            {
                let variants = self.variants(asset).await?;
                pictures.insert(id.clone(), Picture { width, height, variants });
            }
        }
        Ok(Some(Article {
            card,
            listed: post.listed(),
            html: self.renderer.fill_images(&rendered.html, &pictures),
            headings: rendered.headings,
            summary: vec![],
            speech: None,
            previous: None,
            next: None,
        }))
    }

    /// The stored article, made again when an older renderer made it.
    async fn rendered(
        &self,
        blog: &Blog,
        post: &Post,
        live: &Published,
        rows: &Rows,
    ) -> Result<Option<Rendered>, PortError> {
        if live.renderer == self.renderer.version() {
            let key = EntityKey::Article(post.id.clone(), live.revision);
            return Ok(match rows.get(&key) {
                Some(Entity::Article(article)) => Some(article.clone()),
                _ => None,
            });
        }
        let Some(body) = blog.published_body(&post.id, live.revision).await? else {
            return Ok(None);
        };
        let rendered = self.renderer.render(&body);
        Ok(Some(Rendered { html: rendered.html, headings: rendered.headings }))
    }

    async fn card(
        &self,
        post: &Post,
        live: &Published,
        rows: &Rows,
    ) -> Result<Option<Card>, PortError> {
        let (Some(published_at), Some(titled)) = (post.published_at, titled(post.clone())) else {
            return Ok(None);
        };
        let Some(author) = user(rows, &post.author) else { return Ok(None) };
        let first = live.assets.first().and_then(|id| own_asset(rows, id, &post.author));
        let variants = match first {
            Some(asset) => self.variants(asset).await?,
            None => vec![],
        };
        let cover = variants.into_iter().map(|PictureVariant { width, height, url }| Cover {
            width,
            height,
            url,
        });
        Ok(Some(Card {
            id: post.id.clone(),
            titled,
            excerpt: live.excerpt.clone(),
            tags: live.tags.clone(),
            author: author.nickname.clone(),
            published_at,
            updated_at: live.updated_at,
            cover: cover.collect(),
        }))
    }

    async fn variants(&self, asset: &Asset) -> Result<Vec<PictureVariant>, PortError> {
        let mut variants = Vec::with_capacity(asset.variants.len());
        for variant in &asset.variants {
            let url = self.objects.url(&variant.key, None).await?;
            variants.push(PictureVariant { width: variant.width, height: variant.height, url });
        }
        Ok(variants)
    }
}

/// Those that stand in lists: what a row says of itself, not that it is there, decides.
fn listed(items: Vec<(String, Post)>) -> Vec<Post> {
    items.into_iter().map(|(_, post)| post).filter(Post::listed).collect()
}

fn seen(posts: &[Post]) -> impl Iterator<Item = (&Post, &Published)> {
    posts.iter().filter_map(|post| Some((post, post.live()?)))
}

/// Rows that the page of a post needs beside its own.
fn hanging_on(post: &Post, live: &Published) -> Vec<EntityKey> {
    let mut keys = vec![
        EntityKey::Article(post.id.clone(), live.revision),
        EntityKey::User(post.author.clone()),
    ];
    keys.extend(live.assets.iter().cloned().map(EntityKey::Asset));
    keys
}

fn titled(post: Post) -> Option<Titled> {
    let live = post.live()?;
    let (slug, title) = (live.slug.clone(), live.title.clone());
    Some(Titled { slug, title, language: live.language })
}

fn user<'a>(rows: &'a Rows, id: &UserId) -> Option<&'a User> {
    match rows.get(&EntityKey::User(id.clone())) {
        Some(Entity::User(user)) => Some(user),
        _ => None,
    }
}

fn own_asset<'a>(rows: &'a Rows, id: &AssetId, author: &UserId) -> Option<&'a Asset> {
    match rows.get(&EntityKey::Asset(id.clone())) {
        Some(Entity::Asset(asset)) if asset.author == *author => Some(asset),
        _ => None,
    }
}

fn stage(post: &domain::PostId, kind: StageKind) -> EntityKey {
    EntityKey::Stage(StageId { subject: Subject::Post(post.clone()), kind })
}

/// What a stage made of exactly the content that readers see.
fn result<'a>(
    rows: &'a Rows,
    post: &Post,
    live: &Published,
    kind: StageKind,
) -> Option<&'a StageResult> {
    match rows.get(&stage(&post.id, kind)) {
        Some(Entity::Stage(stage)) => stage.result_for(&live.content),
        _ => None,
    }
}
