//! The one thread that writes: what waits is written together, and one commit answers all.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use domain::ports::PortError;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Index, IndexReader, IndexWriter, TantivyDocument, TantivyError, Term};
use tokio::sync::oneshot;

use crate::folder::{self, OpenIndex, failed};
use crate::schema::Fields;

/// Changes written by one commit at most; more wait for the next.
const BATCH: usize = 256;

/// What becomes of a post in the index.
pub(crate) struct Change {
    pub(crate) post: String,
    pub(crate) version: u64,
    /// The whole entry; for a post that is taken out, its version alone, so that a late change of a
    /// lower version is known for what it is.
    pub(crate) document: TantivyDocument,
}

type Answer = oneshot::Sender<Result<(), String>>;

pub(crate) struct Writer {
    sender: Option<SyncSender<(Change, Answer)>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(open: OpenIndex, fields: Fields) -> Result<Self, PortError> {
        let (sender, receiver) = sync_channel(BATCH);
        let state =
            State { index: open.index, reader: open.reader, writer: Some(open.writer), fields };
        let thread = thread::Builder::new()
            .name("search-writer".into())
            .spawn(move || state.run(&receiver))
            .map_err(failed)?;
        Ok(Self { sender: Some(sender), thread: Some(thread) })
    }

    /// Hands a change over; blocks while too many wait. The answer comes when the change is durable
    /// and visible.
    pub(crate) fn send(
        &self,
        change: Change,
    ) -> Result<oneshot::Receiver<Result<(), String>>, PortError> {
        let (answer, receiver) = oneshot::channel();
        let sent = self.sender.as_ref().is_some_and(|sender| sender.send((change, answer)).is_ok());
        if sent { Ok(receiver) } else { Err(PortError::Unavailable("search index")) }
    }
}

/// Waits for the thread, so that the index is free when this returns.
impl Drop for Writer {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the search writer panicked");
        }
    }
}

struct State {
    index: Index,
    reader: IndexReader,
    /// `None` after a failure, until the next change tries anew.
    writer: Option<IndexWriter>,
    fields: Fields,
}

impl State {
    fn run(mut self, receiver: &Receiver<(Change, Answer)>) {
        while let Ok(first) = receiver.recv() {
            // While a commit runs others arrive: they share the next one.
            let rest = receiver.try_iter().take(BATCH - 1);
            let (changes, answers): (Vec<_>, Vec<_>) = std::iter::once(first).chain(rest).unzip();
            let outcome = self.write(changes).map_err(|error| error.to_string());
            if outcome.is_err() {
                // A writer that failed may hold half of the batch: begin again from the last commit.
                self.writer = None;
            }
            for answer in answers {
                // Who asked may have gone; the change is written all the same.
                let _ = answer.send(outcome.clone());
            }
        }
    }

    fn write(&mut self, changes: Vec<Change>) -> Result<(), TantivyError> {
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => folder::writer(&self.index)?,
        };
        let mut latest: HashMap<String, u64> = HashMap::new();
        let mut changed = false;
        for change in changes {
            let present = match latest.get(&change.post) {
                Some(version) => Some(*version),
                None => self.version(&change.post)?,
            };
            if present.is_some_and(|present| present > change.version) {
                continue;
            }
            writer.delete_term(Term::from_field_text(self.fields.post, &change.post));
            writer.add_document(change.document)?;
            latest.insert(change.post, change.version);
            changed = true;
        }
        if changed {
            writer.commit()?;
            self.reader.reload()?;
        }
        self.writer = Some(writer);
        Ok(())
    }

    /// The version of a post's entry as of the last commit.
    fn version(&self, post: &str) -> Result<Option<u64>, TantivyError> {
        let term = Term::from_field_text(self.fields.post, post);
        let searcher = self.reader.searcher();
        for segment in searcher.segment_readers() {
            let inverted = segment.inverted_index(self.fields.post)?;
            let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)?
            else {
                continue;
            };
            let versions = segment.fast_fields().u64("version")?;
            let mut document = postings.doc();
            while document != tantivy::TERMINATED {
                if !segment.is_deleted(document) {
                    return Ok(versions.first(document));
                }
                document = postings.advance();
            }
        }
        Ok(None)
    }
}
