//! The GraphQL type `Post`, and pages of posts.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Object, Result};
use domain::post::{Article, Published};
use domain::stage::{StageId, StageKind, StageResult, Subject};
use domain::{AssetId, Tag, UserId};
use futures_util::future::{try_join, try_join_all};
use store::{Beside, Listing};

use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::page::{List, PageInfo, Place};
use crate::parts::Parts;
use crate::request::{corrupt, or_fault};
use crate::scalars::DateTime;
use crate::types::enums::{Category, Language, PostStatus, Visibility};
use crate::types::picture::{Picture, SIGNED_FOR, pictures};
use crate::types::rendered::Heading;
use crate::types::revision::RevisionConnection;
use crate::types::speech::{Speech, Summary};
use crate::types::stage::Stage;
use crate::types::user::User;
use crate::types::working_copy::WorkingCopy;
use crate::viewer::Viewer;

/// A post as somebody may see it.
#[derive(Clone)]
pub struct Post {
    row: Arc<domain::post::Post>,
    /// Whether it is the viewer's.
    own: bool,
    /// Whether it comes from a list of what readers see, whose rows know nothing of what the author
    /// saved since.
    from_list: bool,
}

impl Post {
    /// The post, if `viewer` may see it. There is no other way to make one.
    pub(crate) fn seen(row: domain::post::Post, viewer: Option<&UserId>) -> Option<Self> {
        let own = row.owned_by(viewer);
        row.visible_to(viewer).then(|| Post { row: Arc::new(row), own, from_list: false })
    }

    /// Whether it stands in the lists and in search.
    pub(crate) fn listed(&self) -> bool {
        self.row.listed()
    }

    /// What readers see; none only for its author, before the first publication. Who sees the post
    /// without being its author sees it because this is live.
    fn published(&self) -> Option<&Published> {
        self.row.published.as_ref()
    }

    /// How long addresses of its media are good for; lasting where everybody may see it.
    fn media_valid_for(&self) -> Option<Duration> {
        (!self.row.visible_to(None)).then_some(SIGNED_FOR)
    }
}

/// An article. What a viewer may not see does not exist for them.
#[Object]
impl Post {
    /// For its whole life; works with `node(id:)` and `pipeline(postId:)`.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Post(self.row.id.clone()).into()
    }

    /// The readable part of its address. Null before the first publication, unless the author gave one.
    async fn slug(&self) -> Option<&str> {
        let slug = match self.published() {
            Some(published) => Some(&published.slug),
            None => self.row.draft.slug.as_ref(),
        };
        slug.map(domain::Slug::as_str)
    }

    /// As published; for the author of a post that was never published, as in the working copy.
    async fn title(&self) -> &str {
        self.published().map_or(&self.row.draft.title, |published| &published.title)
    }

    /// The first words, at most 150 characters; empty before the first publication.
    async fn excerpt(&self) -> &str {
        self.published().map_or("", |published| &published.excerpt)
    }

    /// The rendered article as published, with its pictures; empty before the first publication.
    async fn html(&self, context: &Context<'_>) -> Result<String> {
        let Some(published) = self.published() else { return Ok(String::new()) };
        let valid_for = self.media_valid_for();
        let (article, pictures) = try_join(
            self.article(context, published),
            pictures(context, &self.row.author, &published.assets, valid_for),
        )
        .await?;
        Ok(Parts::of(context).renderer.fill_images(&article.html, &pictures))
    }

    /// Headings of the article as published, in document order.
    async fn headings(&self, context: &Context<'_>) -> Result<Vec<Heading>> {
        let Some(published) = self.published() else { return Ok(vec![]) };
        let article = self.article(context, published).await?;
        Ok(article.headings.into_iter().map(Heading::from).collect())
    }

    /// As published, without doubles; before that, as in the working copy.
    async fn tags(&self) -> Vec<&str> {
        let tags = self.published().map_or(&self.row.draft.tags, |published| &published.tags);
        tags.iter().map(Tag::display).collect()
    }

    /// Which list it stands in, as published; before that, as in the working copy.
    async fn category(&self) -> Category {
        let draft = self.row.draft.category;
        self.published().map_or(draft, |published| published.category).into()
    }

    /// The listed post that was published just before this one; null for a post that is in no list.
    async fn previous(&self, context: &Context<'_>) -> Option<Result<Post>> {
        self.beside(context, Beside::Older).await.transpose()
    }

    /// The listed post that was published just after this one; null for a post that is in no list.
    async fn next(&self, context: &Context<'_>) -> Option<Result<Post>> {
        self.beside(context, Beside::Newer).await.transpose()
    }

    /// Who wrote it, with the profile as it is now.
    async fn author(&self, context: &Context<'_>) -> Result<User> {
        let author = Loaders::of(context).user(self.row.author.clone()).await?;
        let author = author.ok_or_else(|| corrupt(context, "post", "author", &self.row.id));
        author.map(User::from)
    }

    /// Where it is in its life.
    async fn status(&self) -> PostStatus {
        self.row.status.into()
    }

    /// Who may see it once it is published.
    async fn visibility(&self) -> Visibility {
        self.row.visibility.into()
    }

    /// Of most of the text; before the first publication, of the title.
    async fn language(&self) -> Language {
        let of_title = || domain::text::Language::of(&self.row.draft.title);
        self.published().map_or_else(of_title, |published| published.language).into()
    }

    /// When it was first published: its place in the lists.
    async fn published_at(&self) -> Option<DateTime> {
        self.row.published_at.map(DateTime)
    }

    /// When the published revision was published; before that, when the working copy was last saved.
    async fn updated_at(&self) -> DateTime {
        let saved_at = self.row.draft.saved_at;
        self.published().map_or(saved_at, |published| published.updated_at).into()
    }

    /// When its author deleted it; null while it is not deleted. Nobody else sees a deleted post.
    async fn deleted_at(&self) -> Option<DateTime> {
        self.row.deleted_at.map(DateTime)
    }

    /// Until when a deleted post can be restored; then it is removed with all that belongs to it.
    async fn restorable_until(&self) -> Option<DateTime> {
        self.row.restorable_until().map(DateTime)
    }

    /// The first picture of the published article, once a size of it is made.
    async fn cover(&self, context: &Context<'_>) -> Option<Result<Picture>> {
        self.load_cover(context).await.transpose()
    }

    /// Three lines; null while there are none for the published content.
    async fn summary(&self, context: &Context<'_>) -> Option<Result<Summary>> {
        self.load_summary(context).await.transpose()
    }

    /// The spoken post; null while there is none for the published content.
    async fn speech(&self, context: &Context<'_>) -> Option<Result<Speech>> {
        self.load_speech(context).await.transpose()
    }

    /// What the author is writing; null for everybody else.
    async fn working_copy(&self, context: &Context<'_>) -> Option<Result<WorkingCopy>> {
        self.load_working_copy(context).await.transpose()
    }

    /// The published revisions that are kept, newest first: the last 50. Null for everybody but the
    /// author.
    async fn revisions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Option<Result<RevisionConnection>> {
        if !self.own {
            return None;
        }
        Some(RevisionConnection::of(context, &self.row, first, after).await)
    }

    /// The pipelines of this post, its images included; null for everybody but the author.
    async fn stages(&self, context: &Context<'_>) -> Option<Result<Vec<Stage>>> {
        self.load_stages(context).await.transpose()
    }
}

