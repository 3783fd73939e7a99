//! Giving back, at start, what the process before held.

use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{StageId, StageKind, StageStatus};

/// What releasing needs of the world.
pub struct ReleaseStages<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

impl ReleaseStages<'_> {
    /// Releases every lease. Only for who owns all of the data, as the embedded home does at start;
    /// costs neither an attempt nor a lost lease. Returns how many were released.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stages.release", skip_all)]
    pub async fn run(&self) -> Result<usize, ActionError> {
        let mut released = 0;
        for kind in StageKind::ALL {
            let mut after = None;
            loop {
                let (ids, next) = self.posts.open_stages(kind, after).await?;
                for id in &ids {
                    released += usize::from(self.release(id).await?);
                }
                match next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(released)
    }

    async fn release(&self, id: &StageId) -> Result<bool, ActionError> {
        let wanted = Wanted { stages: vec![id.clone()], ..Wanted::default() };
        let seen = self.posts.load(&wanted).await?.stages.into_iter().next();
        let Some(seen) = seen.filter(|stage| stage.status == StageStatus::Running) else {
            return Ok(false);
        };
        let wanted = Wanted { head: Some(seen.author.clone()), ..wanted };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let running =
                loaded.stages.first().filter(|stage| stage.status == StageStatus::Running);
            let Some(before) = running else { return Ok(false) };
            let now = self.clock.now();
            let after = before.release(now);
            let mut change = Change {
                stages: vec![Step { before: Some(before.clone()), after: after.clone() }],
                ..Change::default()
            };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, &after.author, &after.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}
