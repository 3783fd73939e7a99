//! The pipeline state machine: a stage is the job and its status in one row.
//!
//! ```text
//! PENDING -> RUNNING(progress, lease) -> READY | SKIPPED | FAILED | WAITING(parts)
//!    ^            |                            |
//!    +------------+--- retry, new revision ----+
//!                      last part
//! ```
//!
//! WAITING is for what goes on elsewhere: an image for its upload, all others for parts of their work that a
//! service outside does ([`crate::part`]). The last part makes the stage due again, and the next run joins them.
//!
//! What FAILED because something was not there, and not by its input, has a time at which it is tried
//! again: it is *probed*, ever more seldom, for a week.
//!
//! Every transition is a pure function here; the store makes it a conditional write on the row's
//! version, so of two that act on the same row one is told.

use std::fmt;
use std::time::Duration;

use crate::media::ObjectKey;
use crate::part::{LOOK_AFTER, Parts};
use crate::ports::{Mark, OutsideId, Summary};
use crate::post::{ContentHash, Revision};
use crate::usage::{Hold, Reserved, Spent};
use crate::{AssetId, PostId, Timestamp, UserId};

/// How long a claim lasts unless progress renews it.
pub const LEASE: Duration = Duration::from_secs(60);
/// Tries before a stage fails.
pub const ATTEMPTS: u32 = 5;
/// Lost leases in a row before a stage fails.
pub const LOST_LEASES: u32 = 5;
/// The longest wait that a stage in the due index allows.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);
/// How long what failed because something was not there is tried again by itself.
pub const PROBED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// The longest wait between two such tries.
pub const LONGEST_PROBE: Duration = Duration::from_secs(6 * 3600);
/// The first wait.
const FIRST_PROBE: Duration = Duration::from_secs(5 * 60);

/// What a stage makes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum StageKind {
    /// The spoken post.
    Speech,
    /// Three lines.
    Summary,
    /// The entry in the search index, or its removal.
    Search,
    /// The responsive variants of an uploaded image.
    Image,
    /// Nothing: the removal of a deleted post and all that belongs to it. Internal, see
    /// [`StageKind::internal`].
    Purge,
    /// Nothing: of a post, the search for images that nobody needs any more; of such an image, its
    /// removal. Internal.
    Tidy,
}

impl StageKind {
    /// All of them.
    pub const ALL: [StageKind; 6] = [
        StageKind::Speech,
        StageKind::Summary,
        StageKind::Search,
        StageKind::Image,
        StageKind::Purge,
        StageKind::Tidy,
    ];

    /// Whether it is housekeeping that no author sees: it is in no event, on no board, and has no id
    /// outside. So there is nobody who could press Retry, and it never fails: it is tried until it
    /// is done.
    pub fn internal(self) -> bool {
        matches!(self, StageKind::Purge | StageKind::Tidy)
    }

    /// `SPEECH`, as in keys and in the schema.
    pub fn name(self) -> &'static str {
        match self {
            StageKind::Speech => "SPEECH",
            StageKind::Summary => "SUMMARY",
            StageKind::Search => "SEARCH",
            StageKind::Image => "IMAGE",
            StageKind::Purge => "PURGE",
            StageKind::Tidy => "TIDY",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        StageKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a stage is about.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Subject {
    /// A post.
    Post(PostId),
    /// An uploaded image.
    Asset(AssetId),
}

/// Names a stage.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct StageId {
    /// What it is about.
    pub subject: Subject,
    /// What it makes.
    pub kind: StageKind,
}

impl fmt::Display for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Post(id) => write!(f, "{}:{id}", self.kind.name()),
            Subject::Asset(id) => write!(f, "{}:{id}", self.kind.name()),
        }
    }
}

/// Where a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum StageStatus {
    /// Due, or due after a wait; or held.
    Pending,
    /// Claimed by a worker.
    Running,
    /// Goes on elsewhere (an upload on its way, a task of a service outside).
    Waiting,
    /// Made.
    Ready,
    /// Nothing had to be made: it is already there, or this blog has no such thing.
    Skipped,
    /// Given up, with a reason.
    Failed,
}

/// How far a running stage is, counted in what it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Done {
    /// Sentences spoken, variants written.
    pub done: u32,
    /// Of so many.
    pub total: u32,
}

/// Why a stage failed, or waits for another try.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// Stable, in capitals.
    pub code: String,
    /// For the author.
    pub message: String,
}

/// What a stage made. Outlives its states until the next result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Made {
    /// Of the text that it was made of: decides what readers see.
    pub content: ContentHash,
    /// Of all that decides whether to run again (content, voice, model, settings).
    pub input: String,
    /// The result itself.
    pub result: StageResult,
}

