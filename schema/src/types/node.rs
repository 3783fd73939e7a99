//! The interface `Node`.

use async_graphql::{Context, ID, Interface, Result};

use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::types::asset::Asset;
use crate::types::post::Post;
use crate::types::stage::Stage;
use crate::types::tag::Tag;
use crate::types::user::User;
use crate::viewer::Viewer;

/// Anything that has an id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Opaque, and the same for the thing's whole life; works with `node(id:)`."
))]
pub enum Node {
    /// A post.
    Post(Post),
    /// A person.
    User(User),
    /// An uploaded image.
    Asset(Asset),
    /// A pipeline.
    Stage(Stage),
    /// A tag.
    Tag(Tag),
}

impl Node {
    /// What an id names, if the viewer may see it.
    pub(crate) async fn find(context: &Context<'_>, id: &str) -> Result<Option<Node>> {
        let viewer = Viewer::of(context)?;
        let loaders = Loaders::of(context);
        Ok(match GlobalId::parse(id) {
            None => None,
            // These are nobody's but their owner's, who has them in lists.
            Some(GlobalId::Session(_) | GlobalId::Token(_) | GlobalId::Mail(_)) => None,
            Some(GlobalId::Post(id)) => {
                let post = loaders.post(id).await?;
                post.and_then(|post| Post::seen(post, viewer.id())).map(Node::Post)
            }
            Some(GlobalId::User(id)) => loaders.user(id).await?.map(|user| Node::User(user.into())),
            Some(GlobalId::Asset(id)) => {
                let asset = loaders.asset(id).await?;
                asset.and_then(|asset| Asset::seen(asset, viewer.id())).map(Node::Asset)
            }
            Some(GlobalId::Tag(key)) => Tag::find(context, &key).await?.map(Node::Tag),
            Some(GlobalId::Stage(id)) => {
                let stage = loaders.stage(id).await?;
                stage.and_then(|stage| Stage::seen(&stage, viewer.id())).map(Node::Stage)
            }
        })
    }
}
