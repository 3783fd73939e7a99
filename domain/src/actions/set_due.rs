//! How an action sets stages due and says so, in its change.

use crate::event::{Event, EventKind, Head, StageFacts};
use crate::ports::{Change, IdSource, Loaded, PortError, Step};
use crate::post::{Post, Revision, UNUSED_FOR};
use crate::stage::{Stage, StageId, StageKind, Subject};
use crate::{AssetId, PostId, Timestamp, UserId};

pub(super) fn stage_id(post: &PostId, kind: StageKind) -> StageId {
    StageId { subject: Subject::Post(post.clone()), kind }
}

/// Names the three stages of a post.
pub(super) fn stage_ids(post: &PostId) -> Vec<StageId> {
    Post::STAGES.into_iter().map(|kind| stage_id(post, kind)).collect()
}

/// Sets stages of a post due for a revision.
pub(super) fn set_due(
    loaded: &Loaded,
    post: &Post,
    kinds: &[StageKind],
    revision: Revision,
    now: Timestamp,
) -> Vec<Step<Stage>> {
    kinds
        .iter()
        .map(|kind| {
            let before = loaded.stage(*kind).cloned();
            let stage = before.clone().unwrap_or_else(|| {
                Stage::new(stage_id(&post.id, *kind), post.author.clone(), post.id.clone(), now)
            });
            Step { before, after: stage.due(revision, now) }
        })
        .collect()
}

/// Has the post's images looked through a week after this change, unless its working copy names all of
/// them: then there is none that nobody needs. The stage is among `loaded` if there is one.
pub(super) fn tidy_later(
    change: &mut Change,
    loaded: &Loaded,
    post: &Post,
    named: &[AssetId],
    now: Timestamp,
) {
    if post.images().iter().all(|image| named.contains(image)) {
        return;
    }
    let before = loaded.stage(StageKind::Tidy).cloned();
    let stage = before.clone().unwrap_or_else(|| {
        let id = stage_id(&post.id, StageKind::Tidy);
        Stage::new(id, post.author.clone(), post.id.clone(), now)
    });
    change.stages.push(Step { before, after: stage.due_later(now.plus(UNUSED_FOR), now) });
}

/// The head that a batch read.
///
/// # Errors
/// Only if the batch did not ask for it.
pub(super) fn head(loaded: &Loaded) -> Result<Head, PortError> {
    loaded.head.clone().ok_or(PortError::Corrupt {
        table: "topic",
        field: "head",
        id: String::new(),
    })
}

/// One event with all stages that the change sets. Internal ones are in no event, and where nothing
/// but them went on there is none.
pub(super) fn announce(
    change: &mut Change,
    kind: EventKind,
    author: &UserId,
    post: &PostId,
    head: Head,
    now: Timestamp,
    ids: &dyn IdSource,
) {
    let shown = change.stages.iter().filter(|step| !step.after.id.kind.internal());
    let stages: Vec<_> = shown.map(|step| StageFacts::from(&step.after)).collect();
    if kind == EventKind::StageChanged && stages.is_empty() {
        return;
    }
    let event = Event { kind, at: now, post: post.clone(), stages };
    change.event = Some((author.clone(), head, event, format!("{:016x}", ids.secret() as u64)));
}
