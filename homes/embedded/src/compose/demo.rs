//! The demo blog: posts about this very system, written and published as an author would.
//!
//! Only the texts and the pictures are shipped. Speech, summaries, image sizes and the index are made
//! by the pipelines, as of any post.

use std::sync::Arc;

use bytes::Bytes;
use domain::account::{Role, User};
use domain::actions::{
    AcceptUpload, ActionError, CreatePost, PostInput, PublishPost, Refusal, RequestUpload,
    UpdatePost, UploadInput,
};
use domain::asset::AssetStatus;
use domain::ports::{Clock, ContentRenderer, IdSource, Objects, PortError, Posts, Wanted};
use domain::post::{Post, PostStatus, hex};
use domain::{AssetId, Slug, UserId};
use embedded_objects::FolderObjects;
use futures_util::stream;
use sha2::{Digest, Sha256};
use store::{Blog, Demo, Entity, EntityKey};

use super::upkeep::{Upkeep, UpkeepError};

/// The posts, in the order in which they are published, and their pictures.
#[derive(rust_embed::Embed)]
#[folder = "demo/"]
struct Shipped;

/// Makes the demo blog in a blog that is there.
pub struct DemoBlog {
    /// The blog.
    pub blog: Blog,
    /// Where pictures go.
    pub objects: FolderObjects,
    /// Makes the articles.
    pub renderer: Arc<dyn ContentRenderer>,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
}

/// A post as it is shipped.
struct Shipment {
    title: String,
    slug: String,
    tags: Vec<String>,
    pictures: Vec<String>,
    markdown: String,
}

impl DemoBlog {
    /// Makes what is not there yet, post by post; gives how many were published. Broken off at any
    /// point and called again it goes on where it was, and doubles nothing.
    ///
    /// # Errors
    /// A failure of a port; a slug that another post has.
    #[tracing::instrument(name = "demo.make", skip_all)]
    pub async fn make(&self) -> Result<usize, ActionError> {
        let demo = match self.blog.demo().await? {
            Some(demo) => demo,
            None => self.begin().await?,
        };
        if demo.done {
            return Ok(0);
        }
        let mut published = 0;
        for shipment in shipments() {
            published += usize::from(self.publish(&demo.author, &shipment).await?);
        }
        self.blog.finish_demo(&demo).await?;
        Ok(published)
    }

    /// Makes the author, and nothing else.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn begin(&self) -> Result<Demo, PortError> {
        self.blog.begin_demo(&self.author()).await
    }

    /// Has no password, and an address that cannot exist.
    fn author(&self) -> User {
        User {
            id: UserId::from_bits(self.ids.fresh()),
            email: "demo@deepdive.invalid".to_owned(),
            nickname: "Deepdive".to_owned(),
            bio: "Posts that came with this blog. They pass to the owner.".to_owned(),
            role: Role::Author,
            created_at: self.clock.now(),
        }
    }

    async fn publish(&self, author: &UserId, shipment: &Shipment) -> Result<bool, ActionError> {
        let (posts, clock, ids) = (&self.blog, &*self.clock, &*self.ids);
        let mut post = match self.begun(author, &shipment.slug).await? {
            Some(post) => post,
            None => {
                let input = PostInput {
                    title: Some(shipment.title.clone()),
                    tags: Some(shipment.tags.clone()),
                    slug: Some(shipment.slug.clone()),
                    ..PostInput::default()
                };
                CreatePost { posts, clock, ids }.run(author, input, None).await?
            }
        };
        if post.status != PostStatus::Draft {
            return Ok(false);
        }
        let mut markdown = shipment.markdown.clone();
        for name in &shipment.pictures {
            let image = self.picture(author, &post, name).await?;
            markdown = markdown.replace(&format!("]({name})"), &format!("](asset:{image})"));
        }
        let (id, revision) = (post.id.clone(), post.draft.revision);
        let input = PostInput { markdown: Some(markdown), ..PostInput::default() };
        post = UpdatePost { posts, clock, ids }.run(author, &id, revision, input, None).await?;
        let publish = PublishPost { posts, renderer: &*self.renderer, clock, ids };
        publish.run(author, &id, post.draft.revision, None).await?;
        tracing::info!(post.id = %id, slug = shipment.slug, "a demo post was published");
        Ok(true)
    }

    /// The author's post at an address, published or reserved.
    async fn begun(&self, author: &UserId, slug: &str) -> Result<Option<Post>, PortError> {
        let Ok(slug) = Slug::parse(slug) else { return Ok(None) };
        let key = EntityKey::Slug(slug);
        let Some(Entity::SlugTarget(target)) =
            self.blog.entities(std::slice::from_ref(&key)).await?.remove(&key)
        else {
            return Ok(None);
        };
        let wanted = Wanted { post: Some(target.post), ..Wanted::default() };
        Ok(self.blog.load(&wanted).await?.post.filter(|post| post.author == *author))
    }

    /// The image of a file, uploaded by a ticket as any other is.
    async fn picture(
        &self,
        author: &UserId,
        post: &Post,
        name: &str,
    ) -> Result<AssetId, ActionError> {
        let (posts, clock, ids) = (&self.blog, &*self.clock, &*self.ids);
        let wanted = Wanted { assets: post.uploads.clone(), ..Wanted::default() };
        let uploaded = self.blog.load(&wanted).await?.assets.into_iter().find(|asset| {
            let there = !matches!(asset.status, AssetStatus::AwaitingUpload | AssetStatus::Failed);
            asset.filename == name && there
        });
        if let Some(asset) = uploaded {
            return Ok(asset.id);
        }
        let file = Shipped::get(name).ok_or(Refusal::NotFound)?;
        let bytes = Bytes::from(file.data.into_owned());
        let content_type = if name.ends_with(".png") { "image/png" } else { "image/jpeg" };
        let input = UploadInput {
            post: post.id.clone(),
            filename: name.to_owned(),
            content_type: content_type.to_owned(),
            length: bytes.len() as u64,
            sha256: hex(&Sha256::digest(&bytes)),
        };
        let objects: &dyn Objects = &self.objects;
        let request = RequestUpload { posts, objects, clock, ids };
        let (asset, ticket) = request.run(author, input, None).await?;
        let token = ticket.url.rsplit('/').next().unwrap_or_default();
        let length = Some(bytes.len() as u64);
        let body = stream::iter([Ok::<_, std::io::Error>(bytes)]);
        self.objects
            .accept_upload(token, Some(content_type), length, body)
            .await
            .map_err(|refused| PortError::backend("the object store", refused))?;
        AcceptUpload { posts, objects, clock, ids }.run(&asset.id).await?;
        Ok(asset.id)
    }
}

