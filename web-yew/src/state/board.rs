//! The live board: the pipelines as the server last said, keyed by stage.

use std::rc::Rc;

use yew::Reducible;

use crate::graphql::fragments::{FrameKind, StageKind, StageStatus};
use crate::graphql::subscriptions::{PipelineFrame, Stage, StagePost};

/// The lines, and the last sequence number seen: a late or doubled frame changes nothing.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Board {
    seq: i32,
    /// False until the server said how things stand.
    known: bool,
    stages: Vec<Stage>,
    /// The posts of the lines, each as the last frame that named it showed it.
    posts: Vec<StagePost>,
}

impl Board {
    /// Whether a frame has come at all.
    pub(crate) fn known(&self) -> bool {
        self.known
    }

    /// All of them.
    pub(crate) fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter()
    }

    /// One of them.
    pub(crate) fn stage(&self, id: &cynic::Id) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == *id)
    }

    /// The stages of one kind, oldest first.
    pub(crate) fn of_kind(&self, kind: StageKind) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(move |stage| stage.kind == kind)
    }

    /// The stages of one post.
    pub(crate) fn of_post(&self, post: &cynic::Id) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(move |stage| {
            stage.post.as_ref().is_some_and(|of| of.id.inner() == post.inner())
        })
    }

    /// A post as the last frame about one of its lines showed it.
    pub(crate) fn post(&self, id: &cynic::Id) -> Option<&StagePost> {
        self.posts.iter().find(|post| post.id == *id)
    }

    fn see_posts(&mut self, stages: &[Stage]) {
        for post in stages.iter().filter_map(|stage| stage.post.as_ref()) {
            match self.posts.iter_mut().find(|known| known.id == post.id) {
                Some(known) => known.clone_from(post),
                None => self.posts.push(post.clone()),
            }
        }
    }

    fn set(&mut self, stage: Stage) {
        if gone(&stage) {
            self.stages.retain(|known| known.id != stage.id);
            return;
        }
        match self.stages.iter_mut().find(|known| known.id == stage.id) {
            Some(known) => *known = stage,
            None => self.stages.push(stage),
        }
    }

    /// A value, not an event: it may move a line that runs, here or elsewhere, and nothing else.
    fn advance(&mut self, stage: Stage) {
        let running = self.stages.iter_mut().find(|known| {
            known.id == stage.id
                && matches!(known.status, StageStatus::Running | StageStatus::Waiting)
                && known.revision == stage.revision
        });
        if let Some(known) = running {
            known.progress = stage.progress.or(known.progress);
            known.asset = stage.asset.or_else(|| known.asset.take());
        }
    }
}

impl Reducible for Board {
    type Action = PipelineFrame;

    fn reduce(self: Rc<Self>, frame: PipelineFrame) -> Rc<Self> {
        let late = match frame.kind {
            FrameKind::Snapshot | FrameKind::Resumed => false,
            FrameKind::Event => frame.seq <= self.seq,
            FrameKind::Progress => frame.seq < self.seq,
        };
        if late {
            return self;
        }
        let mut board = Rc::unwrap_or_clone(self);
        board.see_posts(&frame.stages);
        match frame.kind {
            FrameKind::Snapshot => {
                board.seq = frame.seq;
                board.known = true;
                board.stages = frame.stages;
            }
            FrameKind::Resumed => board.known = true,
            FrameKind::Event => {
                board.seq = frame.seq;
                frame.stages.into_iter().for_each(|stage| board.set(stage));
            }
            FrameKind::Progress => frame.stages.into_iter().for_each(|stage| board.advance(stage)),
        }
        Rc::new(board)
    }
}

/// Whether it tells of an image that is there no more: nothing is left to show of it.
fn gone(stage: &Stage) -> bool {
    stage.kind == StageKind::Image && stage.status == StageStatus::Skipped && stage.asset.is_none()
}

/// One status for several stages of a kind: what needs a person first, then what moves.
pub(crate) fn overall(statuses: impl Iterator<Item = StageStatus>) -> Option<StageStatus> {
    statuses.max_by_key(|status| match status {
        StageStatus::Skipped => 0,
        StageStatus::Ready => 1,
        StageStatus::Waiting => 2,
        StageStatus::Pending => 3,
        StageStatus::Running => 4,
        StageStatus::Failed => 5,
    })
}