/// A result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StageResult {
    /// One MP3, and an object of marks beside it.
    Speech {
        /// The MP3.
        audio: ObjectKey,
        /// Milliseconds.
        duration_ms: u32,
        /// JSON: a list of [`Mark`].
        marks: ObjectKey,
    },
    /// Three lines.
    Summary(Summary),
    /// In the index, or out of it.
    Search {
        /// Whether it can be found now.
        findable: bool,
    },
    /// The variants stand in the asset's own row.
    Image,
}

/// A claim: who holds it may write the stage.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lease {
    /// Random; known to the holder alone.
    pub token: String,
    /// Until then, unless renewed.
    pub until: Timestamp,
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("until", &self.until).finish_non_exhaustive()
    }
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stage {
    /// Its name.
    pub id: StageId,
    /// Who sees it: its events go to this author's topic.
    pub author: UserId,
    /// The post that it is about, or for which the image was uploaded.
    pub post: PostId,
    /// Counts every change of this row; the condition of every write.
    pub version: u64,
    /// Counts how often it was set due: the version of the search entry.
    pub run: u64,
    /// The published revision that it is about; 1 for an image.
    pub revision: Revision,
    /// Where it is.
    pub status: StageStatus,
    /// Waits for the author's confirmation; has no due time.
    pub held: bool,
    /// Why it is held, and what it would use.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// What its author has confirmed for this run, in the kind's unit: so much it may use although the
    /// month has no room for it.
    #[serde(default)]
    pub confirmed: Option<u64>,
    /// What is kept apart for it in its month; only while it runs, or waits for parts.
    #[serde(default)]
    pub reserved: Option<Reserved>,
    /// What its runs used and no finish has booked yet.
    #[serde(default)]
    pub spent: Spent,
    /// When somebody should look at it again.
    pub due_at: Option<Timestamp>,
    /// Present while running.
    pub lease: Option<Lease>,
    /// Tries of this run.
    pub attempts: u32,
    /// Leases lost in a row.
    pub lost_leases: u32,
    /// Starts of the process in a row that found it running (see [`Stage::release`]).
    pub found_running: u32,
    /// While running, or waiting for parts.
    pub progress: Option<Done>,
    /// What goes on outside. Kept until the stage has ended, so that a run, also of another revision, need
    /// not pay for what one before has begun.
    #[serde(default, skip_serializing_if = "Parts::is_empty")]
    pub parts: Parts,
    /// Somebody told of a part while it ran, which the run may have missed: it is looked again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
    /// Why it failed, or why it waits.
    pub failure: Option<Failure>,
    /// Since when it fails because something is not there; the probes count from here. Absent in rows
    /// from before there were probes: those wait for a person.
    #[serde(default)]
    pub unavailable_since: Option<Timestamp>,
    /// What it made last.
    pub made: Option<Made>,
    /// Last change of status.
    pub updated_at: Timestamp,
}

/// How a run ended, as a worker says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Made.
    Made(Made),
    /// Equal input, and the result is still there; or this blog makes no such thing.
    Unchanged,
    /// May succeed later.
    Retry(Failure),
    /// A service did not answer: as `Retry`, and probed once it has failed.
    Unavailable(Failure),
    /// Something is not installed or not allowed, which a person has to mend: fails at once, and is
    /// probed, so that nobody has to press Retry afterwards.
    Missing(Failure),
    /// Will not succeed by itself.
    Fail(Failure),
    /// Not begun: it would use more than its month has left.
    Held(Hold),
    /// Parts of it go on outside.
    Waiting {
        /// All that go on.
        parts: Parts,
        /// How far it is without them.
        progress: Done,
    },
}

/// Why a stage was not claimed. Nothing is wrong: somebody else has it, or there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stage is not due")]
pub struct NotDue;

impl Stage {
    /// A stage that was never due.
    pub fn new(id: StageId, author: UserId, post: PostId, now: Timestamp) -> Self {
        Stage {
            id,
            author,
            post,
            version: 0,
            run: 0,
            revision: Revision(1),
            status: StageStatus::Pending,
            held: false,
            hold: None,
            confirmed: None,
            reserved: None,
            spent: Spent::default(),
            due_at: None,
            lease: None,
            attempts: 0,
            lost_leases: 0,
            found_running: 0,
            progress: None,
            parts: Parts::new(),
            told: false,
            failure: None,
            unavailable_since: None,
            made: None,
            updated_at: now,
        }
    }

