//! May a client go on where it stopped? The pure decision.

use crate::executor::Opening;
use crate::{Gap, Head, LogEvent, Position, Seq, Topic};

/// What a first look at the head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// No need to read the log.
    Decided(Opening),
    /// It depends on the log: read the events after this number, then call [`decide`].
    Read(Seq),
}

/// Looks at the head only.
///
/// Without `after`: a snapshot. With it: resumed when it is the head; a snapshot without a known gap
/// when it belongs to another topic or epoch, is above the head, or has the head's number but not its
/// tag (the log was rewritten: what lies between is not known).
pub fn look(topic: &Topic, after: Option<&Position>, head: &Head) -> Look {
    let at = Position::at_head(topic, head);
    let Some(after) = after else { return Look::Decided(Opening::Snapshot { at, gap: None }) };
    if *after == at {
        return Look::Decided(Opening::Resumed { at });
    }
    if after.topic != *topic || after.epoch != head.epoch || after.seq >= head.seq {
        return Look::Decided(Opening::Snapshot { at, gap: None });
    }
    // The event itself is read too, since its tag decides.
    Look::Read(Seq(after.seq.0.saturating_sub(1)))
}

/// Decides with the log at hand: `events` begin after the number that [`look`] named and may end
/// before the head, at a page's end; then continuity is judged up to there.
///
/// Resumed when the client's event is still there with its tag, and all after it are contiguous; else
/// a snapshot with the gap `{after + 1, head}`.
pub fn decide(topic: &Topic, after: &Position, head: &Head, events: &[LogEvent]) -> Opening {
    let lost = || Opening::Snapshot {
        at: Position::at_head(topic, head),
        gap: Gap::between(after.seq, head.seq),
    };
    let later = match events.split_first() {
        // Before the first event there is none to bear a tag.
        _ if after.seq == Seq(0) => {
            if !after.tag.as_str().is_empty() {
                return lost();
            }
            events
        }
        Some((own, later)) if own.seq == after.seq && own.tag == after.tag => later,
        _ => return lost(),
    };
    let mut seen = after.seq;
    let contiguous = later.iter().all(|event| {
        // A doubled event does no harm.
        let follows = event.seq <= seen.next();
        seen = seen.max(event.seq);
        follows
    });
    let resumes = contiguous && seen > after.seq;
    if resumes { Opening::Resumed { at: after.clone() } } else { lost() }
}

/// Both in one, with a way to read the events after a number.
///
/// # Errors
/// What reading fails with.
pub async fn opening<E>(
    topic: &Topic,
    after: Option<Position>,
    head: &Head,
    read: impl AsyncFnOnce(Seq) -> Result<Vec<LogEvent>, E>,
) -> Result<Opening, E> {
    match (look(topic, after.as_ref(), head), after) {
        (Look::Decided(opening), _) => Ok(opening),
        (Look::Read(from), Some(after)) => Ok(decide(topic, &after, head, &read(from).await?)),
        (Look::Read(_), None) => {
            Ok(Opening::Snapshot { at: Position::at_head(topic, head), gap: None })
        }
    }
}

#[cfg(test)]
#[path = "resume_tests.rs"]
mod tests;
