//! Letting held stages go on when their month has room for them.

use crate::Month;
use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::actions::set_due::{announce, head};
use crate::event::EventKind;
use crate::ports::{Change, Clock, IdSource, Posts, Step, Wanted};
use crate::stage::{StageId, Subject};
use crate::usage::Hold;

/// What it needs of the world.
pub struct LetHeldGo<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

/// Stages that are looked at in one go, those held longest first.
const LOOK: u32 = 50;

impl LetHeldGo<'_> {
    /// Sets those held stages due that would fit now: a new month has begun, or the limit was raised.
    /// Each asks again when it runs, so what fits only once is used once. What is about a post that is
    /// not published (any more) stays held, and what came from another home waits for its author. Returns
    /// how many.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "stages.let_go", skip_all)]
    pub async fn run(&self) -> Result<usize, ActionError> {
        let mut n_due = 0;
        for id in self.posts.held(LOOK).await? {
            n_due += usize::from(self.let_go(&id).await?);
        }
        Ok(n_due)
    }

    async fn let_go(&self, id: &StageId) -> Result<bool, ActionError> {
        let month = Month::of(self.clock.now());
        let post = match &id.subject {
            Subject::Post(post) => Some(post.clone()),
            Subject::Asset(_) => None,
        };
        let of_post = post.is_some();
        let wanted = Wanted {
            post,
            stages: vec![id.clone()],
            usage: Some((month, id.kind)),
            ..Wanted::default()
        };
        let loaded = self.posts.load(&wanted).await?;
        let fits = |hold: Hold| match loaded.usage {
            Some((usage, budgets)) => budgets.limit(id.kind).is_none_or(|limit| {
                let used = usage.spent.units.saturating_add(usage.reserved);
                !Hold { used, limit: Some(limit), ..hold }.exceeds()
            }),
            None => false,
        };
        let fits = |hold: Hold| hold.limit.is_some() && fits(hold);
        if of_post && loaded.post.as_ref().is_none_or(|post| post.live().is_none()) {
            return Ok(false);
        }
        let stage = loaded.stages.first().filter(|stage| stage.held);
        let Some(author) = stage.filter(|s| s.hold.is_none_or(fits)).map(|s| s.author.clone())
        else {
            return Ok(false);
        };
        let wanted =
            Wanted { stages: vec![id.clone()], head: Some(author.clone()), ..Wanted::default() };
        deciding!({
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first() else { return Ok(false) };
            let now = self.clock.now();
            let Ok(after) = before.let_go(now) else { return Ok(false) };
            let mut change = Change {
                stages: vec![Step { before: Some(before.clone()), after: after.clone() }],
                ..Change::default()
            };
            let kind = EventKind::StageChanged;
            announce(&mut change, kind, &author, &after.post, head(&loaded)?, now, self.ids);
            self.posts.apply(change).await?;
            Ok(true)
        })
    }
}