/// Makes the demo blog in a data folder that no server has, whatever else is in it. Gives how many
/// posts were published.
///
/// # Errors
/// [`UpkeepError`].
pub async fn make_demo(upkeep: &Upkeep) -> Result<usize, UpkeepError> {
    Ok(demo_blog(upkeep).make().await?)
}

/// Removes the posts of the demo blog with all that belongs to them, also when the owner has them now;
/// gives how many. Those whose address the owner has taken for another post stay.
///
/// # Errors
/// [`UpkeepError`].
pub async fn remove_demo(upkeep: &Upkeep) -> Result<usize, UpkeepError> {
    let demo_blog = demo_blog(upkeep);
    let Some(demo) = demo_blog.blog.demo().await? else { return Ok(0) };
    let held = demo_blog.objects.inventory().await?;
    let mut removed = 0;
    for shipment in shipments() {
        let Some(post) = demo_blog.begun(&demo.author, &shipment.slug).await? else { continue };
        let images = post.uploads.iter().map(ToString::to_string);
        let owners: Vec<String> = images.chain([post.id.to_string()]).collect();
        demo_blog.blog.erase(&post.id).await?;
        for (key, _) in &held {
            let owner = key.as_str().split('/').next().unwrap_or_default();
            if owners.iter().any(|own| own == owner) {
                demo_blog.objects.delete(key).await?;
            }
        }
        removed += 1;
    }
    upkeep.drop_index()?;
    demo_blog.blog.forget_demo(&Demo { done: true, ..demo }).await?;
    Ok(removed)
}

fn demo_blog(upkeep: &Upkeep) -> DemoBlog {
    let records = upkeep.records();
    DemoBlog {
        blog: records.blog.clone(),
        objects: upkeep.objects().clone(),
        renderer: Arc::new(content::MarkdownRenderer),
        clock: records.clock.clone(),
        ids: records.ids.clone(),
    }
}

/// All that are shipped, in the order of their names.
fn shipments() -> Vec<Shipment> {
    let mut names: Vec<_> = Shipped::iter().filter(|name| name.ends_with(".md")).collect();
    names.sort_unstable();
    names.iter().filter_map(|name| shipment(&Shipped::get(name)?.data)).collect()
}

/// Lines of `name: value`, a line of `---`, and the text.
fn shipment(file: &[u8]) -> Option<Shipment> {
    let (head, markdown) = std::str::from_utf8(file).ok()?.split_once("\n---\n")?;
    let value = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
    };
    let list = |name: &str| -> Vec<String> {
        let listed = value(name).unwrap_or_default();
        listed.split(", ").filter(|one| !one.is_empty()).map(str::to_owned).collect()
    };
    Some(Shipment {
        title: value("title")?,
        slug: value("slug")?,
        tags: list("tags"),
        pictures: list("pictures"),
        markdown: markdown.to_owned(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use domain::text::Language;

    #[test]
    fn six_posts_are_shipped_half_of_them_korean_each_with_pictures_code_and_tags() {
        let shipments = shipments();
        let korean = |shipment: &&Shipment| {
            content::MarkdownRenderer.render(&shipment.markdown).language == Language::Korean
        };
        assert_eq!((shipments.len(), shipments.iter().filter(korean).count()), (6, 3));
        for Shipment { title, slug, tags, pictures, markdown } in &shipments {
            Slug::parse(slug).unwrap();
            assert!(tags.len() >= 3 && !pictures.is_empty(), "{title}");
            assert!(markdown.contains("\n```"), "{title} has code");
            for name in pictures {
                assert!(Shipped::get(name).is_some(), "{title} has no {name}");
                assert_eq!(markdown.matches(&format!("]({name})")).count(), 1, "{title}: {name}");
            }
        }
    }
}
