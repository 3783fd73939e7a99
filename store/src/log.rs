//! The log of an author's events, and the board that a snapshot shows.

use domain::UserId;
use domain::event::{AuthorTopic, Event, Head, LoggedEvent, StageFacts};
use domain::ports::PortError;

use crate::blog::Blog;
use crate::keys;
use crate::rows::{self, corrupt};
use crate::table::{Consistency, Query, SortRange};

/// How many rows of the author's own list a snapshot of all posts is made of: unfinished images
/// first, then the posts begun last.
const BOARD_ROWS: u32 = 40;

impl Blog {
    /// Where an author's log ends, strongly consistent.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn head(&self, author: &UserId) -> Result<Head, PortError> {
        let key = keys::head(&AuthorTopic(author.clone()).name());
        let item = self.table.get(&key, Consistency::Strong).await.map_err(crate::blog::port)?;
        self.read_head(item.as_ref())
    }

    /// Where several logs end, in one batch; in the order asked for.
    ///
    /// # Errors
    /// As [`Blog::head`].
    pub async fn heads(&self, authors: &[UserId]) -> Result<Vec<Head>, PortError> {
        let key = |author: &UserId| keys::head(&AuthorTopic(author.clone()).name());
        let keys: Vec<_> = authors.iter().map(key).collect();
        let items = self.rows(&keys).await?;
        keys.iter().map(|key| self.read_head(items.iter().find(|item| item.key == *key))).collect()
    }

    /// Events after `seq`, oldest first, at most `limit`. Those older than a day may be gone: the
    /// first one's number tells.
    ///
    /// # Errors
    /// As [`Blog::head`].
    pub async fn events(
        &self,
        author: &UserId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<LoggedEvent>, PortError> {
        let topic = AuthorTopic(author.clone()).name();
        let from = keys::event(&topic, after + 1);
        let query = Query {
            index: None,
            partition: from.pk,
            range: SortRange::Between(from.sk, keys::event_sort(u64::MAX / 2000)),
            ascending: true,
            limit: limit.clamp(1, 1000),
            start: None,
            consistency: Consistency::Strong,
        };
        let page = self.page(&query).await?;
        page.items
            .iter()
            .map(|item| {
                let seq = item.key.sk.strip_prefix("E#").and_then(|seq| seq.parse().ok());
                let event: Event = rows::entity(item)?;
                Ok(LoggedEvent {
                    seq: seq.ok_or_else(|| corrupt(&item.key, "sk"))?,
                    tag: rows::string(item, "tag").unwrap_or_default().to_owned(),
                    event,
                })
            })
            .collect()
    }

    /// The stages of an author's unfinished images and of the posts begun last: one query.
    ///
    /// # Errors
    /// As [`Blog::head`].
    pub async fn board(&self, author: &UserId) -> Result<Vec<StageFacts>, PortError> {
        let query = Query {
            index: None,
            partition: keys::List::Own(author.clone()).partition(),
            // Without the deleted posts, which stand before.
            range: SortRange::Between("P#".into(), "~".into()),
            ascending: false,
            limit: BOARD_ROWS,
            start: None,
            consistency: Consistency::Strong,
        };
        let mut board = vec![];
        for item in self.page(&query).await?.items {
            if item.key.sk.starts_with("P#") {
                board.extend(rows::map::<StageFacts>(&item, "stages")?);
            } else {
                board.push(rows::entity(&item)?);
            }
        }
        Ok(board)
    }
}
