//! The port, over tantivy.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use domain::PostId;
use domain::ports::{PortError, SearchDocument, SearchHit, SearchHits, SearchIndex, SearchQuery};
use korean::{Analyzer, Dictionary, Term};
use tantivy::collector::{Count, TopDocs};
use tantivy::schema::{Field, Value};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{DocAddress, IndexReader, Score, Searcher, TantivyDocument};

use crate::folder::{self, failed};
use crate::guess::Guess;
use crate::question::{self, Question};
use crate::schema::{self, Fields};
use crate::writer::{Change, Writer};
use crate::{excerpt, marks, pairs, vocabulary};

/// Pages further behind are empty: nobody reads them, and they cost memory.
const FURTHEST: usize = 10_000;

/// A search index in a folder.
///
/// Durable and visible when a change returned. Changes that wait for the disk together are committed
/// together. The folder belongs to one process at a time.
pub struct TantivyIndex {
    analyzer: Option<Analyzer>,
    reader: IndexReader,
    fields: Fields,
    writer: Arc<Writer>,
    generation: String,
}

impl TantivyIndex {
    /// Opens the index of a folder, made anew where it is missing, damaged, or of another analysis.
    ///
    /// Without a dictionary posts can be taken out, but neither put in nor found: those calls are
    /// denied, saying what to install.
    ///
    /// # Errors
    /// `Backend` - when the folder cannot be used, or another process uses it.
    pub fn open(folder: &Path, dictionary: Option<Arc<Dictionary>>) -> Result<Self, PortError> {
        let (schema, fields) = schema::schema();
        let analyzer = dictionary.map(Analyzer::new);
        let analysis = analyzer.as_ref().map(Analyzer::fingerprint);
        let open = folder::open(folder, &schema, analysis.as_deref())?;
        let (reader, generation) = (open.reader.clone(), open.generation.clone());
        let writer = Arc::new(Writer::start(open, fields)?);
        Ok(Self { analyzer, reader, fields, writer, generation })
    }

    fn analyzer(&self) -> Result<Analyzer, PortError> {
        self.analyzer.clone().ok_or_else(|| {
            PortError::Denied(
                "search needs the Korean dictionary, which is not installed: run `cargo xtask setup` \
                 and start again"
                    .into(),
            )
        })
    }

    async fn change(
        &self,
        make: impl FnOnce() -> Change + Send + 'static,
    ) -> Result<(), PortError> {
        let writer = self.writer.clone();
        let answer = blocking(move || writer.send(make())).await?;
        match answer.await {
            Ok(outcome) => outcome.map_err(failed),
            Err(_) => Err(PortError::Unavailable("search index")),
        }
    }
}

#[async_trait::async_trait]
impl SearchIndex for TantivyIndex {
    fn generation(&self) -> String {
        self.generation.clone()
    }

    async fn put(&self, document: &SearchDocument) -> Result<(), PortError> {
        let (analyzer, fields, document) = (self.analyzer()?, self.fields, document.clone());
        self.change(move || Change {
            post: document.post.to_string(),
            version: document.version,
            document: entry(&analyzer, &fields, &document),
        })
        .await
    }

    async fn remove(&self, post: &PostId, version: u64) -> Result<(), PortError> {
        let (fields, post) = (self.fields, post.to_string());
        self.change(move || {
            let mut document = TantivyDocument::default();
            document.add_text(fields.post, &post);
            document.add_u64(fields.version, version);
            Change { post, version, document }
        })
        .await
    }

    async fn search(&self, query: &SearchQuery) -> Result<SearchHits, PortError> {
        let (analyzer, fields, query) = (self.analyzer()?, self.fields, query.clone());
        let searcher = self.reader.searcher();
        blocking(move || search(&searcher, &fields, &analyzer, &query)).await
    }
}

/// Runs what takes long where that does not keep others waiting. A panic inside is an error outside.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PortError> + Send + 'static,
) -> Result<T, PortError> {
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}

fn entry(analyzer: &Analyzer, fields: &Fields, document: &SearchDocument) -> TantivyDocument {
    let mut entry = TantivyDocument::default();
    entry.add_text(fields.post, document.post.as_str());
    entry.add_u64(fields.version, document.version);
    let title = analyzer.index_terms(&document.title);
    let body = analyzer.index_terms(&document.body);
    let mut words = BTreeSet::new();
    vocabulary::collect(&mut words, &document.title, &title);
    vocabulary::collect(&mut words, &document.body, &body);
    entry.add_bytes(fields.title_marks, &marks::pack(&title));
    entry.add_bytes(fields.body_marks, &marks::pack(&body));
    entry.add_text(fields.title_source, &document.title);
    entry.add_text(fields.body_source, &document.body);
    add_terms(&mut entry, fields.title, title);
    add_terms(&mut entry, fields.body, body);
    let author = analyzer.index_terms(&document.author);
    vocabulary::collect(&mut words, &document.author, &author);
    add_terms(&mut entry, fields.author, author);
    add_pairs(&mut entry, fields.title_pairs, &document.title);
    add_pairs(&mut entry, fields.body_pairs, &document.body);
    for tag in &document.tags {
        let terms = analyzer.index_terms(tag);
        vocabulary::collect(&mut words, tag, &terms);
        add_terms(&mut entry, fields.tags, terms);
        add_pairs(&mut entry, fields.title_pairs, tag);
    }
    for word in &words {
        entry.add_bytes(fields.words, word);
    }
    entry
}

