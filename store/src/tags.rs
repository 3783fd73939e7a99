//! Tags: how many posts each has, and which have most.

use std::collections::BTreeMap;

use domain::Tag;
use domain::ports::PortError;
use domain::post::Category;

use crate::blog::Blog;
use crate::keys::{self, List};
use crate::lists::PageRequest;
use crate::rows;
use crate::table::{
    Change as Field, Condition, Consistency, Index, Item, Query, SortRange, Value, Write,
};

/// The attribute that counts: the sort key of the index.
pub(crate) const COUNT: &str = "gsi3sk";
/// Posts of one page while counting anew.
const PAGE: u32 = 100;

/// A tag, and how many posts stand in its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedTag {
    /// As it was written last.
    pub tag: Tag,
    /// Listed posts that have it.
    pub posts: u32,
}

impl CountedTag {
    pub(crate) fn read(item: &Item) -> Result<Self, PortError> {
        let tag = rows::entity(item)?;
        match item.attributes.get(COUNT) {
            Some(Value::N(count)) => {
                Ok(CountedTag { tag, posts: u32::try_from(*count).unwrap_or(0) })
            }
            _ => Err(rows::corrupt(&item.key, COUNT)),
        }
    }
}

/// What the row of a tag says, with a change of its count.
pub(crate) fn fields(tag: &Tag, count: Field) -> Result<Vec<Field>, PortError> {
    Ok(vec![
        Field::Set("v", Value::N(rows::VERSION)),
        Field::Set(rows::DOC, rows::doc(tag)?),
        Field::Set("gsi3pk", Value::S(keys::COUNTED_TAGS.to_owned())),
        count,
    ])
}

impl Blog {
    /// The tags that most listed posts have, those with most first; at most 100. May be a moment late.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn popular_tags(&self, first: u32) -> Result<Vec<CountedTag>, PortError> {
        let query = Query {
            index: Some(Index::Gsi3),
            partition: keys::COUNTED_TAGS.to_owned(),
            range: SortRange::NumberBetween(1, i64::MAX),
            ascending: false,
            limit: first.clamp(1, 100),
            start: None,
            consistency: Consistency::Eventual,
        };
        let page = self.page(&query).await?;
        page.items.iter().map(CountedTag::read).collect()
    }

    /// Fills what was written by a version without categories and counted tags: walks the feed, once.
    /// For a blog that nobody writes to yet; broken off, it begins anew.
    pub(crate) async fn fill_lists(&self) -> Result<(), PortError> {
        let done = keys::site("LISTS");
        if !self.rows(std::slice::from_ref(&done)).await?.is_empty() {
            return Ok(());
        }
        let mut counts = BTreeMap::<String, (Tag, i64)>::new();
        let mut after = None;
        loop {
            let page = self.feed(&PageRequest { first: PAGE, after }).await?;
            for (position, post) in &page.items {
                let live = post.published.as_ref();
                let list = List::Category(live.map_or(Category::Post, |live| live.category));
                let row = rows::item(keys::listed(&list, position), post)?;
                self.write(Write::Put(row, Condition::Always)).await.map_err(crate::blog::port)?;
                for tag in live.into_iter().flat_map(|live| &live.tags) {
                    counts.entry(tag.key()).or_insert((tag.clone(), 0)).1 += 1;
                }
            }
            match page.items.last() {
                Some((position, _)) if page.has_next => after = Some(position.clone()),
                _ => break,
            }
        }
        for (key, (tag, count)) in counts {
            let fields = fields(&tag, Field::Set(COUNT, Value::N(count)))?;
            let update = Write::Update(keys::tag(&key), fields, Condition::Always);
            self.write(update).await.map_err(crate::blog::port)?;
        }
        let done = rows::item(done, &1)?;
        self.write(Write::Put(done, Condition::Always)).await.map_err(crate::blog::port)?;
        Ok(())
    }
}