    fn changed(&self, status: StageStatus, now: Timestamp) -> Self {
        Stage {
            status,
            version: self.version + 1,
            updated_at: now,
            lease: None,
            due_at: None,
            progress: None,
            told: false,
            held: false,
            hold: None,
            reserved: None,
            ..self.clone()
        }
    }

    /// Sets it due for a revision. Whoever runs it for an older one has lost it.
    #[must_use]
    pub fn due(&self, revision: Revision, now: Timestamp) -> Self {
        Stage {
            revision,
            run: self.run + 1,
            attempts: 0,
            lost_leases: 0,
            found_running: 0,
            failure: None,
            unavailable_since: None,
            confirmed: None,
            due_at: Some(now),
            ..self.changed(StageStatus::Pending, now)
        }
    }

    /// Sets it due at a later time. For work that nobody may do before, as a purge.
    #[must_use]
    pub fn due_later(&self, at: Timestamp, now: Timestamp) -> Self {
        Stage { due_at: Some(at), ..self.due(self.revision, now) }
    }

    /// Takes it out of the due index: there is nothing to do (any more).
    #[must_use]
    pub fn cancelled(&self, now: Timestamp) -> Self {
        self.changed(StageStatus::Skipped, now)
    }

    /// The same as a new version of its row: whoever decided by the old one decides anew.
    #[must_use]
    pub fn touched(&self) -> Self {
        Stage { version: self.version + 1, ..self.clone() }
    }

    /// Lets it wait for something outside until `until`.
    #[must_use]
    pub fn waiting(&self, until: Timestamp, now: Timestamp) -> Self {
        Stage { due_at: Some(until), ..self.changed(StageStatus::Waiting, now) }
    }

    /// Whether somebody should act on it now. A due time further ahead than any wait allows is due: a
    /// clock went backwards. Housekeeping alone waits as long as it says.
    pub fn is_due(&self, now: Timestamp) -> bool {
        let beyond = |due| due > now.plus(LONGEST_WAIT) && !self.id.kind.internal();
        self.due_at.is_some_and(|due| due <= now || beyond(due))
    }

    /// Claims it for one run.
    ///
    /// A lost lease is counted; too many fail the stage, which the caller writes as it is returned. One that
    /// waits for parts is claimed to look at them.
    ///
    /// # Errors
    /// [`NotDue`] - when it is done, held, waiting for an upload, or leased.
    pub fn claim(&self, token: String, now: Timestamp) -> Result<Self, NotDue> {
        let lost = self.status == StageStatus::Running;
        let claimable = match self.status {
            StageStatus::Pending | StageStatus::Running => true,
            StageStatus::Waiting => !self.parts.is_empty(),
            StageStatus::Ready | StageStatus::Skipped | StageStatus::Failed => false,
        };
        if !claimable || !self.is_due(now) {
            return Err(NotDue);
        }
        let lost_leases = if lost { self.lost_leases + 1 } else { self.lost_leases };
        if lost_leases >= LOST_LEASES && !self.id.kind.internal() {
            let failure = Failure {
                code: "LOST".into(),
                message: format!("the work was broken off {LOST_LEASES} times in a row"),
            };
            return Ok(Stage {
                failure: Some(failure),
                lost_leases,
                ..self.changed(StageStatus::Failed, now)
            });
        }
        let until = now.plus(LEASE);
        Ok(Stage {
            lease: Some(Lease { token, until }),
            due_at: Some(until),
            attempts: self.attempts + 1,
            lost_leases,
            // Its parts were paid for out of it.
            reserved: self.reserved.filter(|_| !self.parts.is_empty()),
            ..self.changed(StageStatus::Running, now)
        })
    }

    /// Whether `token` is the claim that holds it.
    pub fn held_with(&self, token: &str) -> bool {
        self.status == StageStatus::Running
            && self.lease.as_ref().is_some_and(|lease| lease.token == token)
    }

    /// Renews the lease and says how far the work is.
    #[must_use]
    pub fn progressed(&self, progress: Done, now: Timestamp) -> Self {
        let until = now.plus(LEASE);
        Stage {
            version: self.version + 1,
            progress: Some(progress),
            lease: self.lease.clone().map(|lease| Lease { until, ..lease }),
            due_at: Some(until),
            ..self.clone()
        }
    }

