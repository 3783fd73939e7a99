//! The threads that read, so that no task of the caller's runtime ever waits for the disk.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use store::table::TableError;
use tokio::sync::oneshot;

use crate::database;
use crate::error::{Fault, OpenError};

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// Reading threads over one queue: whichever is free takes the next read.
pub struct Readers {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Readers {
    /// Starts `count` threads, at least one, each with a connection of its own.
    ///
    /// # Errors
    /// The file does not open; a thread does not start.
    pub fn start(file: &Path, count: usize) -> Result<Self, OpenError> {
        let state = Mutex::new(State { jobs: VecDeque::new(), closed: false });
        let queue = Arc::new(Queue { state, changed: Condvar::new() });
        let mut readers = Self { queue, threads: Vec::new() };
        for number in 0..count.max(1) {
            let connection = database::open_reader(file)?;
            let queue = readers.queue.clone();
            let thread = thread::Builder::new()
                .name(format!("table-reader-{number}"))
                .spawn(move || serve(&queue, &connection))
                .map_err(OpenError::Threads)?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Runs a read on one of the threads. Nothing is read for a caller that no longer waits.
    ///
    /// # Errors
    /// The read's own; `Backend` - it panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, TableError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            if !reply.is_closed() {
                // The caller may have gone meanwhile; then nobody misses the answer.
                let _ = reply.send(read(connection));
            }
        });
        self.queue.state.lock().jobs.push_back(job);
        self.queue.changed.notify_one();
        Ok(answer.await.unwrap_or(Err(Fault::Stopped))?)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.state.lock().closed = true;
        self.queue.changed.notify_all();
        for thread in self.threads.drain(..) {
            // Jobs are caught when they panic, so a thread ends only by being told to.
            let _ = thread.join();
        }
    }
}

fn serve(queue: &Queue, connection: &Connection) {
    while let Some(job) = queue.next() {
        // A damaged row must not take the thread away from all others. The job drops its reply, and
        // its caller is told; a read leaves nothing behind in the connection.
        let _ = catch_unwind(AssertUnwindSafe(|| job(connection)));
    }
}

impl Queue {
    fn next(&self) -> Option<Job> {
        let mut state = self.state.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            self.changed.wait(&mut state);
        }
    }
}
