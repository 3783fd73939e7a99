//! The GraphQL type `Tag`.

use async_graphql::{Context, ID, Object, Result};
use store::CountedTag;

use crate::error::Code;
use crate::global_id::GlobalId;
use crate::loaders::Loaders;
use crate::page::{LARGEST_PAGE, List};
use crate::request::or_fault;
use crate::types::picture::int;
use crate::types::post::PostConnection;
use crate::viewer::Viewer;

/// A tag that listed posts have.
pub struct Tag(CountedTag);

impl Tag {
    /// The tags that most listed posts have.
    pub(crate) async fn popular(context: &Context<'_>, first: Option<i32>) -> Result<Vec<Tag>> {
        let first = match first.map_or(Ok(20), u32::try_from) {
            Ok(first) if (1..=LARGEST_PAGE).contains(&first) => first,
            _ => return Err(Code::BadUserInput.error(format!("`first` is 1 to {LARGEST_PAGE}"))),
        };
        let tags = Loaders::of(context).blog().popular_tags(first).await;
        Ok(or_fault(context, tags)?.into_iter().map(Tag).collect())
    }

    /// A tag by its name; none when no listed post has it.
    pub(crate) async fn find(context: &Context<'_>, name: &str) -> Result<Option<Tag>> {
        let Ok(tag) = domain::Tag::parse(name) else { return Ok(None) };
        let tag = Loaders::of(context).tag(tag.key()).await?;
        Ok(tag.filter(|tag| tag.posts > 0).map(Tag))
    }
}

/// A tag that listed posts have.
#[Object]
impl Tag {
    /// Works with `node(id:)` while a listed post has it.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Tag(self.0.tag.key()).into()
    }

    /// As it was written last. Names that differ only in case are one tag.
    async fn name(&self) -> &str {
        self.0.tag.display()
    }

    /// How many listed posts have it.
    async fn post_count(&self) -> i32 {
        int(self.0.posts)
    }

    /// Those that everybody may read, newest first.
    async fn posts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 1 to 50.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "The cursor of the edge that the page follows.")] after: Option<String>,
    ) -> Result<PostConnection> {
        let key = self.0.tag.key();
        let list = List::new(format!("tag:{key}"));
        let asked = list.asked(context, first, 20, after.as_deref())?;
        let previous = asked.after.is_some();
        let page = Loaders::of(context).blog().posts_with(&key, &asked.into()).await;
        let page = or_fault(context, page)?;
        Ok(PostConnection::listed(list, page, previous, Viewer::of(context)?.id()))
    }
}