    /// Hears of the part `name`: its result is there, if it is known outside as `joined`; none says that
    /// somebody should look. The last part makes it due. A run may have missed the part, and is followed by
    /// another look.
    ///
    /// # Errors
    /// [`NotDue`] - when it does not wait for that part, or knows already.
    pub fn told(
        &self,
        name: &str,
        joined: Option<&OutsideId>,
        now: Timestamp,
    ) -> Result<Self, NotDue> {
        let next = |stage: Stage| Ok(Stage { version: self.version + 1, ..stage });
        if self.status == StageStatus::Running && !self.told {
            return next(Stage { told: true, ..self.clone() });
        }
        if self.status != StageStatus::Waiting {
            return Err(NotDue);
        }
        let mut parts = self.parts.clone();
        let part = parts.get_mut(name).filter(|part| !part.joined).ok_or(NotDue)?;
        match joined {
            None if self.is_due(now) => Err(NotDue),
            None => next(Stage { due_at: Some(now), ..self.clone() }),
            Some(outside) if part.outside != *outside => Err(NotDue),
            Some(_) => {
                part.joined = true;
                let (size, last) = (part.size, parts.values().all(|part| part.joined));
                let progress = self.progress.map(|progress| Done {
                    done: progress.done.saturating_add(size).min(progress.total),
                    ..progress
                });
                if last {
                    let reserved = self.reserved;
                    let due = self.changed(StageStatus::Pending, now);
                    return Ok(Stage { due_at: Some(now), parts, reserved, ..due });
                }
                next(Stage { parts, progress, ..self.clone() })
            }
        }
    }

    /// Keeps something apart for the run in its month.
    #[must_use]
    pub fn reserved(&self, reserved: Reserved) -> Self {
        Stage { version: self.version + 1, reserved: Some(reserved), ..self.clone() }
    }

    /// Sets a held stage due, as its author confirms, for as much as it said that it would use. Whatever
    /// its month has left: once.
    ///
    /// # Errors
    /// [`NotDue`] - when it is not held.
    pub fn confirm(&self, now: Timestamp) -> Result<Self, NotDue> {
        let hold = self.hold.filter(|_| self.held).ok_or(NotDue)?;
        Ok(Stage { confirmed: Some(hold.units), ..self.let_go(now)? })
    }

    /// Sets a held stage due without a confirmation: its month may have room for it now.
    ///
    /// # Errors
    /// [`NotDue`] - when it is not held.
    pub fn let_go(&self, now: Timestamp) -> Result<Self, NotDue> {
        if self.held {
            Ok(Stage { due_at: Some(now), ..self.changed(StageStatus::Pending, now) })
        } else {
            Err(NotDue)
        }
    }

    /// Ends a run. What it used is booked with it. `jitter` (0 to 1) spreads the next tries.
    #[must_use]
    pub fn finish(&self, outcome: Outcome, now: Timestamp, jitter: f64) -> Self {
        let ended = |status| Stage {
            failure: None,
            unavailable_since: None,
            lost_leases: 0,
            found_running: 0,
            spent: Spent::default(),
            confirmed: self
                .confirmed
                .filter(|_| matches!(status, StageStatus::Pending | StageStatus::Waiting)),
            parts: match status {
                StageStatus::Pending => self.parts.clone(),
                _ => Parts::new(),
            },
            ..self.changed(status, now)
        };
        let again = |failure| Stage {
            failure: Some(failure),
            unavailable_since: self.unavailable_since,
            due_at: Some(now.plus(back_off(self.attempts, jitter))),
            ..ended(StageStatus::Pending)
        };
        let failed = |failure| Stage { failure: Some(failure), ..ended(StageStatus::Failed) };
        let spent = self.attempts >= ATTEMPTS;
        match outcome {
            Outcome::Made(made) => Stage { made: Some(made), ..ended(StageStatus::Ready) },
            Outcome::Held(hold) => Stage {
                held: true,
                hold: Some(hold),
                confirmed: None,
                // It was not tried.
                attempts: self.attempts.saturating_sub(1),
                ..ended(StageStatus::Pending)
            },
            Outcome::Waiting { parts, progress } => Stage {
                parts,
                progress: Some(progress),
                due_at: Some(if self.told { now } else { now.plus(LOOK_AFTER) }),
                // To look is no try, and what the parts cost is told when they are joined.
                attempts: self.attempts.saturating_sub(1),
                spent: self.spent,
                reserved: self.reserved,
                ..ended(StageStatus::Waiting)
            },
            Outcome::Unchanged => ended(StageStatus::Skipped),
            Outcome::Fail(failure)
            | Outcome::Retry(failure)
            | Outcome::Unavailable(failure)
            | Outcome::Missing(failure)
                if self.id.kind.internal() =>
            {
                again(failure)
            }
            Outcome::Retry(failure) | Outcome::Unavailable(failure) if !spent => again(failure),
            Outcome::Fail(failure) | Outcome::Retry(failure) => failed(failure),
            Outcome::Unavailable(failure) | Outcome::Missing(failure) => {
                let since = self.unavailable_since.unwrap_or(now);
                let probe = next_probe(since, now);
                Stage { unavailable_since: Some(since), due_at: probe, ..failed(failure) }
            }
        }
    }