/// Whether nothing more happens by itself.
pub(crate) fn ended(status: StageStatus) -> bool {
    matches!(status, StageStatus::Ready | StageStatus::Skipped | StageStatus::Failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::fragments::{DateTime, EventCursor, PostStatus};
    use crate::graphql::subscriptions::StageProgress;

    fn stage(id: &str, status: StageStatus, done: Option<i32>) -> Stage {
        Stage {
            id: cynic::Id::new(id),
            kind: StageKind::Speech,
            status,
            held: false,
            hold: None,
            progress: done.map(|done| StageProgress { done, total: 10 }),
            attempts: 1,
            failure: None,
            post: None,
            asset: None,
            revision: 1,
            updated_at: DateTime(String::new()),
            due_at: None,
        }
    }

    fn frame(kind: FrameKind, seq: i32, stages: Vec<Stage>) -> PipelineFrame {
        PipelineFrame { kind, seq, cursor: EventCursor("c".to_owned()), stages }
    }

    fn board(seq: i32, stages: Vec<Stage>) -> Rc<Board> {
        Rc::new(Board::default()).reduce(frame(FrameKind::Snapshot, seq, stages))
    }

    #[test]
    fn a_doubled_event_changes_nothing() {
        let before = board(7, vec![stage("s", StageStatus::Ready, None)]);

        let doubled = frame(FrameKind::Event, 7, vec![stage("s", StageStatus::Running, None)]);

        assert_eq!(before.clone().reduce(doubled), before);
    }

    #[test]
    fn the_next_event_replaces_its_line_and_keeps_the_others() {
        let before = board(
            7,
            vec![stage("a", StageStatus::Ready, None), stage("b", StageStatus::Pending, None)],
        );

        let event = frame(FrameKind::Event, 8, vec![stage("b", StageStatus::Running, Some(1))]);
        let after = before.reduce(event);

        assert_eq!(after.stages[0].status, StageStatus::Ready);
        assert_eq!(after.stages[1].status, StageStatus::Running);
    }

    #[test]
    fn an_image_that_is_gone_leaves_the_board() {
        let image = |status| Stage { kind: StageKind::Image, ..stage("i", status, None) };
        let waits = vec![image(StageStatus::Waiting), stage("s", StageStatus::Ready, None)];
        let before = board(7, waits);

        let after = before.reduce(frame(FrameKind::Event, 8, vec![image(StageStatus::Skipped)]));

        assert_eq!(after.stages, [stage("s", StageStatus::Ready, None)]);
    }

    #[test]
    fn progress_that_comes_after_the_end_changes_nothing() {
        let before = board(7, vec![stage("s", StageStatus::Ready, None)]);

        let late = frame(FrameKind::Progress, 7, vec![stage("s", StageStatus::Running, Some(9))]);

        assert_eq!(before.clone().reduce(late), before);
    }

    #[test]
    fn progress_of_an_older_seq_changes_nothing() {
        let before = board(7, vec![stage("s", StageStatus::Running, Some(5))]);

        let late = frame(FrameKind::Progress, 6, vec![stage("s", StageStatus::Running, Some(2))]);

        assert_eq!(before.clone().reduce(late), before);
    }

    #[test]
    fn progress_moves_a_line_that_runs_here_or_elsewhere() {
        for status in [StageStatus::Running, StageStatus::Waiting] {
            let before = board(7, vec![stage("s", status, Some(5))]);

            let frame = frame(FrameKind::Progress, 7, vec![stage("s", status, Some(6))]);

            assert_eq!(
                before.reduce(frame).stages[0].progress,
                Some(StageProgress { done: 6, total: 10 })
            );
        }
    }

    #[test]
    fn a_snapshot_after_a_gap_replaces_everything_even_with_a_lower_seq() {
        let before = board(7, vec![stage("gone", StageStatus::Running, Some(5))]);

        let after = before.reduce(frame(FrameKind::Snapshot, 3, Vec::new()));

        assert_eq!(*after, *board(3, Vec::new()));
    }

    #[test]
    fn a_resumed_frame_keeps_the_lines() {
        let before = board(7, vec![stage("s", StageStatus::Running, Some(5))]);

        let after = before.clone().reduce(frame(FrameKind::Resumed, 7, Vec::new()));

        assert_eq!(after, before);
    }

    #[test]
    fn each_frame_tells_how_the_post_of_its_lines_stands() {
        let post = |status| StagePost {
            id: cynic::Id::new("p"),
            slug: None,
            title: String::new(),
            status,
            working_copy: None,
        };
        let of =
            |status| Stage { post: Some(post(status)), ..stage("s", StageStatus::Ready, None) };
        let before = board(7, vec![of(PostStatus::Draft)]);

        let event = frame(FrameKind::Event, 8, vec![of(PostStatus::Published)]);
        let after = before.clone().reduce(event.clone());
        let late = after.clone().reduce(frame(FrameKind::Event, 7, vec![of(PostStatus::Draft)]));

        let status = |board: &Board| board.post(&cynic::Id::new("p")).map(|post| post.status);
        assert_eq!(status(&before), Some(PostStatus::Draft));
        assert_eq!(status(&after), Some(PostStatus::Published));
        assert_eq!(status(&late), Some(PostStatus::Published));
    }

    #[test]
    fn one_failed_picture_is_seen_among_those_that_are_ready() {
        let statuses = [StageStatus::Ready, StageStatus::Failed];

        assert_eq!(overall(statuses.into_iter()), Some(StageStatus::Failed));
        assert_eq!(overall([].into_iter()), None);
    }
}
