//! The port to the event log.

use bytes::Bytes;

use crate::{Head, Seq, Tag, Topic};

/// An event as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Its number.
    pub seq: Seq,
    /// Its tag.
    pub tag: Tag,
    /// What happened; opaque here, read by the [`Executor`](crate::Executor).
    pub payload: Bytes,
}

/// The log did not answer. Whoever reads it tries again later.
#[derive(Debug, thiserror::Error)]
#[error("the event log did not answer")]
pub struct LogError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Reads the logs. Both reads see every append that was committed before they began.
///
/// Nothing worse than delay comes of an implementation that fails, answers twice or answers in part;
/// one that leaves events out for good makes the hub announce a gap.
#[async_trait::async_trait]
pub trait EventLog: Send + Sync {
    /// Where the log ends.
    ///
    /// # Errors
    /// [`LogError`] - when it cannot be told now.
    async fn head(&self, topic: &Topic) -> Result<Head, LogError>;

    /// Up to `limit` events after `after`, lowest number first. Those that have expired are left out,
    /// so that the first may be later than `after + 1`. Empty when there is none.
    ///
    /// # Errors
    /// [`LogError`] - when it cannot be read now.
    async fn read(&self, topic: &Topic, after: Seq, limit: u32) -> Result<Vec<LogEvent>, LogError>;

    /// Where the logs end, in the order of `topics`, at most 100 of them. The hub asks it once a
    /// second for all topics that have subscribers; answer it in one batch where that is possible.
    /// May be a moment late.
    ///
    /// # Errors
    /// [`LogError`] - when one of them cannot be told now.
    async fn heads(&self, topics: &[Topic]) -> Result<Vec<Head>, LogError> {
        let mut heads = Vec::with_capacity(topics.len());
        for topic in topics {
            heads.push(self.head(topic).await?);
        }
        Ok(heads)
    }
}