impl Post {
    /// The stored article, made again when an older renderer made it.
    async fn article(&self, context: &Context<'_>, published: &Published) -> Result<Article> {
        use domain::ports::Posts;

        let parts = Parts::of(context);
        if published.renderer == parts.renderer.version() {
            let id = self.row.id.clone();
            let article = Loaders::of(context).article(id, published.revision).await?;
            return article.ok_or_else(|| corrupt(context, "article", "html", &self.row.id));
        }
        let body =
            Loaders::of(context).blog().published_body(&self.row.id, published.revision).await;
        let body = or_fault(context, body)?
            .ok_or_else(|| corrupt(context, "revision", "body", &self.row.id))?;
        let rendered = crate::request::render(context, body).await?;
        Ok(Article { html: rendered.html, headings: rendered.headings })
    }

    async fn beside(&self, context: &Context<'_>, side: Beside) -> Result<Option<Post>> {
        if !self.listed() {
            return Ok(None);
        }
        let beside = Loaders::of(context).blog().beside(&self.row, side).await;
        let beside = or_fault(context, beside)?.filter(domain::post::Post::listed);
        let viewer = Viewer::of(context)?;
        let seen = beside.and_then(|row| Post::seen(row, viewer.id()));
        Ok(seen.map(|post| Post { from_list: true, ..post }))
    }

    async fn load_cover(&self, context: &Context<'_>) -> Result<Option<Picture>> {
        let Some(first) = self.published().and_then(|published| published.assets.first()) else {
            return Ok(None);
        };
        let first = std::slice::from_ref(first);
        let valid_for = self.media_valid_for();
        let pictures = pictures(context, &self.row.author, first, valid_for).await?;
        Ok(pictures.into_values().next().and_then(Picture::decoration))
    }

    async fn load_summary(&self, context: &Context<'_>) -> Result<Option<Summary>> {
        Ok(match self.result(context, StageKind::Summary).await? {
            Some(StageResult::Summary(summary)) => Some(summary.into()),
            _ => None,
        })
    }

    async fn load_speech(&self, context: &Context<'_>) -> Result<Option<Speech>> {
        Ok(match self.result(context, StageKind::Speech).await? {
            Some(StageResult::Speech { audio, duration_ms, marks }) => {
                let valid_for = self.media_valid_for();
                Some(Speech { audio, duration_ms, marks, valid_for })
            }
            _ => None,
        })
    }

