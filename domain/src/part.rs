//! Parts of a stage whose work goes on outside, such as the sections of a post that a service speaks.
//!
//! A stage that waits for parts can be claimed when nobody told of one for [`LOOK_AFTER`]: the run looks at
//! all of them. So a message that was lost costs time and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Timestamp;
use crate::ports::OutsideId;

/// Parts of a stage that go on outside at once: so its row stays small, one stage does not take all that a
/// service gives, and it is known how much a run that broke off may have begun in vain.
pub const AT_ONCE: usize = 50;
/// After so long somebody looks at the parts of a stage although nobody told of one.
pub const LOOK_AFTER: Duration = Duration::from_secs(2 * 60);
/// A part that goes on for longer is given up.
pub const LONGEST: Duration = Duration::from_secs(60 * 60);
/// How often a part is begun before its stage fails.
pub const TRIES: u32 = 3;

/// The parts of a stage, each under the name of its result.
pub type Parts = BTreeMap<String, Part>;

/// Work that goes on outside.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// Under what it is known there.
    pub outside: OutsideId,
    /// How often it was begun.
    pub attempts: u32,
    /// When it was begun last.
    pub begun_at: Timestamp,
    /// How much of the stage it is, counted as its progress is.
    pub size: u32,
    /// Whether its result is there.
    pub joined: bool,
}

impl Part {
    /// One that was begun now.
    pub fn begun(outside: OutsideId, attempts: u32, size: u32, now: Timestamp) -> Self {
        Part { outside, attempts, begun_at: now, size, joined: false }
    }

