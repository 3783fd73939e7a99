//! The authors' logs as the sockets read them, and what their payloads hold.

use bytes::Bytes;
use domain::UserId;
use domain::event::{AuthorTopic, Event, StageFacts};
use domain::ports::PortError;
use domain::stage::Stage;
use realtime::{Epoch, EventLog, Head, LogError, LogEvent, Seq, Tag, Topic};
use store::Blog;

/// The logs of the store. A payload is the JSON of an [`Event`].
#[derive(Clone)]
pub struct PipelineLog {
    blog: Blog,
}

impl PipelineLog {
    /// Reads the logs of `blog`.
    pub fn new(blog: Blog) -> Self {
        PipelineLog { blog }
    }
}

/// The topic of an author.
pub(super) fn topic_of(author: &UserId) -> Topic {
    Topic::new(AuthorTopic(author.clone()).name())
}

/// The author of a topic.
pub(super) fn author_of(topic: &Topic) -> Option<UserId> {
    AuthorTopic::parse(topic.as_str()).map(|AuthorTopic(author)| author)
}

/// How far a stage is, for [`Notifier::progress`](realtime::Notifier::progress): whom to tell, and
/// what.
pub fn progress(stage: &Stage) -> (Topic, Bytes) {
    (topic_of(&stage.author), json(&[StageFacts::from(stage)]))
}

/// Reads what [`progress`] wrote.
pub(super) fn read_progress(payload: &[u8]) -> serde_json::Result<Vec<StageFacts>> {
    serde_json::from_slice(payload)
}

/// Reads the event of a log's payload.
pub(super) fn read_event(payload: &[u8]) -> serde_json::Result<Event> {
    serde_json::from_slice(payload)
}

fn json(value: &impl serde::Serialize) -> Bytes {
    // These types have text keys and serialisable fields only; nothing could be shown of an empty one.
    serde_json::to_vec(value).map(Bytes::from).unwrap_or_default()
}

#[async_trait::async_trait]
impl EventLog for PipelineLog {
    async fn head(&self, topic: &Topic) -> Result<Head, LogError> {
        self.blog.head(&author(topic)?).await.map(place).map_err(failed)
    }

    async fn read(&self, topic: &Topic, after: Seq, limit: u32) -> Result<Vec<LogEvent>, LogError> {
        let events = self.blog.events(&author(topic)?, after.0, limit).await.map_err(failed)?;
        let event = |logged: domain::event::LoggedEvent| LogEvent {
            seq: Seq(logged.seq),
            tag: Tag::new(logged.tag),
            payload: json(&logged.event),
        };
        Ok(events.into_iter().map(event).collect())
    }

    async fn heads(&self, topics: &[Topic]) -> Result<Vec<Head>, LogError> {
        let authors = topics.iter().map(author).collect::<Result<Vec<_>, _>>()?;
        let heads = self.blog.heads(&authors).await.map_err(failed)?;
        Ok(heads.into_iter().map(place).collect())
    }
}

fn place(head: domain::event::Head) -> Head {
    Head { seq: Seq(head.seq), epoch: Epoch::new(head.epoch), tag: Tag::new(head.tag) }
}

fn author(topic: &Topic) -> Result<UserId, LogError> {
    author_of(topic).ok_or_else(|| LogError(format!("no author has the topic {topic}").into()))
}

fn failed(error: PortError) -> LogError {
    LogError(Box::new(error))
}