    /// Sets a stage that failed because something was not there due for one try, when it is time. What
    /// comes of it decides when the next one is.
    ///
    /// # Errors
    /// [`NotDue`] - when it has not failed so, or not now.
    pub fn probe(&self, now: Timestamp) -> Result<Self, NotDue> {
        // Further ahead than any probe: a clock went backwards.
        let time = |due: Timestamp| due <= now || due > now.plus(LONGEST_PROBE);
        if self.status != StageStatus::Failed || !self.due_at.is_some_and(time) {
            return Err(NotDue);
        }
        Ok(Stage { due_at: Some(now), ..self.changed(StageStatus::Pending, now) })
    }

    /// Gives a claim back without a try: the process that held it has ended, and this one owns the
    /// data. What was found running three starts in a row waits 5 s, doubled up to 60 s: it may be
    /// what ends the process.
    #[must_use]
    pub fn release(&self, now: Timestamp) -> Self {
        let found_running = self.found_running + 1;
        let wait = match found_running {
            0..3 => Duration::ZERO,
            n => Duration::from_secs(60).min(Duration::from_secs(5) * 2u32.saturating_pow(n - 3)),
        };
        Stage {
            attempts: self.attempts.saturating_sub(1),
            found_running,
            due_at: Some(now.plus(wait)),
            ..self.changed(StageStatus::Pending, now)
        }
    }

    /// Whether it would go on by itself and use what is paid for. When a blog moves, it waits in the other
    /// home for its author.
    pub fn would_be_paid(&self) -> bool {
        let paid = matches!(self.id.kind, StageKind::Speech | StageKind::Summary);
        paid && (self.held || self.due_at.is_some())
    }

    /// As it goes on in another home, where nobody has a lease of it. What would be paid for there is held,
    /// with the `units` that it would use; the entry in the index, which is empty there, is due; all else is
    /// as it was. A stage that has arrived before and waits stays as it is.
    #[must_use]
    pub fn arrived(&self, units: u64, now: Timestamp) -> Self {
        let waits = self.status == StageStatus::Pending && self.failure.is_none();
        if self.would_be_paid() {
            if self.hold.is_some_and(|hold| hold.limit.is_none()) {
                return self.clone();
            }
            return Stage {
                held: true,
                hold: Some(Hold::of_arrival(units)),
                confirmed: None,
                attempts: 0,
                lost_leases: 0,
                found_running: 0,
                failure: None,
                unavailable_since: None,
                ..self.changed(StageStatus::Pending, now)
            };
        }
        match (self.id.kind, self.status) {
            (StageKind::Search, _) if !(waits && self.due_at.is_some()) => {
                self.due(self.revision, now)
            }
            (_, StageStatus::Running) => Stage { found_running: 0, ..self.release(now) },
            _ => self.clone(),
        }
    }

    /// Sets a failed stage due again, as its author asks.
    ///
    /// # Errors
    /// [`NotDue`] - when it has not failed and does not wait for another try.
    pub fn retry(&self, now: Timestamp) -> Result<Self, NotDue> {
        let waits = self.status == StageStatus::Pending && self.failure.is_some();
        if self.status == StageStatus::Failed || waits {
            Ok(self.due(self.revision, now))
        } else {
            Err(NotDue)
        }
    }

    /// The result, while it was made of `content`.
    pub fn result_for(&self, content: &ContentHash) -> Option<&StageResult> {
        self.made.as_ref().filter(|made| made.content == *content).map(|made| &made.result)
    }
}

/// Exponential, 2 s doubled up to 5 minutes, half of it chance.
fn back_off(attempts: u32, jitter: f64) -> Duration {
    let base = Duration::from_secs(2) * 2u32.saturating_pow(attempts.saturating_sub(1).min(10));
    base.min(Duration::from_secs(300)).mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
}

/// Waiting as long again as it has lasted doubles the time from probe to probe; none after a week.
fn next_probe(since: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let lasted = now.since(since);
    let next = now.plus(lasted.clamp(FIRST_PROBE, LONGEST_PROBE));
    (next <= since.plus(PROBED_FOR)).then_some(next)
}