    /// Whether it has gone on for so long that it never ends.
    pub fn overdue(&self, now: Timestamp) -> bool {
        now.since(self.begun_at) >= LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Revision;
    use crate::stage::{
        Done, Failure, NotDue, Outcome, Stage, StageId, StageKind, StageStatus, Subject,
    };
    use crate::usage::{Reserved, Spent};
    use crate::{Month, PostId, UserId};

    const NOW: Timestamp = Timestamp(1_000_000);

    fn outside(id: &str) -> OutsideId {
        OutsideId(id.to_owned())
    }

    fn running() -> Stage {
        let post = PostId::from_bits(1);
        let id = StageId { subject: Subject::Post(post.clone()), kind: StageKind::Speech };
        let stage = Stage::new(id, UserId::from_bits(2), post, NOW).due(Revision(3), NOW);
        stage.claim("a".into(), NOW).unwrap()
    }

    /// Goes on as 1 (two sentences) and 2 (one), after four sentences of seven.
    fn wait(running: &Stage) -> Stage {
        let part = |id, size| Part::begun(outside(id), 1, size, NOW);
        let parts = [("first".to_owned(), part("1", 2)), ("second".to_owned(), part("2", 1))];
        let progress = Done { done: 4, total: 7 };
        running.finish(Outcome::Waiting { parts: parts.into(), progress }, NOW, 0.0)
    }

    #[test]
    fn the_last_part_makes_the_stage_due() {
        let waiting = wait(&running());
        assert_eq!((waiting.status, waiting.is_due(NOW)), (StageStatus::Waiting, false));

        let one = waiting.told("first", Some(&outside("1")), NOW).unwrap();
        assert_eq!((one.status, one.is_due(NOW)), (StageStatus::Waiting, false));
        assert_eq!(one.progress, Some(Done { done: 6, total: 7 }));
        assert_eq!(one.told("first", Some(&outside("1")), NOW), Err(NotDue), "a second time");

        let last = one.told("second", Some(&outside("2")), NOW).unwrap();
        assert_eq!((last.status, last.is_due(NOW)), (StageStatus::Pending, true));
        assert!(last.claim("b".into(), NOW).unwrap().parts.values().all(|part| part.joined));
    }

    #[test]
    fn a_part_that_was_begun_anew_or_is_of_no_run_changes_nothing() {
        let waiting = wait(&running());
        for (name, id) in [("first", "0"), ("first", "2"), ("third", "1")] {
            assert_eq!(waiting.told(name, Some(&outside(id)), NOW), Err(NotDue), "{name} {id}");
        }
        let done = running().finish(Outcome::Unchanged, NOW, 0.0);
        assert_eq!(done.told("first", Some(&outside("1")), NOW), Err(NotDue));
        assert_eq!(done.told("first", None, NOW), Err(NotDue));
        // An image waits for its upload alone.
        assert_eq!(running().waiting(NOW, NOW).told("first", None, NOW), Err(NotDue));
        assert_eq!(running().waiting(NOW, NOW).claim("b".into(), NOW), Err(NotDue));
    }

    #[test]
    fn when_nobody_tells_somebody_looks_and_that_is_no_try() {
        let mut stage = running();
        for _ in 0..10 {
            let waiting = wait(&stage);
            assert_eq!(waiting.claim("b".into(), waiting.updated_at), Err(NotDue));
            let due = waiting.due_at.unwrap();
            assert_eq!(due.since(NOW), LOOK_AFTER);
            stage = waiting.claim("b".into(), due).unwrap();
            assert_eq!((stage.attempts, stage.lost_leases, stage.parts.len()), (1, 0, 2));
        }
    }

    #[test]
    fn what_is_told_while_a_run_is_under_way_is_looked_at_when_it_ends() {
        let told = running().told("first", Some(&outside("1")), NOW).unwrap();
        assert!(told.held_with("a"), "the run goes on");
        assert_eq!(told.told("second", None, NOW), Err(NotDue), "it is known");
        let waiting = wait(&told);
        assert_eq!((waiting.status, waiting.is_due(NOW)), (StageStatus::Waiting, true));
        assert!(!wait(&waiting.claim("b".into(), NOW).unwrap()).is_due(NOW), "once");
    }

    #[test]
    fn somebody_may_ask_for_a_look() {
        let waiting = wait(&running());
        let now = waiting.told("first", None, NOW).unwrap();
        assert!(now.claim("b".into(), NOW).is_ok());
        assert_eq!(now.told("second", None, NOW), Err(NotDue), "it is due");
        let one = waiting.told("first", Some(&outside("1")), NOW).unwrap();
        assert_eq!(one.told("first", None, NOW), Err(NotDue), "that part is there");
        assert_eq!(one.told("third", None, NOW), Err(NotDue), "there is no such part");
    }

    #[test]
    fn parts_outlive_tries_and_revisions_until_the_stage_has_ended() {
        let failure = || Failure { code: "X".into(), message: "x".into() };
        let waiting = wait(&running());
        let again = waiting.due(Revision(4), NOW);
        assert_eq!((again.status, again.parts.len()), (StageStatus::Pending, 2));
        let claimed = again.claim("b".into(), NOW).unwrap();
        assert_eq!(claimed.finish(Outcome::Unavailable(failure()), NOW, 0.0).parts.len(), 2);
        for end in [Outcome::Unchanged, Outcome::Fail(failure()), Outcome::Missing(failure())] {
            assert!(claimed.finish(end, NOW, 0.0).parts.is_empty());
        }
    }

    #[test]
    fn what_parts_cost_is_kept_apart_until_they_are_joined() {
        let month = Month::of(NOW);
        let spent = Spent { units: 9, ..Spent::default() };
        let reserved = Reserved { month, units: 9 };
        let stage = Stage { spent, confirmed: Some(9), ..running().reserved(reserved) };
        let waiting = wait(&stage);
        let one = waiting.told("first", Some(&outside("1")), NOW).unwrap();
        let last = one.told("second", Some(&outside("2")), NOW).unwrap();
        let joins = last.claim("b".into(), NOW).unwrap();
        for stage in [waiting, one, last, joins.clone()] {
            let kept = (stage.spent, stage.reserved, stage.confirmed);
            assert_eq!(kept, (spent, Some(reserved), Some(9)), "{:?}", stage.status);
        }
        let ended = joins.finish(Outcome::Unchanged, NOW, 0.0);
        assert_eq!((ended.spent, ended.reserved, ended.confirmed), (Spent::default(), None, None));
    }

    #[test]
    fn a_part_that_never_ends_is_overdue() {
        let part = Part::begun(outside("1"), 1, 1, NOW);
        assert!(!part.overdue(NOW.plus(LONGEST - Duration::from_millis(1))));
        assert!(part.overdue(NOW.plus(LONGEST)));
    }
}
