//! What the resolvers need of the world, as the composition hands it in.

use std::sync::Arc;

use async_graphql::Context;
use domain::ports::{Clock, ContentRenderer, IdSource, Objects, Passwords, SearchIndex};
use domain::usage::Prices;
use store::Blog;
use store::cursor::CursorSigner;

/// Everything behind the schema.
pub struct Parts {
    /// Posts, people, events.
    pub blog: Blog,
    /// Images and audio.
    pub objects: Arc<dyn Objects>,
    /// Words to posts, if posts of this blog can be searched.
    pub search: Option<Arc<dyn SearchIndex>>,
    /// Keeps passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Markdown to articles.
    pub renderer: Arc<dyn ContentRenderer>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
    /// Signs cursors.
    pub signer: CursorSigner,
    /// The sockets of this process: signing out closes those of the session.
    pub sockets: Arc<realtime::Sockets>,
    /// What the blog is called.
    pub site_title: String,
    /// Where the blog is for its readers, such as `https://blog.example`: links in mails begin so.
    pub origin: String,
    /// What pipelines cost.
    pub prices: Prices,
    /// Whether readers may sign up.
    pub sign_up_open: bool,
}

impl Parts {
    /// The parts of the schema that executes. [`build`](crate::build) puts them there.
    pub(crate) fn of<'a>(context: &Context<'a>) -> &'a Parts {
        context.data_unchecked::<Arc<Parts>>()
    }
}
