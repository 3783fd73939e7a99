//! Mutations of posts.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::actions::{
    CreatePost, DeletePost, PostInput, PublishPost, RestorePost, RestoreRevision, UnpublishPost,
    UpdatePost,
};
use domain::post::Revision;
use domain::{PostId, UserId};

use crate::global_id::GlobalId;
use crate::mutations::idempotency::idempotency_key;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::refusals::Refused;
use crate::types::enums::{Category, Visibility};
use crate::types::post::Post;
use crate::viewer::Viewer;

outcome! {
    /// What comes of `createPost`.
    CreatePostResult = CreatePostSuccess
        | InvalidInput(InvalidInputError)
        | SlugTaken(SlugTakenError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}
outcome! {
    /// What comes of `updatePost`.
    UpdatePostResult = UpdatePostSuccess
        | InvalidInput(InvalidInputError)
        | NotFound(NotFoundError)
        | StaleRevision(StaleRevisionError)
        | PostDeleted(PostDeletedError)
        | SlugTaken(SlugTakenError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}
outcome! {
    /// What comes of `publishPost`.
    PublishPostResult = PublishPostSuccess
        | InvalidInput(InvalidInputError)
        | NotFound(NotFoundError)
        | StaleRevision(StaleRevisionError)
        | PostDeleted(PostDeletedError)
        | SlugTaken(SlugTakenError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}
outcome! {
    /// What comes of `unpublishPost`.
    UnpublishPostResult = UnpublishPostSuccess
        | NotFound(NotFoundError)
        | StaleRevision(StaleRevisionError)
        | PostDeleted(PostDeletedError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

outcome! {
    /// What comes of `deletePost`.
    DeletePostResult = DeletePostSuccess
        | NotFound(NotFoundError)
        | StaleRevision(StaleRevisionError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}
outcome! {
    /// What comes of `restorePost`.
    RestorePostResult = RestorePostSuccess
        | NotFound(NotFoundError)
        | StaleRevision(StaleRevisionError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}
outcome! {
    /// What comes of `restoreRevision`.
    RestoreRevisionResult = RestoreRevisionSuccess
        | NotFound(NotFoundError)
        | StaleRevision(StaleRevisionError)
        | PostDeleted(PostDeletedError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

/// A post was begun.
#[derive(SimpleObject)]
pub struct CreatePostSuccess {
    /// The new post.
    post: Post,
}

/// The working copy was saved.
#[derive(SimpleObject)]
pub struct UpdatePostSuccess {
    /// The post as it is now.
    post: Post,
}

/// The post is published, and its pipelines have begun.
#[derive(SimpleObject)]
pub struct PublishPostSuccess {
    /// The post as it is now.
    post: Post,
}

/// The post is not published (any more).
#[derive(SimpleObject)]
pub struct UnpublishPostSuccess {
    /// The post as it is now.
    post: Post,
}

/// The post is deleted; until its `restorableUntil` it can be restored.
#[derive(SimpleObject)]
pub struct DeletePostSuccess {
    /// The post as it is now.
    post: Post,
}

/// The post is as it was before it was deleted.
#[derive(SimpleObject)]
pub struct RestorePostSuccess {
    /// The post as it is now.
    post: Post,
}

/// The revision is the working copy now. Nothing was published.
#[derive(SimpleObject)]
pub struct RestoreRevisionSuccess {
    /// The post as it is now.
    post: Post,
}

/// A new post; everything may come later.
#[derive(InputObject)]
pub struct CreatePostInput {
    /// At most 100 characters; empty when not given.
    title: Option<String>,
    /// The body, at most 200 KB; empty when not given.
    markdown: Option<String>,
    /// At most 12; none when not given.
    tags: Option<Vec<String>>,
    /// Which list it belongs to; POST when not given.
    category: Option<Category>,
    /// Reserved for this post at once; made of the title on the first publication when not given.
    slug: Option<String>,
    /// Who may see it once it is published; PUBLIC when not given.
    visibility: Option<Visibility>,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Changes of the working copy; what is not given stays as it is.
#[derive(InputObject)]
pub struct UpdatePostInput {
    /// The post.
    id: ID,
    /// The revision of the working copy that the change was made on.
    expected_revision: i32,
    /// At most 100 characters.
    title: Option<String>,
    /// The body, at most 200 KB.
    markdown: Option<String>,
    /// All of them, at most 12.
    tags: Option<Vec<String>>,
    /// Which list it belongs to; readers find it there after the next publication.
    category: Option<Category>,
    /// Reserved for this post at once; readers find it there after the next publication.
    slug: Option<String>,
    /// Who may see it once it is published. Belongs to the post, so it takes effect at once.
    visibility: Option<Visibility>,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Which post to publish, as last seen.
#[derive(InputObject)]
pub struct PublishPostInput {
    /// The post.
    id: ID,
    /// The revision of the working copy that shall be public.
    expected_revision: i32,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Which post to take back, as last seen.
#[derive(InputObject)]
pub struct UnpublishPostInput {
    /// The post.
    id: ID,
    /// The revision of the working copy that was last seen.
    expected_revision: i32,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Which post to delete, as last seen.
#[derive(InputObject)]
pub struct DeletePostInput {
    /// The post.
    id: ID,
    /// The revision of the working copy that was last seen.
    expected_revision: i32,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Which deleted post to bring back, as last seen.
#[derive(InputObject)]
pub struct RestorePostInput {
    /// The post.
    id: ID,
    /// The revision of the working copy that was last seen.
    expected_revision: i32,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Which revision of which post to bring back.
#[derive(InputObject)]
pub struct RestoreRevisionInput {
    /// The post.
    id: ID,
    /// One of `Post.revisions`.
    revision: i32,
    /// The revision of the working copy that was last seen, which is replaced.
    expected_revision: i32,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more.
    idempotency_key: Option<String>,
}

/// Mutations of posts.
#[derive(Default)]
pub struct PostMutations;

#[Object]
impl PostMutations {
    /// Begins a post: a working copy that nobody but its author sees.
    async fn create_post(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first values of the working copy.")] input: CreatePostInput,
    ) -> Result<CreatePostResult> {
        answer(context, create(context, input).await)
    }

    /// Saves the working copy. Publishes nothing: readers see what they saw.
    async fn update_post(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The post and its new values.")] input: UpdatePostInput,
    ) -> Result<UpdatePostResult> {
        answer(context, update(context, input).await)
    }

    /// Makes the working copy what readers see and starts its pipelines. Answers before they are done:
    /// watch `pipeline`.
    async fn publish_post(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The post as last seen.")] input: PublishPostInput,
    ) -> Result<PublishPostResult> {
        answer(context, publish(context, input).await)
    }

    /// Hides a post from everybody but its author.
    async fn unpublish_post(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The post as last seen.")] input: UnpublishPostInput,
    ) -> Result<UnpublishPostResult> {
        answer(context, unpublish(context, input).await)
    }

    /// Hides a post from everybody and moves it to `viewer.deletedPosts`. For seven days it can be
    /// restored; then it is removed with all that belongs to it.
    async fn delete_post(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The post as last seen.")] input: DeletePostInput,
    ) -> Result<DeletePostResult> {
        answer(context, delete(context, input).await)
    }

    /// Brings a deleted post back as it was, also to the lists and to search if it was public.
    async fn restore_post(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The post as last seen.")] input: RestorePostInput,
    ) -> Result<RestorePostResult> {
        answer(context, restore(context, input).await)
    }

    /// Makes title, tags and body of a published revision the working copy. Publishes nothing.
    async fn restore_revision(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The post as last seen, and the revision.")] input: RestoreRevisionInput,
    ) -> Result<RestoreRevisionResult> {
        answer(context, revise(context, input).await)
    }
}

async fn create(
    context: &Context<'_>,
    input: CreatePostInput,
) -> Result<CreatePostResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("createPost", &input, input.idempotency_key.as_ref())?;
    let action = CreatePost { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let input = PostInput {
        title: input.title,
        markdown: input.markdown,
        tags: input.tags,
        category: input.category.map(Category::into),
        slug: input.slug,
        visibility: input.visibility.map(Visibility::into),
    };
    let post = acted(context, action.run(author, input, key).await).await?;
    Ok(CreatePostResult::Done(CreatePostSuccess { post: own(post, author)? }))
}

async fn update(
    context: &Context<'_>,
    input: UpdatePostInput,
) -> Result<UpdatePostResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("updatePost", &input, input.idempotency_key.as_ref())?;
    let (id, expected) = (post_id(&input.id)?, revision(input.expected_revision));
    let action = UpdatePost { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let input = PostInput {
        title: input.title,
        markdown: input.markdown,
        tags: input.tags,
        category: input.category.map(Category::into),
        slug: input.slug,
        visibility: input.visibility.map(Visibility::into),
    };
    let post = acted(context, action.run(author, &id, expected, input, key).await).await?;
    Ok(UpdatePostResult::Done(UpdatePostSuccess { post: own(post, author)? }))
}

async fn publish(
    context: &Context<'_>,
    input: PublishPostInput,
) -> Result<PublishPostResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("publishPost", &input, input.idempotency_key.as_ref())?;
    let (id, expected) = (post_id(&input.id)?, revision(input.expected_revision));
    let action = PublishPost {
        posts: &parts.blog,
        renderer: &*parts.renderer,
        clock: &*parts.clock,
        ids: &*parts.ids,
    };
    let post = acted(context, action.run(author, &id, expected, key).await).await?;
    Ok(PublishPostResult::Done(PublishPostSuccess { post: own(post, author)? }))
}

async fn unpublish(
    context: &Context<'_>,
    input: UnpublishPostInput,
) -> Result<UnpublishPostResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("unpublishPost", &input, input.idempotency_key.as_ref())?;
    let (id, expected) = (post_id(&input.id)?, revision(input.expected_revision));
    let action = UnpublishPost { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let post = acted(context, action.run(author, &id, expected, key).await).await?;
    Ok(UnpublishPostResult::Done(UnpublishPostSuccess { post: own(post, author)? }))
}

async fn delete(
    context: &Context<'_>,
    input: DeletePostInput,
) -> Result<DeletePostResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("deletePost", &input, input.idempotency_key.as_ref())?;
    let (id, expected) = (post_id(&input.id)?, revision(input.expected_revision));
    let action = DeletePost { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let post = acted(context, action.run(author, &id, expected, key).await).await?;
    Ok(DeletePostResult::Done(DeletePostSuccess { post: own(post, author)? }))
}

async fn restore(
    context: &Context<'_>,
    input: RestorePostInput,
) -> Result<RestorePostResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("restorePost", &input, input.idempotency_key.as_ref())?;
    let (id, expected) = (post_id(&input.id)?, revision(input.expected_revision));
    let action = RestorePost { posts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let post = acted(context, action.run(author, &id, expected, key).await).await?;
    Ok(RestorePostResult::Done(RestorePostSuccess { post: own(post, author)? }))
}

async fn revise(
    context: &Context<'_>,
    input: RestoreRevisionInput,
) -> Result<RestoreRevisionResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("restoreRevision", &input, input.idempotency_key.as_ref())?;
    let (id, expected) = (post_id(&input.id)?, revision(input.expected_revision));
    let wanted = revision(input.revision);
    let action = RestoreRevision { posts: &parts.blog, clock: &*parts.clock };
    let post = acted(context, action.run(author, &id, wanted, expected, key).await).await?;
    Ok(RestoreRevisionResult::Done(RestoreRevisionSuccess { post: own(post, author)? }))
}

/// An id that was never given out names nothing, as one of a post that is gone.
pub(super) fn post_id(id: &ID) -> Result<PostId, Refused> {
    GlobalId::post(id).ok_or_else(Refused::not_found)
}

/// A number that no revision has is stale.
fn revision(expected: i32) -> Revision {
    Revision(u32::try_from(expected).unwrap_or(0))
}

fn own(post: domain::post::Post, author: &UserId) -> Result<Post, Refused> {
    Post::seen(post, Some(author)).ok_or_else(Refused::not_found)
}
