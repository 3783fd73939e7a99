//! Asking whether a run may use what it is about to use.

use crate::Month;
use crate::actions::ActionError;
use crate::actions::refusal::deciding;
use crate::ports::{Change, Clock, Posts, Step, Wanted};
use crate::stage::Stage;
use crate::usage::{Hold, Reserved};

/// What reserving needs of the world.
pub struct ReserveBudget<'a> {
    /// Where stages are kept.
    pub posts: &'a dyn Posts,
    /// When.
    pub clock: &'a dyn Clock,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It may.
    Granted,
    /// The month has no room for it.
    Held(Hold),
    /// Somebody else has the stage.
    Lost,
}

impl ReserveBudget<'_> {
    /// Keeps `units` apart for a claimed stage, beside what it has spent already, in the budget of this
    /// month; they are given back when the run ends, whichever way, and what it used is booked instead.
    ///
    /// What a month has used and reserved never exceeds its limit, also when many ask at once, but for
    /// what authors confirmed, for runs that use more than they said, and for what was reserved before
    /// the limit was lowered or in the month before. One batch, and one transaction where there is a
    /// limit. No event.
    ///
    /// # Errors
    /// A failure of a port.
    #[tracing::instrument(name = "budget.reserve", skip_all, fields(stage = %claimed.id, units))]
    pub async fn run(&self, claimed: &Stage, units: u64) -> Result<Reservation, ActionError> {
        let Some(token) = claimed.lease.as_ref().map(|lease| lease.token.clone()) else {
            return Ok(Reservation::Lost);
        };
        let kind = claimed.id.kind;
        let units = units.saturating_add(claimed.spent.units);
        deciding!({
            let month = Month::of(self.clock.now());
            let stages = vec![claimed.id.clone()];
            let wanted = Wanted { stages, usage: Some((month, kind)), ..Wanted::default() };
            let loaded = self.posts.load(&wanted).await?;
            let Some(before) = loaded.stages.first().filter(|stage| stage.held_with(&token)) else {
                return Ok(Reservation::Lost);
            };
            let Some((usage, limit)) =
                loaded.usage.and_then(|(usage, budgets)| Some((usage, budgets.limit(kind)?)))
            else {
                return Ok(Reservation::Granted);
            };
            let own = before.reserved.filter(|own| own.month == month).map_or(0, |own| own.units);
            let used = usage.spent.units.saturating_add(usage.reserved.saturating_sub(own));
            let hold = Hold { units, used, limit: Some(limit) };
            let confirmed = before.confirmed.is_some_and(|confirmed| units <= confirmed);
            if hold.exceeds() && !confirmed {
                return Ok(Reservation::Held(hold));
            }
            let after = before.reserved(Reserved { month, units });
            let change = Change {
                stages: vec![Step { before: Some(before.clone()), after }],
                while_used: Some(usage),
                ..Change::default()
            };
            self.posts.apply(change).await?;
            Ok(Reservation::Granted)
        })
    }
}
