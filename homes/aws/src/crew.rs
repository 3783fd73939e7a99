//! The functions that work after the answer: a crew is what one of them does.

use std::sync::Arc;

use aws_objects::S3Objects;
use aws_speech::PollySynthesizer;
use aws_summary::BedrockSummarizer;
use content::MarkdownRenderer;
use domain::ports::Objects;
use domain::stage::{StageId, StageKind, Subject};
use imaging::WebpImageCodec;
use lambda_runtime::Error;
use serde_json::Value;
use workers::{Arrivals, Image, Jobs, NoSearch, Purge, Search, Speech, Summary, Tidy, Worker};

use crate::bell::Bell;
use crate::config::Environment;
use crate::records::{OpenError, Records};
use crate::search::index;

/// The workers of a function, each with the kind of stage that it does.
pub struct Crew {
    jobs: Jobs,
    /// Only who makes images looks whether one has arrived.
    arrivals: Option<Arrivals>,
    workers: Vec<(StageKind, Arc<dyn Worker>)>,
}

/// An event that is not for this function.
#[derive(Debug, thiserror::Error)]
#[error("this function does not know what to do with the event {0}")]
pub struct NotForUs(String);

impl Crew {
    /// Speaks posts.
    ///
    /// # Errors
    /// [`OpenError`], here and below
    pub async fn speech(environment: &Environment) -> Result<Self, OpenError> {
        let records = Records::open(environment).await?;
        let worker = speech(environment, &records)?;
        Ok(Self::of(&records, vec![(StageKind::Speech, Arc::new(worker))]))
    }

    /// Makes summaries.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn summary(environment: &Environment) -> Result<Self, OpenError> {
        let records = Records::open(environment).await?;
        let worker = Summary {
            posts: Arc::new(records.blog.clone()),
            renderer: Arc::new(MarkdownRenderer),
            summarizer: Arc::new(BedrockSummarizer::new(environment.summary()?)),
        };
        Ok(Self::of(&records, vec![(StageKind::Summary, Arc::new(worker))]))
    }

    /// Keeps the index, if there is one.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn search(environment: &Environment) -> Result<Self, OpenError> {
        let records = Records::open(environment).await?;
        let worker: Arc<dyn Worker> = match index(environment, &records.clock, &records.ids)? {
            None => Arc::new(NoSearch),
            Some(index) => Arc::new(Search {
                blog: records.blog.clone(),
                renderer: Arc::new(MarkdownRenderer),
                index,
            }),
        };
        Ok(Self::of(&records, vec![(StageKind::Search, worker)]))
    }

    /// Makes the variants of images.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn image(environment: &Environment) -> Result<Self, OpenError> {
        let records = Records::open(environment).await?;
        let objects = objects(environment, &records)?;
        let worker = Image {
            posts: Arc::new(records.blog.clone()),
            objects: objects.clone(),
            codec: Arc::new(WebpImageCodec),
        };
        let crew = Self::of(&records, vec![(StageKind::Image, Arc::new(worker))]);
        Ok(Crew { arrivals: Some(Arrivals::new(&crew.jobs, objects)), ..crew })
    }

    /// Removes what was deleted, and images that nobody needs.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn purge(environment: &Environment) -> Result<Self, OpenError> {
        let records = Records::open(environment).await?;
        let objects = objects(environment, &records)?;
        let purge = Purge {
            blog: records.blog.clone(),
            objects: objects.clone(),
            index: index(environment, &records.clock, &records.ids)?,
            clock: records.clock.clone(),
        };
        let tidy = Tidy {
            blog: records.blog.clone(),
            objects,
            clock: records.clock.clone(),
            ids: records.ids.clone(),
        };
        let workers: Vec<(_, Arc<dyn Worker>)> =
            vec![(StageKind::Purge, Arc::new(purge)), (StageKind::Tidy, Arc::new(tidy))];
        Ok(Self::of(&records, workers))
    }

    fn of(records: &Records, workers: Vec<(StageKind, Arc<dyn Worker>)>) -> Self {
        Crew { jobs: records.jobs(), arrivals: None, workers }
    }

    /// Does what an event says may have to be done. That nothing has to be done is no error.
    ///
    /// # Errors
    /// It is no event for this function, or the table failed: the stage stays due.
    pub async fn answer(&self, event: Value) -> Result<Value, Error> {
        let not_for_us = || NotForUs(event.to_string());
        let bell = Bell::read(&event).ok_or_else(not_for_us)?;
        let id = match bell {
            Bell::Stage(id) => id,
            Bell::Arrived(asset) => {
                StageId { subject: Subject::Asset(asset), kind: StageKind::Image }
            }
        };
        let (_, worker) =
            self.workers.iter().find(|(kind, _)| *kind == id.kind).ok_or_else(not_for_us)?;
        if let (Some(arrivals), Subject::Asset(asset)) = (&self.arrivals, &id.subject) {
            arrivals.note(asset).await?;
        }
        if let Some(stage) = self.jobs.claim(&id).await? {
            self.jobs.carry_out(&stage, worker).await?;
        }
        Ok(Value::Null)
    }
}

/// What speaks posts, and hears of what was spoken.
pub(crate) fn speech(environment: &Environment, records: &Records) -> Result<Speech, OpenError> {
    Ok(Speech {
        posts: Arc::new(records.blog.clone()),
        renderer: Arc::new(MarkdownRenderer),
        synthesizer: Arc::new(PollySynthesizer::new(environment.speech()?)),
        objects: objects(environment, records)?,
    })
}

fn objects(environment: &Environment, records: &Records) -> Result<Arc<dyn Objects>, OpenError> {
    Ok(Arc::new(S3Objects::new(environment.media()?, records.clock.clone())?))
}
