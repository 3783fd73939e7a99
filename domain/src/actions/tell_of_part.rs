//! Telling a stage of a part that went on outside.

use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, OutsideId, Posts, Step, Wanted};
use crate::stage::{Stage, StageId};

/// What telling needs of the world.
pub struct TellOfPart<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl TellOfPart<'_> {
    /// Joins the part `name` to the stage that waits for it, if it is known outside as `joined`: its result is
    /// there. Without that, says that somebody should look at the stage's parts now. The stage, if that changed
    /// it; a part that was joined already, or is of a run that nobody needs any more, changes nothing.
    ///
    /// The last part makes the stage due, which is an event; before, only its progress changes, which is a
    /// value. A stage that runs is looked at again when the run ends. Two reads (the stage tells whose log it
    /// is) and one transaction.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stage.part", skip_all, fields(stage = %id))]
    pub async fn run(
        &self,
        id: &StageId,
        name: &str,
        joined: Option<&OutsideId>,
    ) -> Result<Option<Stage>, ActionError> {
        let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        let Some(seen) = self.posts.load(&wanted).await?.stages.into_iter().next() else {
            return Ok(None);
        };
        let wanted = Wanted { head: Some(seen.author.clone()), ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first() else { return Ok(None) };
            let now = self.clock.now();
            let Ok(after) = before.told(name, joined, now) else { return Ok(None) };
            let mut change = Change {
                stages: vec![Step { before: Some(before.clone()), after: after.clone() }],
                ..Change::default()
            };
            if after.status != before.status {
                let (kind, head) = (EventKind::StageChanged, head(&loaded)?);
                announce(&mut change, kind, &after.author, &after.post, head, now, self.ids);
            }
            self.posts.apply(change).await?;
            Ok(Some(after))
        })
    }
}