    /// What a stage made of exactly the content that readers see.
    async fn result(&self, context: &Context<'_>, kind: StageKind) -> Result<Option<StageResult>> {
        let Some(published) = self.published() else { return Ok(None) };
        let stage = Loaders::of(context).stage(self.stage_id(kind)).await?;
        Ok(stage.and_then(|stage| stage.result_for(&published.content).cloned()))
    }

    async fn load_working_copy(&self, context: &Context<'_>) -> Result<Option<WorkingCopy>> {
        if !self.own {
            return Ok(None);
        }
        Ok(Some(WorkingCopy(self.present(context).await?)))
    }

    /// The row as it is now.
    async fn present(&self, context: &Context<'_>) -> Result<Arc<domain::post::Post>> {
        if !self.from_list {
            return Ok(self.row.clone());
        }
        let present = Loaders::of(context).post(self.row.id.clone()).await?;
        present.map(Arc::new).ok_or_else(|| corrupt(context, "post", "row", &self.row.id))
    }

    async fn load_stages(&self, context: &Context<'_>) -> Result<Option<Vec<Stage>>> {
        if !self.own {
            return Ok(None);
        }
        let loaders = Loaders::of(context);
        let post = self.present(context).await?;
        let stages = try_join_all(stage_ids(&post).into_iter().map(|id| loaders.stage(id)));
        let author = Some(&post.author);
        let seen = |stage: domain::stage::Stage| Stage::seen(&stage, author);
        Ok(Some(stages.await?.into_iter().flatten().filter_map(seen).collect()))
    }

    fn stage_id(&self, kind: StageKind) -> StageId {
        StageId { subject: Subject::Post(self.row.id.clone()), kind }
    }
}

/// The stages on a post's board: its own, those of images uploaded for it, those of images it shows.
pub(crate) fn stage_ids(post: &domain::post::Post) -> Vec<StageId> {
    let own = domain::post::Post::STAGES.into_iter();
    let own = own.map(|kind| StageId { subject: Subject::Post(post.id.clone()), kind });
    let images = board_assets(post).into_iter();
    let images = images.map(|id| StageId { subject: Subject::Asset(id), kind: StageKind::Image });
    own.chain(images).collect()
}

/// Images uploaded for a post, and others that it shows.
pub(crate) fn board_assets(post: &domain::post::Post) -> Vec<AssetId> {
    let shown = post.published.as_ref().map_or(&[][..], |published| &published.assets);
    let others = shown.iter().filter(|asset| !post.uploads.contains(asset));
    post.uploads.iter().chain(others).cloned().collect()
}

/// A page of posts.
pub struct PostConnection {
    list: List,
    /// Of all rows of the page, also of those that may not be seen (any more).
    positions: Vec<String>,
    posts: Vec<(String, Post)>,
    has_next: bool,
    has_previous: bool,
}

impl PostConnection {
    /// A page of a list that holds what everybody may read.
    pub(crate) fn listed(
        list: List,
        page: Listing<domain::post::Post>,
        has_previous: bool,
        viewer: Option<&UserId>,
    ) -> Self {
        let mut connection = Self::own(list, page, has_previous, viewer);
        connection.posts.retain(|(_, post)| post.listed());
        connection.posts.iter_mut().for_each(|(_, post)| post.from_list = true);
        connection
    }

    /// A page of a list that holds all posts of an author.
    pub(crate) fn own(
        list: List,
        page: Listing<domain::post::Post>,
        has_previous: bool,
        viewer: Option<&UserId>,
    ) -> Self {
        let has_next = page.has_next;
        let positions = page.items.iter().map(|(position, _)| position.clone()).collect();
        let seen = |(position, row)| Some((position, Post::seen(row, viewer)?));
        let posts = page.items.into_iter().filter_map(seen).collect();
        PostConnection { list, positions, posts, has_next, has_previous }
    }
}

/// A page of posts.
#[Object]
impl PostConnection {
    /// The posts with their cursors.
    async fn edges(&self) -> Vec<PostEdge<'_>> {
        let edge = |(position, node)| PostEdge { list: &self.list, position, node };
        self.posts.iter().map(|(position, node)| edge((position.as_str(), node))).collect()
    }

    /// The posts alone.
    async fn nodes(&self) -> Vec<&Post> {
        self.posts.iter().map(|(_, post)| post).collect()
    }

    /// The page's place in the list.
    async fn page_info(&self, context: &Context<'_>) -> PageInfo {
        let place = Place {
            has_next: self.has_next,
            has_previous: self.has_previous,
            start: self.positions.first().map(String::as_str),
            end: self.positions.last().map(String::as_str),
        };
        self.list.info(context, place)
    }
}

/// A post in a page.
pub struct PostEdge<'a> {
    list: &'a List,
    position: &'a str,
    node: &'a Post,
}

/// A post in a page.
#[Object]
impl PostEdge<'_> {
    /// Where it stands; `after` it, the list goes on. Opaque and signed.
    async fn cursor(&self, context: &Context<'_>) -> String {
        self.list.cursor(context, self.position)
    }

    /// The post.
    async fn node(&self) -> &Post {
        self.node
    }
}
