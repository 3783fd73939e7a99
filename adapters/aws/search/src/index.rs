//! The port, over OpenSearch.

use std::sync::Arc;

use bytes::Bytes;
use domain::PostId;
use domain::ports::{PortError, SearchDocument, SearchHits, SearchIndex, SearchQuery};
use http::{Method, StatusCode};
use parking_lot::RwLock;
use serde_json::{Value, json};

use crate::change::{self, Outcome};
use crate::client::Client;
use crate::config::OpenSearchConfig;
use crate::error::Failure;
use crate::forgive::Lookup;
use crate::generation::{self, Generation};
use crate::question::{self, Question};
use crate::{answer, entry, rebuild, typed};

/// OpenSearch gives out no more; pages further behind are empty.
const FURTHEST: u32 = 9_900;
/// A search may take so long on the server.
const SEARCHING: &str = "5s";

/// A search index in OpenSearch, behind a name.
///
/// A change is seen when its call returned. Any number of processes may use it at once. An index that is
/// missing is made, also when somebody removed it meanwhile: then [`SearchIndex::generation`] changes.
pub struct OpenSearchIndex {
    pub(crate) client: Client,
    pub(crate) alias: String,
    live: RwLock<Arc<Generation>>,
}

impl OpenSearchIndex {
    /// Finds the index, and makes an empty one when there is none.
    ///
    /// # Errors
    /// `Unavailable` when OpenSearch does not answer; `Denied` when it does not let us in.
    pub async fn open(config: OpenSearchConfig) -> Result<Self, PortError> {
        let client = Client::new(&config)?;
        let live = generation::find_or_make(&client, &config.index).await?;
        Ok(Self { client, alias: config.index, live: RwLock::new(Arc::new(live)) })
    }

    /// The index as it was when it was looked at last.
    pub(crate) fn live(&self) -> Arc<Generation> {
        self.live.read().clone()
    }

    /// Looks which index stands behind the name, and makes one when there is none.
    pub(crate) async fn look(&self) -> Result<Generation, Failure> {
        let live = generation::find_or_make(&self.client, &self.alias).await?;
        *self.live.write() = Arc::new(live.clone());
        Ok(live)
    }

    /// Writes a post's entry, and into an index that is being made too, where there is one.
    async fn change(&self, post: &PostId, version: u64, entry: &Value) -> Result<(), PortError> {
        let mut lines = Vec::new();
        for alias in [&self.alias, &rebuild::next(&self.alias)] {
            change::push(&mut lines, alias, post.as_str(), version, entry);
        }
        let lines = Bytes::from(lines);
        for _ in 0..2 {
            let outcomes = change::send(&self.client, lines.clone(), true).await?;
            match outcomes.first() {
                Some(Outcome::Settled(index)) if *index == self.live().index => return Ok(()),
                // Another one took its place.
                Some(Outcome::Settled(_)) => return Ok(self.look().await.map(drop)?),
                Some(Outcome::Nowhere) => self.look().await.map(drop)?,
                None => return Err(Failure::Unreadable("outcomes").into()),
            }
        }
        Err(PortError::Unavailable("search index"))
    }

    async fn ask(&self, body: &Value) -> Result<Value, PortError> {
        let path = format!("{}/_search", self.alias);
        let answer = self.client.json(Method::POST, &path, Some(body)).await?;
        if answer.status != StatusCode::NOT_FOUND {
            return Ok(answer.ok()?);
        }
        self.look().await?;
        Ok(self.client.json(Method::POST, &path, Some(body)).await?.ok()?)
    }

    /// Hits of a question; none when there are none at all, on whatever page.
    async fn answers(
        &self,
        question: Option<Question>,
        query: &SearchQuery,
        similar: bool,
    ) -> Result<Option<SearchHits>, PortError> {
        let Some(question) = question else { return Ok(None) };
        let within = query.offset <= FURTHEST;
        let body = json!({
            "from": if within { query.offset } else { 0 },
            "size": if within { query.limit.clamp(1, 50) } else { 0 },
            "timeout": SEARCHING,
            "track_total_hits": true,
            "_source": ["title", "beginning", "ending"],
            "query": question.query,
            // Of two that are as good, the newer one: ids grow with time.
            "sort": ["_score", { "post": "desc" }],
            "track_scores": true,
            "highlight": answer::marks(&question),
        });
        let hits = answer::hits(&self.ask(&body).await?, &question, similar)?;
        Ok(Some(hits).filter(|hits| hits.total > 0))
    }

    /// The words of a query that nobody has, looked up among those that are nearly so.
    async fn forgiven(
        &self,
        text: &str,
        query: &SearchQuery,
    ) -> Result<Option<SearchHits>, PortError> {
        let Some(lookup) = Lookup::of(text) else { return Ok(None) };
        let found = lookup.read(&self.ask(&lookup.body()).await?)?;
        for torn in [false, true] {
            if let Some(hits) = self.answers(found.mended(torn), query, true).await? {
                return Ok(Some(hits));
            }
        }
        Ok(None)
    }
}

#[async_trait::async_trait]
impl SearchIndex for OpenSearchIndex {
    fn generation(&self) -> String {
        self.live().name()
    }

    async fn put(&self, document: &SearchDocument) -> Result<(), PortError> {
        self.change(&document.post, document.version, &entry::entry(document)).await
    }

    async fn remove(&self, post: &PostId, version: u64) -> Result<(), PortError> {
        self.change(post, version, &entry::tombstone()).await
    }

    async fn search(&self, query: &SearchQuery) -> Result<SearchHits, PortError> {
        let text = question::normal(typed::cut(&query.text));
        let by_words = Question::by_words(&text, query.as_you_type);
        if let Some(hits) = self.answers(by_words, query, false).await? {
            return Ok(hits);
        }
        if let Some(hits) = self.answers(Question::by_letters(&text), query, false).await? {
            return Ok(hits);
        }
        let similar = self.forgiven(&text, query).await?;
        Ok(similar.unwrap_or(SearchHits { hits: Vec::new(), total: 0, similar: false }))
    }
}
