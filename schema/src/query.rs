//! The root of queries.

use async_graphql::{Context, ID, Object, OneofObject, Result};
use domain::post::BODY_BYTES;
use domain::stage::{StageId, StageKind, Subject};
use domain::{Slug, UserId};
use futures_util::future::{join, join_all};
use store::{EntityKey, SlugHint, SlugTarget};

use crate::error::Code;
use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::page::List;
use crate::parts::Parts;
use crate::request::{or_fault, render};
use crate::types::enums::Category;
use crate::types::node::Node;
use crate::types::picture::{SIGNED_FOR, pictures};
use crate::types::post::{Post, PostConnection};
use crate::types::rendered::{Heading, RenderedMarkdown};
use crate::types::search::SearchConnection;
use crate::types::site::Site;
use crate::types::tag::Tag;
use crate::types::viewer::Viewer as ViewerType;
use crate::viewer::Viewer;

/// The most ids of one `nodes`.
const NODES: usize = 50;

/// How to name a post; exactly one of them.
#[derive(OneofObject)]
pub enum PostBy {
    /// By its id.
    Id(ID),
    /// By its slug, as it stands in the post's address.
    Slug(String),
}

/// What can be asked.
pub struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// What this blog is.
    async fn site(&self) -> Site {
        Site
    }

    /// Who asks; null for a guest.
    async fn viewer(&self, context: &Context<'_>) -> Option<Result<ViewerType>> {
        find_viewer(context).await.transpose()
    }

    /// Anything that has an id; null where there is nothing (to be seen).
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "As `Node.id` told it.")] id: ID,
    ) -> Option<Result<Node>> {
        Node::find(context, &id).await.transpose()
    }

    /// At most 50 ids; null where there is nothing (to be seen).
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "As `Node.id` told them.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node>>>> {
        if ids.len() > NODES {
            return Err(Code::BadUserInput.error(format!("`ids` has at most {NODES} entries")));
        }
        let nodes = join_all(ids.iter().map(|id| Node::find(context, id))).await;
        Ok(nodes.into_iter().map(Result::transpose).collect())
    }

    /// A post by id or by slug; null where there is none (to be seen).
    async fn post(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How to name it.")] by: PostBy,
    ) -> Option<Result<Post>> {
        find_post(context, by).await.transpose()
    }

    /// What everybody may read, newest first.
    async fn posts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
        #[graphql(desc = "Those of one category; all when not given.")] category: Option<Category>,
    ) -> Result<PostConnection> {
        let category = category.map(domain::post::Category::from);
        let list = match category {
            None => List::new("feed"),
            Some(category) => List::new(format!("feed:{}", category.name())),
        };
        let asked = list.asked(context, first, 20, after.as_deref())?;
        let previous = asked.after.is_some();
        let blog = Loaders::of(context).blog();
        let page = match category {
            None => blog.feed(&asked.into()).await,
            Some(category) => blog.posts_in(category, &asked.into()).await,
        };
        let page = or_fault(context, page)?;
        Ok(PostConnection::listed(list, page, previous, Viewer::of(context)?.id()))
    }

    /// The tags that most listed posts have, those with most posts first. May be a moment late.
    async fn tags(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<Tag>> {
        Tag::popular(context, first).await
    }

    /// A tag, in whatever case it is written; null when no listed post has it.
    async fn tag(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "As posts show it.")] name: String,
    ) -> Option<Result<Tag>> {
        Tag::find(context, &name).await.transpose()
    }

    /// Finds posts by words, Korean by morphemes. Best first. When no post has all of the words, slips
    /// of the finger are forgiven: see `similar`. A blog may be without it: see `Site.searchAvailable`.
    async fn search(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Any text; at most 200 characters.")] query: String,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(10)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
        #[graphql(
            desc = "Whether the last word may be half typed: it then also finds what begins so, in \
                    Korean from half a syllable.",
            default
        )]
        as_you_type: bool,
    ) -> Result<SearchConnection> {
        SearchConnection::find(context, query, first, after, as_you_type).await
    }

    /// Renders Markdown exactly as publishing would. For signed-in authors.
    async fn render_markdown(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "At most 200 KB.")] markdown: String,
    ) -> Result<RenderedMarkdown> {
        let author = Viewer::of(context)?.author().map_err(|barred| barred.error())?;
        if markdown.len() > BODY_BYTES {
            let message = format!("a body has at most {BODY_BYTES} bytes");
            return Err(Code::BadUserInput.error(message));
        }
        let rendered = render(context, markdown).await?;
        let shown = &rendered.assets[..rendered.assets.len().min(domain::post::ASSETS)];
        let pictures = pictures(context, &author.user, shown, Some(SIGNED_FOR)).await?;
        Ok(RenderedMarkdown {
            html: Parts::of(context).renderer.fill_images(&rendered.html, &pictures),
            headings: rendered.headings.into_iter().map(Heading::from).collect(),
            language: rendered.language.into(),
            excerpt: rendered.excerpt,
        })
    }
}

async fn find_viewer(context: &Context<'_>) -> Result<Option<ViewerType>> {
    let Some(id) = Viewer::of(context)?.id() else { return Ok(None) };
    let user = Loaders::of(context).user(id.clone()).await?;
    Ok(user.map(ViewerType::from))
}

/// What the fields that are asked of a post will read, as far as its slug tells: all of it and the post
/// are one batch then.
fn wanted(context: &Context<'_>, target: &SlugTarget, viewer: Option<&UserId>) -> Vec<EntityKey> {
    let Some(SlugHint { author, revision, assets }) = &target.hint else { return vec![] };
    let post = &target.post;
    let asked = |field: &str| context.look_ahead().field(field).exists();
    let stage = |kind| EntityKey::Stage(StageId { subject: Subject::Post(post.clone()), kind });
    let mut wanted = vec![];
    if asked("html") || asked("headings") {
        wanted.push(EntityKey::Article(post.clone(), *revision));
    }
    if asked("author") {
        wanted.push(EntityKey::User(author.clone()));
    }
    if asked("html") {
        wanted.extend(assets.iter().cloned().map(EntityKey::Asset));
    } else if asked("cover") {
        wanted.extend(assets.first().cloned().map(EntityKey::Asset));
    }
    for (field, kind) in [("summary", StageKind::Summary), ("speech", StageKind::Speech)] {
        if asked(field) {
            wanted.push(stage(kind));
        }
    }
    if viewer == Some(author)
        && context.look_ahead().field("workingCopy").field("markdown").exists()
    {
        wanted.push(EntityKey::Body(post.clone()));
    }
    wanted
}

async fn find_post(context: &Context<'_>, by: PostBy) -> Result<Option<Post>> {
    let loaders = Loaders::of(context);
    let viewer = Viewer::of(context)?;
    let post = match by {
        PostBy::Id(id) => match GlobalId::post(&id) {
            Some(id) => loaders.post(id).await?,
            None => None,
        },
        PostBy::Slug(slug) => {
            let Ok(slug) = Slug::parse(&slug) else { return Ok(None) };
            let Some(target) = loaders.slug(slug).await? else { return Ok(None) };
            let wanted = wanted(context, &target, viewer.id());
            join(loaders.post(target.post), loaders.prefetch(wanted)).await.0?
        }
    };
    Ok(post.and_then(|post| Post::seen(post, viewer.id())))
}