/// Marks as they are stored beside the audio.
pub type Marks = Vec<Mark>;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn pending() -> Stage {
        let post = PostId::from_bits(1);
        let id = StageId { subject: Subject::Post(post.clone()), kind: StageKind::Speech };
        Stage::new(id, UserId::from_bits(2), post, NOW).due(Revision(3), NOW)
    }

    fn failure() -> Failure {
        Failure { code: "X".into(), message: "x".into() }
    }

    #[test]
    fn a_leased_stage_cannot_be_claimed_until_the_lease_is_over() {
        let running = pending().claim("a".into(), NOW).unwrap();
        assert_eq!(running.claim("b".into(), NOW.plus(LEASE / 2)), Err(NotDue));

        let again = running.claim("b".into(), NOW.plus(LEASE)).unwrap();
        assert!(again.held_with("b") && !again.held_with("a"));
        assert_eq!(again.lost_leases, 1);
    }

    #[test]
    fn a_new_revision_takes_the_stage_from_whoever_runs_it() {
        let running = pending().claim("a".into(), NOW).unwrap();
        assert!(!running.due(Revision(4), NOW).held_with("a"));
    }

    #[test]
    fn a_stage_that_may_succeed_later_fails_after_five_attempts() {
        let mut stage = pending();
        for attempt in 1..=ATTEMPTS {
            stage = stage.claim("a".into(), stage.due_at.unwrap()).unwrap();
            stage = stage.finish(Outcome::Retry(failure()), NOW, 1.0);
            let expected =
                if attempt < ATTEMPTS { StageStatus::Pending } else { StageStatus::Failed };
            assert_eq!(stage.status, expected, "attempt {attempt}");
        }
    }

    /// Fails so until it is not probed any more; the minutes between the tries.
    fn probes(outcome: impl Fn() -> Outcome) -> Vec<u64> {
        let mut stage = pending();
        let mut failed_at: Option<Timestamp> = None;
        let mut waits = vec![];
        while let Some(due) = stage.due_at {
            if stage.status == StageStatus::Failed {
                waits.extend(failed_at.map(|at| due.since(at).as_secs() / 60));
                assert_eq!(stage.probe(due.minus(Duration::from_millis(1))), Err(NotDue));
                stage = stage.probe(due).unwrap();
            }
            stage = stage.claim("a".into(), stage.due_at.unwrap()).unwrap();
            let now = stage.updated_at;
            stage = stage.finish(outcome(), now, 1.0);
            failed_at = Some(now);
            assert!(waits.len() < 100, "it never ends");
        }
        assert_eq!(stage.status, StageStatus::Failed);
        waits
    }

    #[test]
    fn what_was_not_there_is_probed_ever_more_seldom_for_a_week_and_bad_input_is_not() {
        let waits = probes(|| Outcome::Missing(failure()));
        assert_eq!(waits[..8], [5, 5, 10, 20, 40, 80, 160, 320]);
        assert!(waits[8..].iter().all(|wait| *wait == 360), "{waits:?}");
        let minutes: u64 = waits.iter().sum();
        assert!((6 * 24 * 60..=7 * 24 * 60).contains(&minutes), "{minutes} minutes");

        assert_eq!(probes(|| Outcome::Fail(failure())), [] as [u64; 0]);
    }

    #[test]
    fn a_service_that_does_not_answer_is_asked_five_times_and_then_probed() {
        let mut stage = pending();
        for attempt in 1..=ATTEMPTS {
            stage = stage.claim("a".into(), stage.due_at.unwrap()).unwrap();
            stage = stage.finish(Outcome::Unavailable(failure()), NOW, 1.0);
            assert_eq!(stage.status == StageStatus::Failed, attempt == ATTEMPTS);
        }
        assert_eq!(stage.due_at, Some(NOW.plus(Duration::from_secs(300))));
        // One try, not five more; and what it made counts anew.
        let due = stage.due_at.unwrap();
        let probed = stage.probe(due).unwrap().claim("b".into(), due).unwrap();
        let failed = probed.finish(Outcome::Unavailable(failure()), NOW, 1.0);
        assert_eq!(failed.status, StageStatus::Failed);
        let ready = probed.finish(Outcome::Unchanged, NOW, 1.0);
        assert_eq!((ready.unavailable_since, ready.due_at), (None, None));
    }

    #[test]
    fn a_retry_begins_the_week_of_probes_anew() {
        let stage = pending().claim("a".into(), NOW).unwrap();
        let failed = stage.finish(Outcome::Missing(failure()), NOW, 1.0);
        assert_eq!(failed.retry(NOW).unwrap().unavailable_since, None);
    }

    #[test]
    fn a_probe_beyond_any_wait_is_due_because_a_clock_went_back() {
        let stage = pending().claim("a".into(), NOW).unwrap();
        let failed = stage.finish(Outcome::Missing(failure()), NOW, 1.0);
        assert!(failed.probe(NOW.minus(LONGEST_PROBE)).is_ok());
        assert_eq!(failed.probe(NOW.minus(Duration::from_secs(3600))), Err(NotDue));
    }

    #[test]
    fn five_lost_leases_in_a_row_fail_the_stage() {
        let mut stage = pending();
        for _ in 0..=LOST_LEASES {
            stage = stage.claim("a".into(), stage.due_at.unwrap()).unwrap();
        }
        assert_eq!(stage.status, StageStatus::Failed);
        assert_eq!(stage.failure.unwrap().code, "LOST");
    }

    #[test]
    fn a_released_stage_has_lost_neither_an_attempt_nor_a_lease() {
        let released = pending().claim("a".into(), NOW).unwrap().release(NOW);
        assert_eq!((released.attempts, released.lost_leases), (0, 0));
        assert!(released.is_due(NOW));
    }

    #[test]
    fn what_ends_the_process_three_times_waits_longer_each_time() {
        let mut stage = pending();
        let mut waits = vec![];
        for _ in 0..8 {
            stage = stage.claim("a".into(), stage.due_at.unwrap()).unwrap().release(NOW);
            waits.push(stage.due_at.unwrap().since(NOW).as_secs());
        }
        assert_eq!(waits, [0, 0, 5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn a_due_time_beyond_any_wait_is_due_because_a_clock_went_back() {
        let mut stage = pending();
        stage.due_at = Some(NOW.plus(LONGEST_WAIT + Duration::from_secs(1)));
        assert!(stage.is_due(NOW));
    }

    #[test]
    fn a_held_stage_waits_until_it_is_confirmed_and_only_for_what_was_in_sight() {
        let hold = Hold { units: 70, used: 40, limit: Some(100) };
        let held = pending().claim("a".into(), NOW).unwrap().finish(Outcome::Held(hold), NOW, 0.0);
        assert_eq!((held.status, held.held, held.due_at), (StageStatus::Pending, true, None));
        assert_eq!((held.hold, held.attempts), (Some(hold), 0));
        assert_eq!(held.claim("b".into(), NOW), Err(NotDue));
        assert_eq!(pending().confirm(NOW), Err(NotDue));

        let confirmed = held.confirm(NOW).unwrap();
        assert!(confirmed.is_due(NOW) && !confirmed.held);
        let run = confirmed.claim("b".into(), NOW).unwrap();
        assert_eq!(run.confirmed, Some(70));
        // Tried again without asking again; not the next run, and not another revision.
        let again = run.finish(Outcome::Retry(failure()), NOW, 0.0);
        assert_eq!((again.confirmed, again.held), (Some(70), false));
        assert_eq!(run.finish(Outcome::Unchanged, NOW, 0.0).confirmed, None);
        assert_eq!(run.finish(Outcome::Fail(failure()), NOW, 0.0).confirmed, None);
        assert_eq!(run.due(Revision(4), NOW).confirmed, None);
    }

    #[test]
    fn what_broken_off_runs_used_is_kept_until_it_is_booked_and_what_they_reserved_is_not() {
        let month = crate::Month::of(NOW);
        let spent = Spent { units: 5, ..Spent::default() };
        let running = pending().claim("a".into(), NOW).unwrap();
        let running = Stage { spent, ..running.reserved(Reserved { month, units: 9 }) };
        for broken_off in [
            running.release(NOW),
            running.due(Revision(4), NOW),
            running.claim("b".into(), NOW.plus(LEASE)).unwrap(),
        ] {
            assert_eq!((broken_off.spent, broken_off.reserved), (spent, None));
        }
        let booked = running.finish(Outcome::Retry(failure()), NOW, 0.0);
        assert_eq!((booked.spent, booked.reserved), (Spent::default(), None));
    }

    fn of_kind(kind: StageKind) -> Stage {
        let stage = pending();
        Stage { id: StageId { kind, ..stage.id.clone() }, ..stage }
    }

    #[test]
    fn what_is_paid_for_waits_in_another_home_for_its_author() {
        let running = pending().claim("a".into(), NOW).unwrap();
        let unavailable = Outcome::Missing(failure());
        let probed = running.finish(unavailable, NOW, 0.0);
        let budget = Hold { units: 9, used: 1, limit: Some(5) };
        let held = running.finish(Outcome::Held(budget), NOW, 0.0);
        for stage in [pending(), running, probed, held.clone(), held.confirm(NOW).unwrap()] {
            assert!(stage.would_be_paid());
            let arrived = stage.arrived(70, NOW);
            assert_eq!((arrived.status, arrived.held), (StageStatus::Pending, true));
            assert_eq!(arrived.hold, Some(Hold { units: 70, used: 0, limit: None }));
            assert_eq!((arrived.due_at, &arrived.lease, arrived.confirmed), (None, &None, None));
            assert_eq!(arrived.claim("b".into(), NOW), Err(NotDue));
            assert_eq!(arrived.arrived(80, NOW.plus(LEASE)), arrived, "it moves on as it is");
            assert!(arrived.confirm(NOW).unwrap().is_due(NOW));
        }
    }

    #[test]
    fn what_is_done_or_given_up_moves_as_it_is() {
        let content = ContentHash::of("a");
        let made = Made { content, input: "i".into(), result: StageResult::Image };
        let running = pending().claim("a".into(), NOW).unwrap();
        for outcome in [Outcome::Made(made), Outcome::Unchanged, Outcome::Fail(failure())] {
            let ended = running.finish(outcome, NOW, 0.0);
            assert_eq!(ended.arrived(70, NOW.plus(LEASE)), ended);
        }
        assert_eq!(purge().arrived(0, NOW.plus(LEASE)), purge());
    }

    #[test]
    fn an_entry_of_the_index_is_made_anew_in_another_home() {
        let content = ContentHash::of("a");
        let result = StageResult::Search { findable: true };
        let made = Made { content, input: "i".into(), result };
        let running = of_kind(StageKind::Search).claim("a".into(), NOW).unwrap();
        for stage in [
            running.finish(Outcome::Made(made), NOW, 0.0),
            running.finish(Outcome::Fail(failure()), NOW, 0.0),
            running,
        ] {
            let arrived = stage.arrived(0, NOW.plus(LEASE));
            assert!(arrived.is_due(NOW.plus(LEASE)) && !arrived.held);
            assert_eq!(arrived.arrived(0, NOW.plus(LEASE * 2)), arrived);
        }
    }

    #[test]
    fn a_lease_does_not_move() {
        let running = of_kind(StageKind::Image).claim("a".into(), NOW).unwrap();
        let arrived = running.arrived(0, NOW);
        assert!(arrived.is_due(NOW) && arrived.lease.is_none());
        assert_eq!((arrived.attempts, arrived.found_running), (0, 0));
    }

    fn purge() -> Stage {
        let post = PostId::from_bits(1);
        let id = StageId { subject: Subject::Post(post.clone()), kind: StageKind::Purge };
        let week = NOW.plus(Duration::from_secs(7 * 24 * 3600));
        Stage::new(id, UserId::from_bits(2), post, NOW).due_later(week, NOW)
    }

    #[test]
    fn a_purge_waits_beyond_any_wait_and_is_cancelled_for_good() {
        let purge = purge();
        let due = purge.due_at.unwrap();
        assert!(!purge.is_due(NOW) && !purge.is_due(due.minus(Duration::from_millis(1))));
        assert!(purge.is_due(due));
        let cancelled = purge.cancelled(NOW);
        assert_eq!(cancelled.claim("a".into(), due), Err(NotDue));
        assert!(!cancelled.is_due(due));
    }

    #[test]
    fn a_purge_is_tried_until_it_is_done_since_nobody_could_retry_it() {
        let mut stage = purge();
        for _ in 0..3 * ATTEMPTS {
            stage = stage.claim("a".into(), stage.due_at.unwrap()).unwrap();
            stage = stage.finish(Outcome::Fail(failure()), stage.updated_at, 1.0);
            assert_eq!(stage.status, StageStatus::Pending);
        }
        for _ in 0..3 * LOST_LEASES {
            stage = stage.claim("a".into(), stage.due_at.unwrap()).unwrap();
            assert_eq!(stage.status, StageStatus::Running);
        }
    }

    #[test]
    fn a_result_outlives_failure_and_is_shown_only_for_its_content() {
        let content = ContentHash::of("a");
        let made = Made { content: content.clone(), input: "i".into(), result: StageResult::Image };
        let stage = pending().claim("a".into(), NOW).unwrap();
        let stage = stage.finish(Outcome::Made(made), NOW, 0.0);
        let stage = stage.due(Revision(4), NOW).claim("b".into(), NOW).unwrap();
        let stage = stage.finish(Outcome::Fail(failure()), NOW, 0.0);
        assert_eq!(stage.result_for(&content), Some(&StageResult::Image));
        assert_eq!(stage.result_for(&ContentHash::of("b")), None);
    }
}
