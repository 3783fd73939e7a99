//! What of all pipelines needs a person: what has failed, what is held, and what should have begun long
//! ago.

use crate::graphql::fragments::StageStatus;
use crate::graphql::subscriptions::Stage;
use crate::state::board::Board;

/// How long a pipeline may be due before it counts as overdue, in milliseconds.
pub(crate) const OVERDUE_AFTER_MS: f64 = 120_000.0;
/// As many as the server tries again at once.
pub(crate) const AT_ONCE: usize = 25;

/// What is wrong with a pipeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    Failed,
    /// Waits for a confirmation.
    Held,
    Overdue,
}

/// Whether something is wrong with a pipeline. `late` is the moment before which what is due is overdue,
/// written as the server writes times, which are in the order of their letters.
pub(crate) fn trouble(stage: &Stage, late: &str) -> Option<Trouble> {
    let overdue = stage.due_at.as_ref().is_some_and(|due| due.0.as_str() < late);
    match stage.status {
        StageStatus::Failed => Some(Trouble::Failed),
        StageStatus::Pending if stage.held => Some(Trouble::Held),
        StageStatus::Pending if overdue => Some(Trouble::Overdue),
        _ => None,
    }
}

/// All that needs a person, failures first and then what is held, the latest change first among them. The
/// board is as of now, but knows the newest posts only; `listed` knows all, as it was when it was asked for.
pub(crate) fn troubles(board: &Board, listed: &[Stage], late: &str) -> Vec<(Trouble, Stage)> {
    let unheard = listed.iter().filter(|stage| board.stage(&stage.id).is_none());
    let mut found: Vec<_> = board
        .stages()
        .chain(unheard)
        .filter_map(|stage| Some((trouble(stage, late)?, stage.clone())))
        .collect();
    found.sort_by(|(one, a), (other, b)| {
        let place = |trouble: Trouble| match trouble {
            Trouble::Failed => 0,
            Trouble::Held => 1,
            Trouble::Overdue => 2,
        };
        place(*one).cmp(&place(*other)).then_with(|| b.updated_at.0.cmp(&a.updated_at.0))
    });
    found
}

/// Whether trying again is for the reader to ask: a pipeline that was never tried begins by itself.
pub(crate) fn retryable(stage: &Stage) -> bool {
    let never_came = stage.failure.as_ref().is_some_and(|told| told.code == "NEVER_ARRIVED");
    stage.failure.is_some() && !never_came
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use yew::Reducible;

    use super::*;
    use crate::graphql::fragments::{DateTime, EventCursor, FrameKind, StageKind};
    use crate::graphql::subscriptions::{PipelineFrame, StageFailure};

    const LATE: &str = "2026-11-23T09:00:00.000Z";

    fn stage(id: &str, status: StageStatus, updated_at: &str) -> Stage {
        Stage {
            id: cynic::Id::new(id),
            kind: StageKind::Speech,
            status,
            held: false,
            hold: None,
            progress: None,
            attempts: 1,
            failure: None,
            post: None,
            asset: None,
            revision: 1,
            updated_at: DateTime(updated_at.to_owned()),
            due_at: None,
        }
    }

    fn due(id: &str, at: &str) -> Stage {
        let due_at = Some(DateTime(at.to_owned()));
        Stage { due_at, ..stage(id, StageStatus::Pending, at) }
    }

    fn board(stages: Vec<Stage>) -> Rc<Board> {
        let cursor = EventCursor("c".to_owned());
        let kind = FrameKind::Snapshot;
        Rc::new(Board::default()).reduce(PipelineFrame { kind, seq: 1, cursor, stages })
    }

    #[test]
    fn what_should_have_begun_long_ago_is_overdue_and_what_is_held_waits_for_a_person() {
        let old = due("a", "2026-11-23T08:59:59.999Z");

        assert_eq!(trouble(&old, LATE), Some(Trouble::Overdue));
        assert_eq!(trouble(&due("a", "2026-11-23T09:00:00.001Z"), LATE), None);
        let held = Stage { held: true, due_at: None, ..old.clone() };
        assert_eq!(trouble(&held, LATE), Some(Trouble::Held));
        assert_eq!(trouble(&Stage { status: StageStatus::Running, ..old }, LATE), None);
    }

    #[test]
    fn the_board_is_believed_before_the_list_and_the_list_where_the_board_knows_nothing() {
        let failed = |id, at| stage(id, StageStatus::Failed, at);
        let board = board(vec![
            stage("mended", StageStatus::Running, "2026-11-23T08:00:00.000Z"),
            failed("known", "2026-11-23T07:00:00.000Z"),
            due("late", "2026-11-23T08:30:00.000Z"),
        ]);
        let listed = ["mended", "known", "old"].map(|id| failed(id, "2026-11-23T06:00:00.000Z"));

        let found = troubles(&board, &listed, LATE);

        let ids: Vec<_> = found.iter().map(|(_, stage)| stage.id.inner().to_owned()).collect();
        assert_eq!(ids, ["known", "old", "late"]);
    }

    #[test]
    fn an_upload_that_never_came_cannot_be_tried_again() {
        let failed = |code: &str| Stage {
            failure: Some(StageFailure {
                code: code.to_owned(),
                message: String::new(),
                retry_at: None,
            }),
            ..stage("s", StageStatus::Failed, LATE)
        };

        assert!(retryable(&failed("CRASHED")));
        assert!(!retryable(&failed("NEVER_ARRIVED")));
        assert!(!retryable(&due("s", LATE)));
    }
}
