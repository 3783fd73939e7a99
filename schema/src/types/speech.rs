//! The GraphQL types `Speech` and `Summary`: what the pipelines made for readers.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::media::ObjectKey;
use domain::ports::Mark;
use std::time::Duration;

use crate::parts::Parts;
use crate::request::{or_fault, request_id};
use crate::types::picture::int;

/// Three lines: the post in its own sentences.
#[derive(SimpleObject)]
pub struct Summary {
    /// One to three whole sentences, in the order of the text.
    sentences: Vec<String>,
    /// At most three words, the weightiest first.
    keywords: Vec<String>,
}

impl From<domain::ports::Summary> for Summary {
    fn from(summary: domain::ports::Summary) -> Self {
        Summary { sentences: summary.sentences, keywords: summary.keywords }
    }
}

/// The spoken post, MP3.
pub struct Speech {
    pub(crate) audio: ObjectKey,
    pub(crate) duration_ms: u32,
    pub(crate) marks: ObjectKey,
    pub(crate) valid_for: Option<Duration>,
}

/// Where a sentence is in the sound.
#[derive(SimpleObject)]
pub struct SpeechMark {
    /// The sentence's number, `data-s` in the page.
    sentence: i32,
    /// Milliseconds from the beginning.
    start_ms: i32,
    /// Milliseconds from the beginning.
    end_ms: i32,
}

/// The spoken post, MP3.
#[Object]
impl Speech {
    /// Where it is served. Of a post that not everybody may see, it is good for 10 minutes.
    async fn url(&self, context: &Context<'_>) -> Result<String> {
        let url = Parts::of(context).objects.url(&self.audio, self.valid_for).await;
        or_fault(context, url)
    }

    /// Milliseconds.
    async fn duration_ms(&self) -> i32 {
        int(self.duration_ms)
    }

    /// Where each sentence is, in order; empty when nobody can tell.
    async fn marks(&self, context: &Context<'_>) -> Result<Vec<SpeechMark>> {
        let object = or_fault(context, Parts::of(context).objects.get(&self.marks).await)?;
        let marks = object.map(|object| serde_json::from_slice::<Vec<Mark>>(&object.bytes));
        let marks = match marks {
            Some(Ok(marks)) => marks,
            // The sound plays without them.
            None | Some(Err(_)) => {
                let request = request_id(context);
                tracing::warn!(request.id = request, object = ?self.marks, "speech without marks");
                vec![]
            }
        };
        let mark = |mark: Mark| SpeechMark {
            sentence: int(mark.sentence),
            start_ms: int(mark.start_ms),
            end_ms: int(mark.end_ms),
        };
        Ok(marks.into_iter().map(mark).collect())
    }
}
