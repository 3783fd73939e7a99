//! The index made anew while the old one answers: when its analysis changed, or its contents are in doubt.
//!
//! `begin_rebuild`, then `fill` with every listed post as the table has it, then `finish_rebuild`. From the
//! beginning on every change goes to both indices, so that nothing that happens meanwhile is missed; and
//! versions decide between a change and what is filled in. Each step may be taken twice, by anybody.

use bytes::Bytes;
use domain::ports::{PortError, SearchDocument};
use http::{Method, StatusCode};
use serde_json::json;

use crate::analysis;
use crate::change::{self, Outcome};
use crate::entry;
use crate::error::Failure;
use crate::generation::{self, Generation};
use crate::index::OpenSearchIndex;

/// Bytes that are sent at once; OpenSearch takes ten million.
const BATCH_BYTES: usize = 4 << 20;

impl OpenSearchIndex {
    /// Whether the index takes text apart in another way than this program: it answers, but not as well as
    /// it could, until it is made anew.
    pub fn outdated(&self) -> bool {
        self.live().analysis != analysis::fingerprint()
    }

    /// Makes the index that is to take the place of the present one, and to which every change goes too
    /// from now on. One that was begun earlier, by the same analysis, is taken up again.
    ///
    /// # Errors
    /// As of every request.
    pub async fn begin_rebuild(&self) -> Result<(), PortError> {
        let next = self.next();
        if let Some(begun) = generation::find(&self.client, &next).await? {
            if begun.analysis == analysis::fingerprint() {
                return Ok(());
            }
            self.delete(&begun).await?;
        }
        let live = self.look().await?;
        generation::make(&self.client, &live.next_index(&self.alias), &next).await?;
        match generation::find(&self.client, &next).await? {
            Some(_) => Ok(()),
            // One of its name is there, which nobody began.
            None => Err(Failure::Unreadable("the index that was begun").into()),
        }
    }

    /// Puts posts into the index that was begun. They are not found before it is finished.
    ///
    /// # Errors
    /// `Rejected` when none was begun; else as of every request. What was put before stays.
    pub async fn fill(&self, documents: &[SearchDocument]) -> Result<(), PortError> {
        let next = self.next();
        let mut batch = Vec::new();
        for (nth, document) in documents.iter().enumerate() {
            let (post, version) = (document.post.as_str(), document.version);
            change::push(&mut batch, &next, post, version, &entry::entry(document));
            if batch.len() < BATCH_BYTES && nth + 1 < documents.len() {
                continue;
            }
            let lines = Bytes::from(std::mem::take(&mut batch));
            if change::send(&self.client, lines, false).await?.contains(&Outcome::Nowhere) {
                return Err(PortError::Rejected("no index is being made anew".into()));
            }
        }
        Ok(())
    }

    /// Lets the index that was begun take the place of the present one, in one step, and removes the
    /// latter.
    ///
    /// # Errors
    /// `Rejected` when none was begun; else as of every request.
    pub async fn finish_rebuild(&self) -> Result<(), PortError> {
        let (next, live) = (self.next(), self.look().await?);
        let Some(begun) = generation::find(&self.client, &next).await? else {
            return Err(PortError::Rejected("no index is being made anew".into()));
        };
        self.client.json(Method::POST, &format!("{next}/_refresh"), None).await?.ok()?;
        let actions = json!({ "actions": [
            { "remove": { "index": begun.index, "alias": next, "must_exist": true } },
            { "add": { "index": begun.index, "alias": self.alias } },
            { "remove_index": { "index": live.index } },
        ] });
        let swapped = self.client.json(Method::POST, "_aliases", Some(&actions)).await?;
        // Somebody else was faster, or this request succeeded before its answer was lost.
        if swapped.status != StatusCode::NOT_FOUND {
            swapped.ok()?;
        }
        let now = self.look().await?;
        if now != begun {
            return Err(Failure::Unreadable("the index that was begun").into());
        }
        tracing::info!(search.index = now.index, "an index was made anew");
        Ok(())
    }

    /// Gives up what was begun.
    ///
    /// # Errors
    /// As of every request.
    pub async fn abandon_rebuild(&self) -> Result<(), PortError> {
        match generation::find(&self.client, &self.next()).await? {
            Some(begun) => Ok(self.delete(&begun).await?),
            None => Ok(()),
        }
    }

    /// The name of an index that is being made.
    pub(crate) fn next(&self) -> String {
        next(&self.alias)
    }

    async fn delete(&self, generation: &Generation) -> Result<(), Failure> {
        let answer = self.client.json(Method::DELETE, &generation.index, None).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        answer.ok().map(drop)
    }
}

/// The name of an index that is being made, beside the one behind `alias`.
pub(crate) fn next(alias: &str) -> String {
    format!("{alias}-next")
}
