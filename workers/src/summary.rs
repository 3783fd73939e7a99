//! Summary: three lines of a published post.

use std::sync::Arc;

use domain::ports::{ContentRenderer, PortError, Posts, Summarizer, SummaryInput};
use domain::post::ContentHash;
use domain::stage::{Made, Stage, StageResult};

use crate::job::{JobError, Reporter, Worked, Worker};
use crate::speech::{fingerprint, published};

/// Answers of no use in a row, all of them paid for, after which a model will hardly give a summary of this text.
const UNUSABLE: u32 = 3;

/// The ports that summaries need.
pub struct Summary {
    /// Where posts are kept.
    pub posts: Arc<dyn Posts>,
    /// Splits the text.
    pub renderer: Arc<dyn ContentRenderer>,
    /// Summarises it.
    pub summarizer: Arc<dyn Summarizer>,
}

#[async_trait::async_trait]
impl Worker for Summary {
    async fn run(&self, stage: &Stage, reporter: &Reporter) -> Result<Worked, JobError> {
        let (post, body) = published(&*self.posts, stage).await?;
        let title = post.published.map(|published| published.title).unwrap_or_default();
        let content = ContentHash::of(&body);
        let renderer = self.renderer.version().to_string();
        let input = fingerprint(&[&content.0, &title, &renderer, &self.summarizer.version()]);
        if stage.made.as_ref().is_some_and(|made| made.input == input) {
            return Ok(Worked::Unchanged);
        }
        let rendered = self.renderer.render(&body);
        let (sections, language) = (rendered.sections, rendered.language);
        let text = SummaryInput { title, sections, language };
        let tokens = text.tokens();
        reporter.reserve(tokens).await?;
        let summary = self.summarizer.summarize(&text).await;
        // What is of no use was read and is paid for, too.
        if matches!(summary, Ok(_) | Err(PortError::Unusable { .. })) {
            reporter.used(tokens);
        }
        let summary = match summary.map_err(JobError::from) {
            Err(JobError::Retry(failure)) if stage.attempts >= UNUSABLE => {
                return Err(JobError::Fail(failure));
            }
            summary => summary?,
        };
        Ok(Worked::Made(Made { content, input, result: StageResult::Summary(summary) }))
    }
}