fn add_terms(entry: &mut TantivyDocument, field: Field, terms: Vec<Term>) {
    let words = terms.into_iter().map(|term| (term.text, term.range));
    entry.add_pre_tokenized_text(field, tokens(words));
}

fn add_pairs(entry: &mut TantivyDocument, field: Field, text: &str) {
    let words = pairs::pairs(text).into_iter().map(|pair| (pair.text, pair.range));
    entry.add_pre_tokenized_text(field, tokens(words));
}

fn tokens(words: impl Iterator<Item = (String, std::ops::Range<usize>)>) -> PreTokenizedString {
    let tokens = words
        .enumerate()
        .map(|(position, (text, range))| Token {
            offset_from: range.start,
            offset_to: range.end,
            position,
            text,
            position_length: 1,
        })
        .collect();
    PreTokenizedString { text: String::new(), tokens }
}

/// By words; where they find nothing, by letters; where they are nowhere, by words that are nearly so.
fn search(
    searcher: &Searcher,
    fields: &Fields,
    analyzer: &Analyzer,
    query: &SearchQuery,
) -> Result<SearchHits, PortError> {
    let text = question::cut(&query.text);
    let guess = Guess { searcher, fields, analyzer };
    let answer = |question: Option<Question>, similar| -> Result<Option<SearchHits>, PortError> {
        let Some(question) = question else { return Ok(None) };
        let (page, total) = ask(searcher, fields, &question, query)?;
        if total == 0 {
            return Ok(None);
        }
        let hits = page
            .into_iter()
            .map(|(score, address)| hit(searcher, fields, &question, score, address))
            .collect::<Result<_, _>>()?;
        Ok(Some(SearchHits { hits, total: total as u64, similar }))
    };
    // Each way is thought of only when those before it found nothing.
    let as_asked = if query.as_you_type {
        guess.completed(text).map_err(failed)?
    } else {
        Question::by_words(analyzer, text)
    };
    if let Some(hits) = answer(as_asked, false)? {
        return Ok(hits);
    }
    if let Some(hits) = answer(Question::by_letters(text), false)? {
        return Ok(hits);
    }
    for torn in [false, true] {
        let forgiven = guess.forgiven(text, query.as_you_type, torn).map_err(failed)?;
        if let Some(hits) = answer(forgiven, true)? {
            return Ok(hits);
        }
    }
    Ok(SearchHits { hits: Vec::new(), total: 0, similar: false })
}

fn ask(
    searcher: &Searcher,
    fields: &Fields,
    question: &Question,
    query: &SearchQuery,
) -> Result<(Vec<(Score, DocAddress)>, usize), PortError> {
    let limit = query.limit.clamp(1, 50) as usize;
    let offset = query.offset as usize;
    let asked = question.query(fields);
    if offset > FURTHEST {
        return Ok((Vec::new(), searcher.search(&asked, &Count).map_err(failed)?));
    }
    let page = TopDocs::with_limit(limit).and_offset(offset).order_by_score();
    searcher.search(&asked, &(page, Count)).map_err(failed)
}

fn hit(
    searcher: &Searcher,
    fields: &Fields,
    question: &Question,
    score: Score,
    address: DocAddress,
) -> Result<SearchHit, PortError> {
    let entry: TantivyDocument = searcher.doc(address).map_err(failed)?;
    let text = |field| entry.get_first(field).and_then(|value| value.as_str()).unwrap_or_default();
    let bytes =
        |field| entry.get_first(field).and_then(|value| value.as_bytes()).unwrap_or_default();
    let post = PostId::parse(text(fields.post)).map_err(|_| PortError::Corrupt {
        table: "search index",
        field: "post",
        id: text(fields.post).to_owned(),
    })?;
    let (title, body) = (text(fields.title_source), text(fields.body_source));
    let in_title = question.matches(title, bytes(fields.title_marks));
    let in_body = question.matches(body, bytes(fields.body_marks));
    Ok(SearchHit {
        post,
        score,
        title: excerpt::whole(title, &in_title),
        excerpt: excerpt::best(body, &in_body),
    })
}

#[cfg(test)]
mod tests;
